import { isAsymmetric, keySpecs } from '../../keys/specs.ts';
import type { KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { comparePublicKeys, fetchedFile } from '../outbound/public-key-check.ts';
import { compareWithHsm } from '../outbound/remedies.ts';
import { inBothShells } from '../outbound/shell.ts';
import { keyTypeOf, products, type VaultDestination } from './destination.ts';
import { wrappedTextFile } from './wrapped-text.ts';

type Key = KeyToUpload<VaultDestination>;

/**
 * What the online desk does with `wrapped.b64`. The key is left as transit makes it: not exportable, without plaintext
 * backup, not rotated by the service.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function vaultUpload(key: Key, folder: string): UploadSection {
  return {
    undated: null,
    warnings: warnings(key),
    tools: [tool(key)],
    signIn: [nameServer(key)],
    upload: [importKey(key, `${folder}/${wrappedTextFile}`)],
    checks: [showKey(key), ...(isAsymmetric(key.spec) ? [comparePublicKey(key, folder)] : [])],
    failures: failures(key),
  };
}

function tool({ destination }: Key): string {
  const { name, command, since } = products[destination.product];
  return `${command}: the command line of ${name}${since === null ? '' : `, ${since} or later`}`;
}

function warnings(key: Key): string[] {
  const { destination, spec } = key;
  const { name, namespaceVariable } = products[destination.product];
  return [
    `${name} refuses the import when ${destination.mount} has a key named ${destination.keyName}. Do not delete one for it without a decision: its versions go with it.`,
    `The wrapping key belongs to the mount ${destination.mount} of this server. A mount that was disabled and enabled again has another one, which opens nothing of this bundle.`,
    `If the mount lies in a namespace, name that in ${namespaceVariable} first.`,
    ...(keySpecs[spec].kind === 'aes'
      ? [`${name} shows no check value of an AES key: that it is the one of the HSM rests on the import alone.`]
      : []),
    ...(keySpecs[spec].kind === 'hmac'
      ? [
          `${name} shows no check value of an HMAC key. ${compareWithHsm(key, `An HMAC of one text by the HSM and by ${destination.mount}/hmac/${destination.keyName} shows that the key is the same.`)}`,
        ]
      : []),
  ];
}

function nameServer({ destination }: Key): UploadCommand {
  const { name, command, addressVariable } = products[destination.product];
  return {
    purpose: `Name the server, make sure that it is unsealed, and log in to ${name} as somebody who may import keys.`,
    posix: `export ${addressVariable}='${destination.address}'\n${command} status\n${command} login`,
    powershell: `$env:${addressVariable} = '${destination.address}'\n${command} status\n${command} login`,
  };
}

function importKey(key: Key, file: string): UploadCommand {
  const { destination, spec } = key;
  const command =
    `${cli(key)} write '${pathOf(key)}/import' 'ciphertext=@${file}'` +
    ` hash_function=${destination.hash} type=${keyTypeOf(spec)}`;
  return inBothShells('Import the key.', command);
}

function showKey(key: Key): UploadCommand {
  const command = `${cli(key)} read '${pathOf(key)}'`;
  return inBothShells(
    `Look at the key: type is ${keyTypeOf(key.spec)}, imported_key true, latest_version 1, exportable and allow_plaintext_backup false.`,
    command,
  );
}

/** A key that was just imported has one version only. JSON writes the line ends of PEM as `\n`, which `%b` takes back. */
function comparePublicKey(key: Key, folder: string): UploadCommand {
  const copy = fetchedFile(key.keyId, 'pem');
  const read = `${cli(key)} read -format=json '${pathOf(key)}'`;
  return comparePublicKeys(key.keyId, folder, {
    posix: `printf '%b' "$(${read} | sed -n 's/.*"public_key": *"\\([^"]*\\)".*/\\1/p')" > '${copy}'`,
    powershell: `(${read} | ConvertFrom-Json).data.keys.'1'.public_key | Set-Content -Encoding ascii '${copy}'`,
  });
}

function cli({ destination }: Key): string {
  return products[destination.product].command;
}

function pathOf({ destination }: Key): string {
  return `${destination.mount}/keys/${destination.keyName}`;
}

/** Messages of builtin/logical/transit/path_import.go and sdk/helper/keysutil/policy.go, and of the server. */
function failures({ destination }: Key): UploadSection['failures'] {
  const { name, namespaceVariable, since } = products[destination.product];
  return [
    {
      message: 'the import path cannot be used with an existing key',
      meaning:
        'The mount has a key of this name. Plan another name; import_version is for later versions of an imported key.',
    },
    {
      message: 'crypto/rsa: decryption error',
      meaning: `${name} could not open the file: it is another server, another mount, or one that was enabled again. Use the command above as it stands, with its hash_function.`,
    },
    {
      message: 'illegal base64 data, or: provided ciphertext is too short',
      meaning:
        'The file was cut or changed on its way: compare every file with MANIFEST.json, and take it from the medium again.',
    },
    {
      message: 'invalid key size … for key type, or: error parsing asymmetric key',
      meaning:
        'The key is not of the stated type. Use the command above as it stands; if it returns, stop and examine the HSM.',
    },
    {
      message: 'no handler for route, or: unsupported path',
      meaning: `There is no transit engine at this mount: check the mount, and the namespace in ${namespaceVariable}.${since === null ? '' : ` Import needs ${name} ${since} or later.`}`,
    },
    {
      message: 'permission denied',
      meaning: 'The person logged in has no policy with update on this path.',
    },
  ];
}
