/** Rules about what comes in on removable media: framing first, then the wrapping key, then its metadata. */
export const inboundRules = {
  'INBOUND-FOLDER-PER-KEY': {
    claim: 'The inbound media holds one folder for each key of the plan, named like the key id.',
    remedy:
      'Choose the folder that holds one folder for each key; if there is none, have the online desk bring the media again.',
  },
  'INBOUND-FILES-RECOGNISED': {
    claim: 'Every inbound file is one that the destination knows by its content.',
    remedy: 'Take the file off the media, or fetch it again exactly as the cloud gives it.',
  },
  'INBOUND-ONE-CANDIDATE': {
    claim: 'No two inbound files of a key claim to be the same thing.',
    remedy: 'Leave only the newest file of its kind in the folder.',
  },
  'INBOUND-FILES-COMPLETE': {
    claim: 'The folder of a key holds everything its destination needs.',
    remedy: 'Have the online desk add the missing file and bring the media again.',
  },
  'INBOUND-SIZE-CAPPED': {
    claim: 'An inbound file that is no zip is at most 64 KiB, and at most 16 KiB when it is PEM or DER.',
    remedy: 'Look at the file: a wrapping key is far smaller. Fetch it from the cloud again.',
  },
  'INBOUND-ZIP-SMALL': {
    claim: 'An inbound zip is at most 1 MiB and holds at most 8 files, each at most 64 KiB when it is unpacked.',
    remedy: 'Stop: no cloud makes such a zip. Find out where it comes from, and download it again from the console.',
  },
  'INBOUND-ZIP-PLAIN': {
    claim:
      'An inbound zip holds files only, at least one: none encrypted, no two of one name, no paths, folders or links, no zip in the zip.',
    remedy:
      'Download the zip again from the console and bring it unopened, or bring the files that were in it instead.',
  },
  'INBOUND-ZIP-WHOLE': {
    claim:
      'An inbound zip is undamaged and has one meaning: its headers agree, every byte has its place, every file has the stated length and CRC-32.',
    remedy: 'Download the zip again from the console and bring it unopened; it was cut or changed on its way.',
  },
  'INBOUND-NO-PRIVATE-KEY': {
    claim:
      'No private key comes in on the media as PEM, DER, JWK or base64 of these, as a file or in a member of JSON.',
    remedy: 'Stop. Treat that private key as exposed, destroy the medium, and bring the public key on a fresh one.',
  },
  'INBOUND-TEXT-ENCODING': {
    claim: 'Inbound text is UTF-8, or UTF-16 with a byte order mark, which is converted with a notice.',
    remedy: 'Save the file again as UTF-8.',
  },
  'INBOUND-PEM-ONE-PUBLIC-KEY': {
    claim: 'A PEM file holds exactly one block, labelled PUBLIC KEY, and no text around it.',
    remedy: 'Download the public key again and bring the file as it is.',
  },
  'INBOUND-DER-CANONICAL': {
    claim: 'DER is strict: definite minimal lengths, the expected structure, no bytes after it.',
    remedy: 'Download the public key again; a file that was edited or joined does not pass.',
  },
  'INBOUND-BASE64-CANONICAL': {
    claim: 'Base64 decodes and encodes back to the very same text.',
    remedy: 'Fetch the file again; it was cut or changed on its way.',
  },
  'INBOUND-JSON-STRICT': {
    claim: 'JSON from the media is well formed and names no member twice.',
    remedy: 'Fetch the JSON again with the documented command and bring it unedited.',
  },
  'INBOUND-JSON-MEMBERS': {
    claim: 'JSON from the cloud has the members that are needed, each of the right type.',
    remedy: 'Fetch the JSON again with the documented command and bring it unedited.',
  },
  'KEK-ALGORITHM-RSA': {
    claim: 'The wrapping key is an RSA key.',
    remedy: 'Have the online desk make the wrapping key as the request says.',
  },
  'KEK-SIZE-ALLOWED': {
    claim: 'The wrapping key has a modulus size that its cloud makes wrapping keys of.',
    remedy: 'Have the online desk make a new wrapping key of an allowed size.',
  },
  'KEK-EXPONENT-SOUND': {
    claim: 'The public exponent of the wrapping key is odd, at least 3 and below 2^256.',
    remedy: 'Stop: no cloud makes such a key. Find out where the file comes from.',
  },
  'KEK-EXPONENT-USUAL': {
    claim: 'A wrapping key with a public exponent other than 65537 is accepted with a notice.',
    remedy: 'Ask the online desk whether the wrapping key was really made with this exponent.',
  },
  'KEK-MODULUS-SOUND': {
    claim: 'The modulus of the wrapping key is odd and has no prime factor below 752.',
    remedy: 'Stop: such a key protects nothing. Find out where the file comes from.',
  },
  'KEK-NOT-ROCA': {
    claim: 'The modulus of the wrapping key has no ROCA fingerprint (CVE-2017-15361).',
    remedy: 'Have the online desk make a new wrapping key; this one can be factored.',
  },
  'KEK-FILES-AGREE': {
    claim: 'When several inbound files tell of the wrapping key, they tell the same.',
    remedy: 'Have the online desk fetch all files of the wrapping key again in one go.',
  },
  'KEK-IN-FORCE': {
    claim:
      'The wrapping key is enabled, valid a quarter of an hour from now at the latest, and does not end within the hours that the plan wants for the upload.',
    remedy: 'Compare the clock of this room first; when it is right, have the online desk make a new wrapping key.',
  },
  'INBOUND-FOR-PLANNED-KEY': {
    claim: 'Where the cloud’s files say for which key, job or place they are, it is the one that the plan names.',
    remedy: 'Have the online desk fetch the files for the key or job of the plan, and bring those.',
  },
  'IMPORT-TOKEN-SIZED': {
    claim: 'An import token has as many bytes as its cloud makes and takes.',
    remedy: 'Fetch wrapping key and import token again, in one call, and bring them as they are.',
  },
  'IMPORT-TOKEN-IN-FORCE': {
    claim:
      'The import token or import job does not end within the hours that the plan wants for the upload when it is read, and has not ended when a key is wrapped, by the clock of the room.',
    remedy:
      'Compare the clock of this room first; when it is right, have the online desk fetch a new wrapping key and import token.',
  },
  'IMPORT-DEADLINE-KNOWN': {
    claim: 'Where the files do not say when the import token ends, that is said.',
    remedy: 'Ask the online desk when it was downloaded: it ends 24 hours later. The JSON of the API says it exactly.',
  },
  'IMPORT-TOKEN-NAMES-KEY': {
    claim: 'Where an import token seems to name another key than the plan, that is said.',
    remedy: 'Ask the online desk for which key the import token was fetched; fetch it again when in doubt.',
  },
  'IMPORT-NONCE-SIZED': {
    claim: 'The nonce that a target key has to encrypt has exactly 12 bytes.',
    remedy: 'Have the online desk fetch the import token again and bring its JSON unedited.',
  },
  'IMPORT-JOB-ACTIVE': {
    claim: 'The import job is active.',
    remedy: 'Have the online desk wait until the job is ACTIVE, or make a new one, and bring its JSON.',
  },
  'IMPORT-JOB-METHOD-FITS': {
    claim: 'The method of the import job carries keys of the planned spec, and its public key has the size it names.',
    remedy: 'Have the online desk make an import job with a method for this key, and bring its JSON.',
  },
  'AZURE-KID-VERSIONED': {
    claim: 'The key identifier is an Azure key URL with its 32-digit version.',
    remedy: 'Bring the kid exactly as `az keyvault key show --query key.kid -o tsv` prints it.',
  },
  'AZURE-KID-OF-PLANNED-VAULT': {
    claim: 'The wrapping key lives in the vault or Managed HSM, and in the cloud, that the plan names.',
    remedy: 'Make the wrapping key in the planned vault; a key wrapped for another vault cannot be imported.',
  },
  'AZURE-KEK-TYPE': {
    claim: 'The wrapping key is of type RSA-HSM.',
    remedy: 'Have the online desk make the wrapping key with `--kty RSA-HSM`.',
  },
  'AZURE-KEK-ONLY-IMPORTS': {
    claim: 'The operations of the wrapping key are exactly ["import"].',
    remedy: 'Have the online desk make a new wrapping key with `--ops import` and nothing else.',
  },
  'AZURE-KEK-METADATA-SEEN': {
    claim:
      'A wrapping key brought without its JSON, or with JSON that lacks the attributes, is accepted with a notice of what could not be checked.',
    remedy: 'Bring the output of `az keyvault key show -o json` to have type, operations and expiry checked.',
  },
  'BLOB-SHAPE-VALID': {
    claim: 'A key transfer file has the exact form its cloud wants, and lengths that fit the KEK and the key.',
    remedy: 'Keep the file out of the bundle and wrap again; if it returns, stop and examine the HSM.',
  },
  'KWP-OPENS': {
    claim: 'A wrapped key opens as RFC 5649 with the right key.',
    remedy: 'The HSM did not wrap as it must. Do not use it for this destination.',
  },
  'PKCS8-EXACT': {
    claim:
      'A private key opened in the self-test is an exact PKCS#8 PrivateKeyInfo: version 0, named algorithm, nothing besides.',
    remedy: 'The HSM encodes keys in a form the cloud would refuse. Do not use it for this destination.',
  },
} as const;
