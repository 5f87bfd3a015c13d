import { isAsymmetric, keySpecs, type CurveName, type KeySpec } from '../../keys/specs.ts';
import type { KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { comparePublicKeys, fetchedFile } from '../outbound/public-key-check.ts';
import { compareWithHsm, wrapAgain } from '../outbound/remedies.ts';
import { inBothShells } from '../outbound/shell.ts';
import { blobFileName } from './blob.ts';
import { fittingOperations, placeOf, type AzureDestination, type AzurePlace } from './destination.ts';

type Key = KeyToUpload<AzureDestination>;

/** Azure's name of a curve where it is not the JOSE name. */
const azureCurves: Readonly<Record<CurveName, string>> = {
  'P-256': 'P-256',
  'P-384': 'P-384',
  'P-521': 'P-521',
  secp256k1: 'P-256K',
};

/**
 * What the online desk does with the `.byok` file, by the Azure CLI in both shells: one sign-in serves import and checks.
 * Options are those that azure-cli parses (`--kty` RSA, EC or oct, without -HSM; `--curve` with EC only), not those that
 * Microsoft's page prints.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function azureUpload(key: Key, folder: string): UploadSection {
  const place = placeOf(key.destination);
  return {
    undated: null,
    warnings: warnings(key, place),
    tools: [`az: Azure CLI, ${place.kind === 'vault' ? '2.1.0' : '2.12.0'} or later`],
    signIn: [signIn(place)],
    upload: [importKey(key, place, `${folder}/${blobFileName(key.destination)}`)],
    checks: [...(isAsymmetric(key.spec) ? [comparePublicKey(key, place, folder)] : []), showKey(key, place)],
    failures: failures(key),
  };
}

/** Operations that do not fit can be left for AES only: no report says what the service answers, so the plan may have them. */
function warnings(key: Key, place: AzurePlace): string[] {
  const { destination, spec, kek } = key;
  const { kind } = keySpecs[spec];
  const unfit = destination.operations.filter((operation) => !fittingOperations[kind].includes(operation));
  return [
    `If ${place.name} already has a key named ${destination.keyName}, Azure makes the import a new version of it, without asking.`,
    `The wrapping key ${kek.id ?? ''} must still exist, in this very version, when the file is uploaded.`,
    ...(unfit.length > 0
      ? [
          `Azure has no use for ${unfit.join(', ')} with a key of this type and may refuse it; it has ${fittingOperations[kind].join(', ')}.`,
        ]
      : []),
    ...(kind === 'aes'
      ? [
          `Azure shows no check value of an AES key. ${compareWithHsm(key, 'A ciphertext of one text by the HSM and by Azure shows that the key is the same.')}`,
        ]
      : []),
  ];
}

function signIn({ cloudName, name }: AzurePlace): UploadCommand {
  const turn = cloudName === 'AzureCloud' ? [] : [`az cloud set --name ${cloudName}`];
  return inBothShells(
    `Sign in to ${cloudName} as somebody who may import keys into ${name}.`,
    [...turn, 'az login'].join('\n'),
  );
}

function importKey({ destination, spec }: Key, place: AzurePlace, file: string): UploadCommand {
  const { type, curve } = azureKeyType(spec);
  const command = [
    `az keyvault key import ${azTarget(place, destination)} --byok-file '${file}' --kty ${type}`,
    ...(curve === null ? [] : [`--curve ${curve}`]),
    `--ops ${destination.operations.join(' ')}`,
  ].join(' ');
  return inBothShells('Import the key.', command);
}

/** By the key id, which is the plan's only name for one key: two vaults may have keys of one name. */
function comparePublicKey({ keyId, destination }: Key, place: AzurePlace, folder: string): UploadCommand {
  const target = azTarget(place, destination);
  const download = `az keyvault key download ${target} --encoding PEM --file '${fetchedFile(keyId, 'pem')}'`;
  return comparePublicKeys(keyId, folder, { posix: download, powershell: download });
}

function showKey({ destination, spec }: Key, place: AzurePlace): UploadCommand {
  return inBothShells(
    `Look at the new version: kty is ${azureKeyType(spec).type}-HSM, the operations are ${destination.operations.join(', ')}. Note its kid in the receipt.`,
    `az keyvault key show ${azTarget(place, destination)} -o json`,
  );
}

function azTarget(place: AzurePlace, destination: AzureDestination): string {
  const option = place.kind === 'vault' ? '--vault-name' : '--hsm-name';
  return `${option} '${place.name}' --name '${destination.keyName}'`;
}

function azureKeyType(spec: KeySpec): { type: 'RSA' | 'EC' | 'oct'; curve: string | null } {
  const info = keySpecs[spec];
  if (info.kind === 'ec') return { type: 'EC', curve: azureCurves[info.curve] };
  return { type: info.kind === 'rsa' ? 'RSA' : 'oct', curve: null };
}

function failures(key: Key): UploadSection['failures'] {
  return [
    {
      message: 'must be a valid JsonWebKey object',
      meaning:
        'Azure could not open the file as the stated key type. Use the command above as it stands, with its --kty and --curve, and the file of this bundle (azure-cli#7150, #16223).',
    },
    {
      message: 'Unsupported key operation(s)',
      meaning: 'The operations do not fit the key type. Repeat the import with the operations that the message names.',
    },
    {
      message: 'unrecognized arguments: --byok-file, or --curve',
      meaning: 'azure-cli is too old: update it (BYOK needs 2.1.0 for vaults, 2.12.0 for a Managed HSM).',
    },
    {
      message: 'Forbidden',
      meaning:
        'The person signed in may not import keys here: have the permission keys/import granted, or check the firewall of the vault.',
    },
    {
      message: 'KeyNotFound, or the wrapping key cannot be used',
      meaning: `The wrapping key or its version is disabled, gone or expired: enable it, or recover it when it was deleted, in the same version. When it is gone for good: ${wrapAgain(key)}`,
    },
    {
      message: 'deleted but recoverable state',
      meaning: 'A deleted key still holds this name: recover it, or purge it, and import again. The file stays good.',
    },
  ];
}
