import { isAsymmetric, keySpecs } from '../../keys/specs.ts';
import type { InShells, KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { comparePublicKeys, fetchedFile } from '../outbound/public-key-check.ts';
import { compareWithHsm, wrapAgain } from '../outbound/remedies.ts';
import { inBothShells, inOneBlock, removeFile } from '../outbound/shell.ts';
import { algorithmOf, namesOf, type GoogleDestination } from './destination.ts';

/** Raw bytes; the name is ours. */
export const wrappedKeyFile = 'wrapped-key.bin';

type Key = KeyToUpload<GoogleDestination>;

/**
 * What the online desk does with `wrapped-key.bin` (Google Cloud SDK, `surface/kms`). `--target-key-file` is never
 * printed: it takes a key in the clear.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function googleUpload(key: Key, folder: string): UploadSection {
  return {
    undated: null,
    warnings: warnings(key),
    tools: ['gcloud: Google Cloud CLI; its options are those of version 578.0.0'],
    signIn: [inBothShells('Sign in to Google Cloud.', 'gcloud auth login')],
    upload: [createKey(key), countVersions(key), importVersion(key, `${folder}/${wrappedKeyFile}`)],
    checks: [
      countedAgain(key),
      describeVersion(key),
      ...(isAsymmetric(key.spec) ? [comparePublicKey(key, folder)] : []),
      ...(hasZeroBlock(key) ? [encryptZeroBlock(key)] : []),
    ],
    failures: failures(key),
  };
}

function warnings(key: Key): string[] {
  const { job, key: name } = namesOf(key.destination);
  const { purpose } = algorithmOf(key.destination);
  return [
    `The import job ${job} must not have expired when the file is uploaded: after that Google opens nothing that was wrapped for it.`,
    `The key ${name} must have the purpose ${purpose} and the protection level of the import job.`,
    'Every import makes a new version of the key. Do not import twice.',
    ...(purpose === 'encryption'
      ? ['The new version encrypts only after it has been made primary, which is a decision of its own.']
      : []),
    ...secretKeyWarning(key),
  ];
}

function secretKeyWarning(key: Key): string[] {
  if (isAsymmetric(key.spec) || hasZeroBlock(key)) return [];
  const rests = 'Google shows no check value of this key: that it is the one of the HSM rests on the import alone';
  if (keySpecs[key.spec].kind === 'aes') return [`${rests}, since its ciphertexts have a form of their own.`];
  const proof = compareWithHsm(key, 'A MAC of one text by the HSM and by gcloud kms mac-sign shows it all the same.');
  return [`${rests}. ${proof}`];
}

/** AES in CBC or CTR under an initialization vector of zeros turns a block of zeros into what the key check value is cut from. */
function hasZeroBlock({ destination }: Key): boolean {
  return destination.algorithm === 'aes-256-cbc' || destination.algorithm === 'aes-256-ctr';
}

function createKey(key: Key): UploadCommand {
  const { job, key: name } = namesOf(key.destination);
  const { purpose } = algorithmOf(key.destination);
  const describe = `gcloud kms import-jobs describe '${job}' ${ring(key)} --format 'value(protectionLevel)'`;
  const create =
    `gcloud kms keys create '${name}' ${ring(key)} --purpose ${purpose} --default-algorithm ${key.destination.algorithm}` +
    ' --protection-level "$LEVEL" --skip-initial-version-creation --import-only';
  return {
    purpose: 'Make the key for imported versions only, unless it is there already.',
    posix: `LEVEL=$(${describe} | tr 'A-Z_' 'a-z-')\n${create}`,
    powershell: `$LEVEL = (${describe}).ToLower().Replace('_', '-')\n${create}`,
  };
}

function importVersion(key: Key, file: string): UploadCommand {
  const { job } = namesOf(key.destination);
  const command =
    `gcloud kms keys versions import --import-job '${job}' ${place(key)}` +
    ` --algorithm ${key.destination.algorithm} --wrapped-key-file '${file}'`;
  return inBothShells(
    'Import the key. The answer names the new version; it is imported only when its state is ENABLED. Note the version in the receipt.',
    command,
  );
}

function countVersions(key: Key): UploadCommand {
  return inBothShells('Count the versions that the key has before the import: none, when it was made just now.', listVersions(key)); // prettier-ignore
}

function countedAgain(key: Key): UploadCommand {
  return inBothShells('Count the versions again: there is exactly one more than before the import.', listVersions(key));
}

function listVersions(key: Key): string {
  return `gcloud kms keys versions list ${place(key)} --format 'table(name.basename(),state,algorithm,importJob,importFailureReason)'`;
}

/** The import goes on after its command has ended. */
function describeVersion(key: Key): UploadCommand {
  const describe = `gcloud kms keys versions describe "$VERSION" ${place(key)} --format 'yaml(name,state,algorithm,importJob,importTime,importFailureReason)'`;
  return {
    purpose: `Look at the new version: its state is ENABLED, its import job ${key.destination.importJob}. PENDING_IMPORT: wait, and look again. IMPORT_FAILED: importFailureReason says why.`,
    ...ofNewestVersion(key, describe),
  };
}

function comparePublicKey(key: Key, folder: string): UploadCommand {
  const copy = fetchedFile(key.keyId, 'pem');
  const fetch = `gcloud kms keys versions get-public-key "$VERSION" ${place(key)} --output-file '${copy}'`;
  return comparePublicKeys(key.keyId, folder, ofNewestVersion(key, fetch));
}

function encryptZeroBlock(key: Key): UploadCommand {
  const [zeros, block] = [fetchedFile(key.keyId, 'zeros'), fetchedFile(key.keyId, 'block')];
  const encrypt =
    `gcloud kms raw-encrypt ${place(key)} --version "$VERSION" --plaintext-file '${zeros}'` +
    ` --initialization-vector-file '${zeros}' --ciphertext-file '${block}'`;
  const { posix, powershell } = ofNewestVersion(key, encrypt);
  const clean = removeFile(zeros, block);
  return {
    purpose:
      'Compare the key check value: a block of zeros under the key begins with the three bytes of aes-ecb-zero-block in MANIFEST.json. The last command deletes both files again.',
    posix: [
      clean.posix,
      `head -c 16 /dev/zero > '${zeros}'`,
      posix,
      `od -An -tx1 -N3 '${block}' | tr -d ' ' | tr 'a-f' 'A-F'`,
      clean.posix,
    ].join('\n'),
    powershell: inOneBlock(
      clean.powershell,
      `[IO.File]::WriteAllBytes((Join-Path $PWD '${zeros}'), (New-Object byte[] 16))`,
      powershell,
      `[BitConverter]::ToString([IO.File]::ReadAllBytes((Join-Path $PWD '${block}')), 0, 3) -replace '-'`,
      clean.powershell,
    ),
  };
}

/**
 * A command about the version that was made last. Not by its number, which sorts as text, and not with `--limit`, which
 * gcloud applies before it sorts.
 * @param command - with `"$VERSION"`, which both shells replace
 */
function ofNewestVersion(key: Key, command: string): InShells {
  const list = `gcloud kms keys versions list ${place(key)} --sort-by '~createTime' --format 'value(name.basename())'`;
  return {
    posix: `VERSION=$(${list} | head -n 1)\n${command}`,
    powershell: `$VERSION = ${list} | Select-Object -First 1\n${command}`,
  };
}

function ring({ destination }: Key): string {
  const { project, location, keyRing } = namesOf(destination);
  return `--project '${project}' --location '${location}' --keyring '${keyRing}'`;
}

function place(key: Key): string {
  return `${ring(key)} --key '${namesOf(key.destination).key}'`;
}

/** docs.cloud.google.com/kms/docs/troubleshooting-failed-imports. */
function failures(key: Key): UploadSection['failures'] {
  return [
    {
      message:
        'The key material in the import request couldn’t be unwrapped, or: An argument to the import operation was malformed',
      meaning:
        'Google could not open the file with this import job, or its key is not of the stated algorithm. Use the commands above as they stand, with the file of this bundle.',
    },
    {
      message: 'Wrapped key has invalid length, is too short, or does not consist of 64-bit blocks',
      meaning:
        'The file was cut or changed on its way: compare every file with MANIFEST.json, and take it from the medium again.',
    },
    {
      message: 'Import job is not active, or EXPIRED',
      meaning: `Three days have passed since the import job was made. ${wrapAgain(key)}`,
    },
    {
      message: 'INVALID_ARGUMENT, with the protection level or the algorithm',
      meaning:
        'Key and import job differ in their protection level, or the key has another purpose: a key of another name, made by the command above, takes the file, since that is bound to the import job alone. The name is a decision of whoever answers for the plan.',
    },
    {
      message: 'ALREADY_EXISTS',
      meaning:
        'The key is there already. Leave out the command that makes it when its purpose and protection level are right.',
    },
    {
      message: 'PERMISSION_DENIED',
      meaning:
        'The person signed in may not import: have the role Cloud KMS Importer (roles/cloudkms.importer) granted on the key ring.',
    },
  ];
}
