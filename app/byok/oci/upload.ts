import { isAsymmetric, keySpecs } from '../../keys/specs.ts';
import type { InShells, KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { comparePublicKeys, fetchedFile } from '../outbound/public-key-check.ts';
import { inBothShells } from '../outbound/shell.ts';
import type { OciDestination } from './destination.ts';
import { ociFiles } from './import-files.ts';

type Key = KeyToUpload<OciDestination>;

/**
 * What the online desk does with the two JSON files (docs.oracle.com, OCI CLI, `kms management key import`). The protection
 * mode is said aloud: HSM, which is also what OCI takes without a word.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function ociUpload(key: Key, folder: string): UploadSection {
  return {
    undated: null,
    warnings: warnings(key),
    tools: ['oci: OCI CLI, with a profile of "oci setup config"'],
    signIn: [signIn(key)],
    upload: [importKey(key, folder)],
    checks: [showKey(key), ...(isAsymmetric(key.spec) ? [comparePublicKey(key, folder)] : [])],
    failures,
  };
}

function signIn({ destination }: Key): UploadCommand {
  return inBothShells(
    'Look by whom and where you are signed in: the answer is the compartment of the plan.',
    `oci iam compartment get --compartment-id '${destination.compartment}'`,
  );
}

function warnings({ spec, destination }: Key): string[] {
  const info = keySpecs[spec];
  return [
    `Display names need not be unique: an import makes a new key even where ${destination.displayName} exists. Look first, and do not import twice.`,
    'The wrapping key belongs to the vault of the endpoint. A vault that was deleted and made again has another one, which opens nothing of this bundle.',
    ...(info.kind === 'aes' && info.bits > 128
      ? [
          'For PCI compliance Oracle wants no key stronger than the wrapping key, which at RSA-4096 means AES keys of 128 bits at most. OCI takes longer ones all the same.',
        ]
      : []),
    ...(info.kind === 'aes'
      ? [
          'OCI shows no check value of an AES key, and its ciphertexts have a form of their own: that the key is the one of the HSM rests on the import alone.',
        ]
      : []),
  ];
}

function importKey(key: Key, folder: string): UploadCommand {
  const { compartment, displayName } = key.destination;
  const command =
    `oci kms management key import --compartment-id '${compartment}' --display-name '${displayName}'` +
    ` --key-shape 'file://${folder}/${ociFiles.shape}' --wrapped-import-key 'file://${folder}/${ociFiles.material}'` +
    ` --protection-mode HSM ${endpoint(key)}`;
  return inBothShells('Import the key. Note the id of the answer in the receipt.', command);
}

function showKey(key: Key): UploadCommand {
  const { posix, powershell } = newestKey(key);
  const show = `oci kms management key get --key-id "$KEY" ${endpoint(key)}`;
  return {
    purpose:
      'Look at the key: its id is the one that the import answered, its lifecycle-state is ENABLED, its protection-mode HSM, its key-shape as in key-shape.json.',
    posix: `${posix}\n${show}`,
    powershell: `${powershell}\n${show}`,
  };
}

function comparePublicKey(key: Key, folder: string): UploadCommand {
  const copy = fetchedFile(key.keyId, 'pem');
  const { posix, powershell } = newestKey(key);
  const get = `oci kms management key get --key-id "$KEY" ${endpoint(key)}`;
  const getVersion = `oci kms management key-version get --key-id "$KEY" --key-version-id "$VERSION" ${endpoint(key)}`;
  return comparePublicKeys(key.keyId, folder, {
    posix: [
      posix,
      `VERSION=$(${get} --query 'data."current-key-version"' --raw-output)`,
      `${getVersion} --query 'data."public-key"' --raw-output > '${copy}'`,
    ].join('\n'),
    powershell: [
      powershell,
      `$VERSION = (${get} | ConvertFrom-Json).data.'current-key-version'`,
      `(${getVersion} | ConvertFrom-Json).data.'public-key' | Set-Content -Encoding ascii '${copy}'`,
    ].join('\n'),
  });
}

/** Puts the id of the key that was made last under the planned name into KEY: OCI chooses it at the import. */
function newestKey(key: Key): InShells {
  const { compartment, displayName } = key.destination;
  const list = `oci kms management key list --compartment-id '${compartment}' --all ${endpoint(key)}`;
  const query = `"sort_by(data[?\\"display-name\\"=='${displayName}'], &\\"time-created\\")[-1].id"`;
  return {
    posix: `KEY=$(${list} --query ${query} --raw-output)`,
    powershell: `$KEY = ((${list} | ConvertFrom-Json).data | Where-Object 'display-name' -eq '${displayName}' | Sort-Object 'time-created' | Select-Object -Last 1).id`,
  };
}

function endpoint({ destination }: Key): string {
  return `--endpoint '${destination.managementEndpoint}'`;
}

const failures: UploadSection['failures'] = [
  {
    message: 'InvalidParameter, or: the wrapped key cannot be unwrapped',
    meaning:
      'OCI could not open the file with the wrapping key of this vault, or the key has not the shape that key-shape.json names. Check that the endpoint is the one of the plan and of the wrapping key.',
  },
  {
    message: 'NotAuthorizedOrNotFound',
    meaning:
      'The person signed in may not manage keys in this compartment (policy: manage keys), or the compartment or the vault is another one.',
  },
  {
    message: 'ServiceError 404, or the host is not found',
    meaning:
      'The endpoint is not the management endpoint of the vault: oci kms management vault get shows it as management-endpoint.',
  },
  {
    message: 'LimitExceeded',
    meaning:
      'The vault holds as many keys of this kind as it may: have the limit raised, and import again. The files stay good.',
  },
];
