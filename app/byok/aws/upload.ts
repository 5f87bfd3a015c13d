import { isAsymmetric, keySpecs } from '../../keys/specs.ts';
import type { KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { utc } from '../inbound/deadline.ts';
import { materialFileName, tokenFileName } from '../outbound/files.ts';
import { comparePublicKeys, fetchedFile } from '../outbound/public-key-check.ts';
import { compareWithHsm, wrapAgain } from '../outbound/remedies.ts';
import { inBothShells } from '../outbound/shell.ts';
import { awsKeySpecs, readKeyName, type AwsDestination } from './destination.ts';

type Key = KeyToUpload<AwsDestination>;

/**
 * What the online desk does with both files. Options are those of the CLI reference (aws kms import-key-material,
 * describe-key, get-public-key); `fileb://` is what makes it send the bytes of a file instead of its name.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function awsUpload(key: Key, folder: string): UploadSection {
  return {
    undated: 'within 24 hours of the download of wrapping key and import token',
    warnings: warnings(key),
    tools: ['aws: AWS CLI, version 2'],
    signIn: [signIn(key)],
    upload: [lookFirst(key), importMaterial(key, folder)],
    checks: [...(isAsymmetric(key.spec) ? [comparePublicKey(key, folder)] : []), ...lookAfterwards(key)],
    failures: failures(key),
  };
}

/** A service call for this key, in both shells. */
function call(operation: string, { destination }: Key, ...options: readonly string[]): string {
  return [`aws kms ${operation} --key-id '${destination.keyId}'`, ...region(destination), ...options].join(' ');
}

function region({ keyId }: AwsDestination): string[] {
  const { arn } = readKeyName(keyId);
  return arn === null ? [] : [`--region '${arn.region}'`];
}

function signIn({ destination }: Key): UploadCommand {
  const { arn } = readKeyName(destination.keyId);
  const account = arn === null ? 'the account in which this key lives' : arn.account;
  return inBothShells(
    `Sign in by "aws sso login", or as your organisation does, and look where: the answer is ${account}.`,
    ['aws sts get-caller-identity --query Account --output text', ...region(destination)].join(' '),
  );
}

/** The KMS key has to be of this spec and of external origin from the start: neither can be changed. */
function lookFirst(key: Key): UploadCommand {
  return inBothShells(
    `Look at the KMS key first: its state is PendingImport, its origin EXTERNAL, its key spec ${awsKeySpecs[key.spec] ?? key.spec}.`,
    call('describe-key', key, `--query 'KeyMetadata.[KeyState,Origin,KeySpec]' --output text`),
  );
}

function importMaterial(key: Key, folder: string): UploadCommand {
  const { validTo } = key.destination;
  return inBothShells(
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

/** AWS gives DER in base64, in one line: PEM has lines of 64 characters, and readers that want no longer ones. */
function comparePublicKey(key: Key, folder: string): UploadCommand {
  const copy = fetchedFile(key.keyId, 'pem');
  const download = call('get-public-key', key, '--query PublicKey --output text');
  const [first, last] = ['-----BEGIN PUBLIC KEY-----', '-----END PUBLIC KEY-----'].map((line) => `'${line}'`);
  return comparePublicKeys(key.keyId, folder, {
    posix: `{ echo ${first}; ${download} | fold -w 64; echo ${last}; } > '${copy}'`,
    powershell: `${first}, (${download}), ${last} | Set-Content -Encoding ascii '${copy}'`,
  });
}

function lookAfterwards(key: Key): UploadCommand[] {
  const { validTo } = key.destination;
  const end =
    validTo === undefined
      ? 'KEY_MATERIAL_DOES_NOT_EXPIRE, the moment of its end None'
      : `KEY_MATERIAL_EXPIRES, ${utc(validTo)}`;
  const state = inBothShells(
    `Look at the KMS key: its state is Enabled, its origin EXTERNAL, its expiration ${end}.`,
    call('describe-key', key, `--query 'KeyMetadata.[KeyState,Origin,ExpirationModel,ValidTo]' --output text`),
  );
  if (keySpecs[key.spec].kind !== 'aes') return [state];
  const material = inBothShells(
    'Note the id of the key material in the receipt: AWS computes it from key id and material, and shows it again whenever the same material is imported.',
    call('describe-key', key, '--query KeyMetadata.CurrentKeyMaterialId --output text'),
  );
  return [state, material];
}

function warnings(key: Key): string[] {
  const { destination, spec, kek } = key;
  const { keyId, wrappingAlgorithm, validTo } = destination;
  const { id, arn } = readKeyName(keyId);
  const { kind } = keySpecs[spec];
  return [
    `Upload before the import token ends, 24 hours after it was fetched: AWS opens nothing later.`,
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
          `Nothing that leaves the room proves that AWS has the very key of the HSM. ${compareWithHsm(key, 'A MAC of one text by the HSM and by GenerateMac of AWS shows it.')}`,
        ]
      : []),
    ...(kind === 'aes'
      ? [
          'Nothing that leaves the room proves that AWS has the very key of the HSM: ciphertexts of AWS are framed, and it shows no check value. RSA-OAEP only shows that the material arrived undamaged.',
        ]
      : []),
  ];
}

/** ImportType is for symmetric encryption keys only (AWS KMS API Reference, ImportKeyMaterial). */
function otherMaterial({ spec }: Key): string {
  return keySpecs[spec].kind === 'aes'
    ? 'The KMS key has other material already, or another key spec: stop, and find out whose material it is. To add to it is a decision of whoever answers for the key, never a matter of the upload: --import-type NEW_KEY_MATERIAL adds material that can be made the current one, and what was encrypted under the other needs that for ever.'
    : 'The KMS key has other material already, or another key spec: stop, and find out whose material it is. This KMS key takes no other; another KMS key means another import token.';
}

/** Errors of ImportKeyMaterial (AWS KMS API Reference) and of the CLI. */
function failures(key: Key): UploadSection['failures'] {
  return [
    { message: 'ExpiredImportTokenException', meaning: `The import token has ended. ${wrapAgain(key)}` },
    {
      message: 'InvalidImportTokenException',
      meaning:
        'The token is for another key, or what was sent is no token: use the command above as it stands, with fileb:// and the file of this bundle.',
    },
    {
      message: 'InvalidCiphertextException',
      meaning: `AWS could not open the material: the token was fetched with another wrapping algorithm than the plan names, or the wrapping key came from another call than the token. ${wrapAgain(key)}`,
    },
    { message: 'IncorrectKeyMaterialException', meaning: otherMaterial(key) },
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
}
