import { isAsymmetric, keySpecs } from '../../keys/specs.ts';
import type { KeyToCarry, UploadCommand, UploadSection } from '../format.ts';
import { utc } from '../inbound/deadline.ts';
import { materialFileName, tokenFileName } from './blob.ts';
import { awsKeySpecs, readKeyName, type AwsDestination } from './destination.ts';

/**
 * What the online desk does with both files. Options are those of the CLI reference (aws kms import-key-material,
 * describe-key, get-public-key); `fileb://` is what makes it send the bytes of a file instead of its name.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function awsUpload(key: KeyToCarry<AwsDestination>, folder: string): UploadSection {
  return {
    undated: '24 hours after wrapping key and import token were downloaded',
    warnings: warnings(key),
    upload: [lookFirst(key), importMaterial(key, folder)],
    checks: [...(isAsymmetric(key.spec) ? [comparePublicKeys(key, folder)] : []), ...lookAfterwards(key)],
    failures,
  };
}

/** A service call for this key, in both shells. */
function call(operation: string, { destination }: KeyToCarry<AwsDestination>, ...options: readonly string[]): string {
  const { arn } = readKeyName(destination.keyId);
  const region = arn === null ? [] : [`--region '${arn.region}'`];
  return [`aws kms ${operation} --key-id '${destination.keyId}'`, ...region, ...options].join(' ');
}

function inBoth(purpose: string, command: string): UploadCommand {
  return { purpose, posix: command, powershell: command };
}

/** The KMS key has to be of this spec and of external origin from the start: neither can be changed. */
function lookFirst(key: KeyToCarry<AwsDestination>): UploadCommand {
  return inBoth(
    `Look at the KMS key first: its state is PendingImport, its origin EXTERNAL, its key spec ${awsKeySpecs[key.spec] ?? key.spec}.`,
    call('describe-key', key, `--query 'KeyMetadata.[KeyState,Origin,KeySpec]' --output text`),
  );
}

function importMaterial(key: KeyToCarry<AwsDestination>, folder: string): UploadCommand {
  const { validTo } = key.destination;
  return inBoth(
    'Import the key material. Note the KeyMaterialId of the answer, where there is one, in the receipt.',
    call(
      'import-key-material',
      key,
      `--encrypted-key-material 'fileb://${folder}/${materialFileName}'`,
      `--import-token 'fileb://${folder}/${tokenFileName}'`,
      validTo === undefined
        ? '--expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE'
        : `--expiration-model KEY_MATERIAL_EXPIRES --valid-to '${validTo}'`,
    ),
  );
}

/** The strongest check there is: AWS's public key, DER SubjectPublicKeyInfo, is the one the HSM gave. */
function comparePublicKeys(key: KeyToCarry<AwsDestination>, folder: string): UploadCommand {
  const download = call('get-public-key', key, '--query PublicKey --output text');
  return {
    purpose: `Compare the public keys by SHA-256: the key at AWS, ${folder}/public-key.pem, and publicKey.spkiSha256 in MANIFEST.json are the same.`,
    posix: `${download} | base64 -d | sha256sum\nopenssl pkey -pubin -in '${folder}/public-key.pem' -outform DER | sha256sum`,
    powershell: [
      `$der = [Convert]::FromBase64String((${download}))`,
      "-join ([Security.Cryptography.SHA256]::Create().ComputeHash($der) | ForEach-Object { $_.ToString('x2') })",
    ].join('\n'),
  };
}

function lookAfterwards(key: KeyToCarry<AwsDestination>): UploadCommand[] {
  const { validTo } = key.destination;
  const end = validTo === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE, no end' : `KEY_MATERIAL_EXPIRES, ${utc(validTo)}`;
  const state = inBoth(
    `Look at the KMS key: its state is Enabled, its origin EXTERNAL, its expiration ${end}.`,
    call('describe-key', key, `--query 'KeyMetadata.[KeyState,Origin,ExpirationModel,ValidTo]' --output text`),
  );
  if (keySpecs[key.spec].kind !== 'aes') return [state];
  const material = inBoth(
    'Note the id of the key material in the receipt: AWS computes it from key id and material, and shows it again whenever the same material is imported.',
    call('describe-key', key, '--query KeyMetadata.CurrentKeyMaterialId --output text'),
  );
  return [state, material];
}

function warnings({ destination, spec, kek }: KeyToCarry<AwsDestination>): string[] {
  const { keyId, wrappingAlgorithm, validTo } = destination;
  const { id, arn } = readKeyName(keyId);
  const { kind } = keySpecs[spec];
  return [
    `Upload before the import token ends, 24 hours after it was fetched. After that the key must be wrapped again, under a new wrapping key.`,
    `The import token must have been fetched with the wrapping algorithm ${wrappingAlgorithm} and the wrapping key spec RSA_${kek.bits}: no file says so, and AWS opens nothing else.`,
    ...(arn === null ? ['The plan names no region: sign in to the account and region in which this key lives.'] : []),
    ...(id.startsWith('mrk-')
      ? ['Each replica of a multi-Region key wants the same material, wrapped anew with a token of its own.']
      : []),
    ...(validTo === undefined
      ? []
      : [`At ${utc(validTo)} AWS deletes the key material; after that only the same material brings the key back.`]),
    ...(kind === 'aes' ? [] : ['AWS binds this KMS key to the first material that it takes: no other can follow.']),
    ...(kind === 'hmac'
      ? [
          'Nothing that leaves the room proves that AWS has the very key of the HSM: no MAC is made there that GenerateMac could be compared with. A MAC of your own, by both, shows it.',
        ]
      : []),
    ...(kind === 'aes'
      ? [
          'Nothing that leaves the room proves that AWS has the very key of the HSM: ciphertexts of AWS are framed, and it shows no check value. RSA-OAEP only shows that the material arrived undamaged.',
        ]
      : []),
  ];
}

/** Errors of ImportKeyMaterial (AWS KMS API Reference) and of the CLI. */
const failures: UploadSection['failures'] = [
  {
    message: 'ExpiredImportTokenException',
    meaning: 'The import token has ended. Fetch wrapping key and token anew and wrap the key again: a new ceremony.',
  },
  {
    message: 'InvalidImportTokenException',
    meaning:
      'The token is for another key, or what was sent is no token: use the command above as it stands, with fileb:// and the file of this bundle.',
  },
  {
    message: 'InvalidCiphertextException',
    meaning:
      'AWS could not open the material: the token was fetched with another wrapping algorithm than the plan names, or the wrapping key came from another call than the token.',
  },
  {
    message: 'IncorrectKeyMaterialException',
    meaning:
      'The KMS key has other material already, or another key spec. An AES key takes further material with --import-type NEW_KEY_MATERIAL; any other key needs a new KMS key.',
  },
  {
    message: 'KMSInvalidStateException',
    meaning: 'The KMS key is not waiting for material, or is to be deleted: look at its state with describe-key.',
  },
  {
    message: 'UnsupportedOperationException',
    meaning: 'The KMS key was not created with the origin EXTERNAL, or lives in a custom key store.',
  },
  {
    message: 'NotFoundException',
    meaning: 'There is no such key in the region and account signed in to.',
  },
  {
    message: 'AccessDeniedException',
    meaning: 'The person signed in may not import here: have kms:ImportKeyMaterial granted on this key.',
  },
];
