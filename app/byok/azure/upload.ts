import { isAsymmetric, keySpecs, type CurveName, type KeySpec } from '../../keys/specs.ts';
import type { KeyToCarry, UploadCommand, UploadSection } from '../format.ts';
import { blobFileName } from './blob.ts';
import { fittingOperations, placeOf, type AzureDestination, type AzurePlace } from './destination.ts';

/** Azure's name of a curve where it is not the JOSE name. */
const azureCurves: Readonly<Record<CurveName, string>> = {
  'P-256': 'P-256',
  'P-384': 'P-384',
  'P-521': 'P-521',
  secp256k1: 'P-256K',
};

/**
 * What the online desk does with the `.byok` file. Options are those that azure-cli parses (`--kty` RSA, EC or oct,
 * without -HSM; `--curve` with EC only), not those that Microsoft's page prints.
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function azureUpload(key: KeyToCarry<AzureDestination>, folder: string): UploadSection {
  const place = placeOf(key.destination);
  return {
    undated: null,
    warnings: warnings(key, place),
    upload: [...selectCloud(place), importKey(key, place, `${folder}/${blobFileName(key.destination)}`)],
    checks: [...(isAsymmetric(key.spec) ? [comparePublicKeys(key, place, folder)] : []), showKey(key, place)],
    failures,
  };
}

/** Operations that do not fit can be left for AES only: no report says what the service answers, so the plan may have them. */
function warnings({ destination, spec, kek }: KeyToCarry<AzureDestination>, place: AzurePlace): string[] {
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
      ? ['Azure shows no check value of an AES key: compare a ciphertext of your own after the import.']
      : []),
  ];
}

function selectCloud({ cloudName, kind }: AzurePlace): UploadCommand[] {
  if (cloudName === 'AzureCloud') return [];
  const posix = `az cloud set --name ${cloudName}`;
  const powershell = kind === 'vault' ? `Connect-AzAccount -Environment ${cloudName}` : posix;
  return [{ purpose: `Turn to ${cloudName}; sign in again after that.`, posix, powershell }];
}

function importKey(
  { destination, spec }: KeyToCarry<AzureDestination>,
  place: AzurePlace,
  file: string,
): UploadCommand {
  const { type, curve } = azureKeyType(spec);
  const posix = [
    `az keyvault key import ${azTarget(place, destination)} --byok-file '${file}' --kty ${type}`,
    ...(curve === null ? [] : [`--curve ${curve}`]),
    `--ops ${destination.operations.join(' ')}`,
  ].join(' ');
  const cmdlet = [
    `Add-AzKeyVaultKey -VaultName '${place.name}' -Name '${destination.keyName}' -KeyFilePath '${file}'`,
    ...(curve === null ? [] : [`-KeyType EC -CurveName '${curve}'`]),
    `-KeyOps ${destination.operations.join(',')}`,
  ].join(' ');
  // For a Managed HSM the cmdlet has no key type and ignores -KeyOps (azure-powershell#16773); az runs in PowerShell too.
  return { purpose: 'Import the key.', posix, powershell: place.kind === 'vault' ? cmdlet : posix };
}

/** The strongest check there is: Azure's public key is the one the HSM gave. */
function comparePublicKeys(
  { keyId, destination }: KeyToCarry<AzureDestination>,
  place: AzurePlace,
  folder: string,
): UploadCommand {
  // One level up: a file inside the bundle would fail its verification. By the key id, which is the plan's only name for
  // one key: two vaults may have keys of one name, and az refuses to overwrite a file.
  const copy = `../${keyId}.cloud.der`;
  const download = `az keyvault key download ${azTarget(place, destination)} --encoding DER --file '${copy}'`;
  return {
    purpose: `Compare the public keys by SHA-256: the key at Azure, ${folder}/public-key.pem, and publicKey.spkiSha256 in MANIFEST.json are the same.`,
    posix: `${download}\nopenssl pkey -pubin -in '${folder}/public-key.pem' -outform DER | sha256sum - '${copy}'`,
    powershell: `${download}\n(Get-FileHash -Algorithm SHA256 '${copy}').Hash.ToLower()`,
  };
}

function showKey({ destination, spec }: KeyToCarry<AzureDestination>, place: AzurePlace): UploadCommand {
  const type = `${azureKeyType(spec).type}-HSM`;
  return {
    purpose: `Look at the new version: kty is ${type}, the operations are ${destination.operations.join(', ')}. Note its kid in the receipt.`,
    posix: `az keyvault key show ${azTarget(place, destination)} -o json`,
    powershell:
      place.kind === 'vault'
        ? `Get-AzKeyVaultKey -VaultName '${place.name}' -Name '${destination.keyName}' | Format-List`
        : `az keyvault key show ${azTarget(place, destination)} -o json`,
  };
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

const failures: UploadSection['failures'] = [
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
    meaning: 'The wrapping key or its version is gone, disabled or expired. A new wrapping key means a new ceremony.',
  },
  {
    message: 'deleted but recoverable state',
    meaning: 'A deleted key still holds this name: recover or purge it, or plan another name.',
  },
];
