import { isAsymmetric, keySpecs, type KeySpec } from '../../keys/specs.ts';
import type { InShells, KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { utc } from '../inbound/deadline.ts';
import { requestFileName } from '../outbound/import-request.ts';
import { fetchedFile } from '../outbound/public-key-check.ts';
import { compareWithHsm, wrapAgain } from '../outbound/remedies.ts';
import { inOneBlock, removeFile, showStatus } from '../outbound/shell.ts';
import type { HuaweiDestination } from './destination.ts';
import { huaweiSignIn } from './sign-in.ts';

type Key = KeyToUpload<HuaweiDestination>;

/** Huawei's name of a key spec: `RSA_2048`, `EC_P256`, `AES_256`, `HMAC_256` (describe-key, key_spec). */
const specName = (spec: KeySpec): string => spec.toUpperCase().replace('-', '_');

/**
 * What the online desk does with the request. The service speaks HTTP; its own command line (KooCLI) is left out, since
 * its options are confirmed by no page.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function huaweiUpload(key: Key, folder: string): UploadSection {
  return {
    undated: 'within 24 hours of the call that fetched wrapping key and import token',
    warnings: warnings(key),
    tools: ['curl: any; Windows has curl.exe'],
    signIn: huaweiSignIn(key.destination),
    upload: [describeKey(key, before(key)), importMaterial(key, folder)],
    checks: [
      describeKey(key, afterwards(key)),
      ...(isAsymmetric(key.spec) ? [comparePublicKeys(key, folder)] : []),
      ...(keySpecs[key.spec].kind === 'hmac' && key.after === 'keep' ? [makeMac(key)] : []),
    ],
    failures: failures(key),
  };
}

function warnings(key: Key): string[] {
  const { destination, spec } = key;
  const { keyId, wrappingAlgorithm, validTo } = destination;
  const { kind } = keySpecs[spec];
  return [
    `The variable TOKEN has to hold a token of IAM for the project ${destination.projectId}: the X-Subject-Token of its answer.`,
    `Wrapping key and import token must have been fetched for ${wrappingAlgorithm}: the service names it nowhere in them.`,
    `${keyId} is bound for ever to the first material it takes; other material needs another key.`,
    `The console takes the same through "Use Existing Key Material": the .bin files, and import_token of ${requestFileName} as text.`,
    ...(validTo === undefined ? [] : [`The service deletes the key material within 24 hours after ${utc(validTo)}.`]),
    ...(isAsymmetric(spec) ? ['The material of a key pair cannot be deleted without the key.'] : []),
    ...(kind === 'ec'
      ? [
          `The service documents encrypted_privatekey as 200 to 6144 characters. Where the HSM leaves the public point out of the private key, there are fewer, and it may refuse them.`,
        ]
      : []),
    ...(kind === 'aes'
      ? [
          `Nothing that leaves the room proves that the cloud has the very key of the HSM: the service shows no check value and frames its ciphertexts. ${compareWithHsm(key, 'Only another import into this key, which it takes for the same material alone (KMS.2606), proves it.')}`,
        ]
      : []),
    ...(kind === 'hmac'
      ? [
          `Nothing that leaves the room proves that the cloud has the very key of the HSM. ${compareWithHsm(key, 'A MAC of one text by both proves it: the last check.')}`,
        ]
      : []),
  ];
}

function before({ spec }: Key): string {
  return `Look at the key first: key_state is 5 (waiting for its import), origin external, key_spec ${specName(spec)}.`;
}

function afterwards({ spec, destination: { validTo } }: Key): string {
  const end = validTo === undefined ? 'empty' : `the moment ${utc(validTo)}, counted since 1970`;
  return `Look at the key: key_state is 2 (enabled), origin external, key_spec ${specName(spec)}, expiration_time ${end}.`;
}

function describeKey({ destination }: Key, purpose: string): UploadCommand {
  return { purpose, ...call(destination, 'describe-key', { key_id: destination.keyId }, showStatus) };
}

function importMaterial({ destination }: Key, folder: string): UploadCommand {
  const data = `--data '@${folder}/${requestFileName}' ${showStatus}`;
  return {
    purpose:
      'Import the key material. The answer is an empty object, {}, and the HTTP status 200: note the key id in the receipt.',
    posix: `${curl('curl', '$TOKEN', destination, 'import-key-material')} ${data}`,
    powershell: `${curl('curl.exe', '$env:TOKEN', destination, 'import-key-material')} ${data}`,
  };
}

/**
 * The strongest check there is: the cloud's public key is the one the HSM gave. Both pages of the call show a PEM block
 * that holds RSAPublicKey (RFC 8017) where its label promises SubjectPublicKeyInfo. The former is how the latter ends,
 * and so is a bare point of a curve: what counts is whether ours ends with all of theirs.
 */
function comparePublicKeys({ keyId, destination }: Key, folder: string): UploadCommand {
  const ask = call(destination, 'get-publickey', { key_id: destination.keyId });
  const ours = `${folder}/public-key.pem`;
  const [json, der] = [fetchedFile(keyId, 'json'), fetchedFile(keyId, 'der')];
  const clean = removeFile(json, der);
  return {
    purpose: `Compare the public keys: the last line says SAME, when the one at the cloud is that of ${ours}. DIFFERENT: stop, and put the key in the cloud to no use.`,
    posix: [
      clean.posix,
      `${ask.posix} -o '${json}'`,
      `sed -n 's/.*"public_key" *: *"\\([^"]*\\)".*/\\1/p' '${json}' | sed 's/-----[A-Z ]*-----//g; s/\\\\[rn]//g; s/\\\\u003d/=/g; s/\\\\//g' | openssl base64 -d -A > '${der}'`,
      `size=$(wc -c < '${der}')`,
      `test $size -gt 64 && openssl pkey -pubin -in '${ours}' -outform DER | tail -c $size | cmp - '${der}' && echo SAME || echo DIFFERENT`,
    ].join('\n'),
    powershell: inOneBlock(
      `$answer = ${ask.powershell} | Out-String | ConvertFrom-Json`,
      `$cloud, $ours = $answer.public_key, (Get-Content -Raw '${ours}') | ForEach-Object {`,
      "  [BitConverter]::ToString([Convert]::FromBase64String(($_ -replace '-----[A-Z ]+-----|\\s')))",
      '}',
      "if ($cloud.Length -gt 192 -and $ours.EndsWith($cloud, 'Ordinal')) { 'SAME' } else { 'DIFFERENT' }",
    ),
  };
}

/** The message is the word Keyferry in base64. */
function makeMac({ destination, spec }: Key): UploadCommand {
  const algorithm = specName(spec).replace('HMAC_', 'HMAC_SHA_');
  const body = { key_id: destination.keyId, mac_algorithm: algorithm, message: 'S2V5ZmVycnk=' };
  return {
    purpose: `Let the HSM make ${algorithm} of the eight letters Keyferry: the cloud answers with the same MAC.`,
    ...call(destination, 'generate-mac', body, showStatus),
  };
}

/**
 * A call whose body stands in the command. PowerShell 5.1 drops the quotes of an argument that 7 leaves in, so there the
 * body comes through standard input.
 */
function call(
  destination: HuaweiDestination,
  operation: string,
  body: Readonly<Record<string, string>>,
  ...options: readonly string[]
): InShells {
  const json = JSON.stringify(body);
  const behind = (data: string): string => [`--data '${data}'`, ...options].join(' ');
  return {
    posix: `${curl('curl', '$TOKEN', destination, operation)} ${behind(json)}`,
    powershell: `'${json}' | ${curl('curl.exe', '$env:TOKEN', destination, operation)} ${behind('@-')}`,
  };
}

/** In PowerShell 5.1 `curl` is another command, hence the ending. */
function curl(program: string, token: string, destination: HuaweiDestination, operation: string): string {
  const url = `${destination.endpoint}/v1.0/${destination.projectId}/kms/${operation}`;
  return `${program} -sS -X POST '${url}' -H "X-Auth-Token: ${token}" -H 'Content-Type: application/json'`;
}

/** Error codes: opentelekomcloud-docs/key-management-service, api-ref, error_code.rst; Huawei's API reference has more. */
function failures(key: Key): UploadSection['failures'] {
  return [
    {
      message: 'KMS.2601 Token expired',
      meaning: `The import token has ended. ${wrapAgain(key)}`,
    },
    {
      message: 'KMS.2602 expiration time must be later than the current time',
      meaning: `The planned end of the key has passed: take expiration_time out of a copy of the request, or set another, by a decision of whoever answers for the key. What is wrapped stays good.`,
    },
    {
      message: 'KMS.2603 key IDs do not match',
      meaning: `The import token was fetched for another key than the plan names. ${wrapAgain(key)}`,
    },
    {
      message: 'KMS.2604 plaintext length must be 32',
      meaning:
        'The service takes 32 bytes only for this key: it is of another key spec than planned, or this cloud imports no HMAC keys. Look at key_spec with describe-key.',
    },
    {
      message: 'KMS.2605 Token verification failed',
      meaning: `Token and wrapping key are not of one call, or were fetched for another wrapping algorithm. ${wrapAgain(key)}`,
    },
    {
      message: 'KMS.2606 plaintext must be the same',
      meaning: `The key had other material before, and takes no other: another key there needs another import token. ${wrapAgain(key)}`,
    },
    {
      message: 'KMS.2608, KMS.2609 or KMS.2610',
      meaning:
        'encrypted_privatekey is missing or does not open, or the ephemeral key has not 32 bytes: send the file of this bundle as it stands; if it was, stop and examine the HSM.',
    },
    {
      message: 'KMS.0308 Invalid parameter',
      meaning:
        'A member has not the form that the service wants: an encrypted_privatekey of fewer than 200 characters, say, or an end for a key pair.',
    },
    {
      message: 'KMS.0309 External keys required, or KMS.0310 not in Pending import state',
      meaning:
        'The key was not created for imported material, or has its material already: look at it with describe-key.',
    },
    {
      message: 'KMS.0301 or KMS.0303, X-Auth-Token',
      meaning: 'TOKEN is empty, cut or has ended: fetch a new token of IAM.',
    },
  ];
}
