import { azureClouds, azureOperations, fittingOperations } from '../byok/azure/destination.ts';
import { googleAlgorithms } from '../byok/google/destination.ts';
import { supportMatrix, type DestinationType } from '../byok/support-matrix.ts';
import { vaultProducts } from '../byok/vault/destination.ts';
import { keySpecs, type KeySpec } from '../keys/specs.ts';
import { choice, endOfKey, optional, text, type MemberOption } from './members.ts';

/** A place that a key can be sent to, and what a plan says of it: a form asks for one member after the other. */
export interface DestinationOption {
  /** Its own id: one type of destination may have two places, of which a plan names one. */
  readonly id: string;
  readonly type: DestinationType;
  /** The place, as the support matrix calls it. */
  readonly title: string;
  readonly members: readonly MemberOption[];
}

/** The options of a service's ways, each once, the one to prefer first. */
function waysOf(type: DestinationType): readonly string[] {
  return [...new Set(supportMatrix[type].map(({ option }) => option))];
}

const wrappingAlgorithm = (type: DestinationType): MemberOption =>
  choice('wrappingAlgorithm', 'Wrapping algorithm', waysOf(type), {
    hint: 'Of the files that the online desk fetches. SHA-256 unless the HSM cannot do it.',
    takesFirst: true,
  });

const placeName = 'contoso-prod';
const azureMembers = (place: MemberOption): readonly MemberOption[] => [
  place,
  text('keyName', 'Key name there', 'payroll-root', 'A name that is there already gets a new version.'),
  {
    ...choice('operations', 'Operations', azureOperations, { hint: 'What the key may be used for there.' }),
    kind: 'list',
    fitting: (spec: KeySpec) => fittingOperations[keySpecs[spec].kind],
  },
  optional(choice('cloud', 'Cloud', azureClouds, { hint: 'Left open: public.' })),
];

const cloudKey = (example: string, hint: string): MemberOption => text('keyId', 'Key there', example, hint);
const madeFirst = 'Made there first, for material from outside.';
const region = (example: string): MemberOption => text('region', 'Region', example, 'As the console names it.');

const option = (
  id: string,
  type: DestinationType,
  row: number,
  members: readonly MemberOption[],
): DestinationOption => ({
  id,
  type,
  title: supportMatrix[type][row]?.place ?? type,
  members,
});

/** Every place that this version serves. `app/byok` says what each takes; here stands how a form asks for it. */
export const destinationOptions: readonly DestinationOption[] = [
  option(
    'azure-key-vault',
    'azure-key-vault',
    0,
    azureMembers(text('vault', 'Vault', placeName, 'Its name without the domain; the tier is Premium.')),
  ),
  option(
    'azure-managed-hsm',
    'azure-key-vault',
    1,
    azureMembers(text('managedHsm', 'Managed HSM', placeName, 'Its name without the domain.')),
  ),
  option('aws-kms', 'aws-kms', 0, [
    cloudKey(
      'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      `${madeFirst} The ARN, so that region and account are compared too; or its id.`,
    ),
    wrappingAlgorithm('aws-kms'),
    endOfKey,
  ]),
  option('huawei-kms', 'huawei-kms', 0, [
    text('endpoint', 'Endpoint', 'https://kms.eu-de.otc.t-systems.com', 'Origin of KMS in the region.'),
    text('projectId', 'Project', '3ba44455500dd431273ba44455500dd4', 'Of the region, under My Credentials.'),
    cloudKey('0d0466b0-e727-4d9c-b35d-f84bb474a37f', madeFirst),
    wrappingAlgorithm('huawei-kms'),
    endOfKey,
  ]),
  option('ibm-key-protect', 'ibm-key-protect', 0, [
    text('region', 'Region', 'eu-de', 'The first part of the host.'),
    text('instance', 'Instance', '12e8c9c2-a162-472d-b7d6-8b9a86b815a6', 'Its GUID in lower case.'),
    text('keyName', 'Key name there', 'payroll-root', 'The import makes the key.'),
  ]),
  option('google-cloud-kms', 'google-cloud-kms', 0, [
    text(
      'importJob',
      'Import job',
      'projects/contoso-prod/locations/europe-west3/keyRings/payroll/importJobs/from-hsm',
      'Full resource name. The job decides how the key is wrapped.',
    ),
    text(
      'cryptoKey',
      'Key there',
      'projects/contoso-prod/locations/europe-west3/keyRings/payroll/cryptoKeys/payroll-root',
      'Full resource name, in the key ring of the job.',
    ),
    choice('algorithm', 'Algorithm', googleAlgorithms, { hint: 'What the key is for there, in gcloud’s words.' }),
  ]),
  option('oci-vault', 'oci-vault', 0, [
    text('compartment', 'Compartment', 'ocid1.compartment.oc1..aaaaaaaaexample', 'Its OCID.'),
    text(
      'managementEndpoint',
      'Management endpoint',
      'https://exampleaaacu2-management.kms.us-ashburn-1.oraclecloud.com',
      'Of the vault; not the cryptographic one.',
    ),
    text('displayName', 'Key name there', 'Payroll root', 'The import makes the key.'),
    {
      ...choice('wrappingAlgorithm', 'Wrapping algorithm', waysOf('oci-vault').toReversed(), {
        hint: 'RSA_OAEP_SHA256 for AES keys.',
      }),
      takesFirst: true,
    },
  ]),
  option('vault-transit', 'vault-transit', 0, [
    text('address', 'Address', 'https://vault.contoso.example:8200', 'Origin of the server.'),
    optional(text('mount', 'Mount', 'transit', 'Path of the engine. Left open: transit.')),
    text('keyName', 'Key name there', 'payroll-root', 'The import makes the key.'),
    choice('product', 'Product', vaultProducts, { hint: 'Whose server it is.' }),
    optional(choice('hash', 'Hash of OAEP', waysOf('vault-transit'), { hint: 'Left open: SHA256.' })),
  ]),
  option('alibaba-kms', 'alibaba-kms', 0, [
    region('eu-central-1'),
    cloudKey('key-fra64f1c2d3example', madeFirst),
    wrappingAlgorithm('alibaba-kms'),
    endOfKey,
  ]),
  option('tencent-kms', 'tencent-kms', 0, [
    region('eu-frankfurt'),
    cloudKey('1ff78c0d-c54b-11e9-9cc9-5254006d0810', madeFirst),
    wrappingAlgorithm('tencent-kms'),
    endOfKey,
  ]),
];

/** Finds a place by its id; undefined for none, as in a form where nobody has chosen yet. */
export function optionOf(id: string): DestinationOption | undefined {
  return destinationOptions.find((each) => each.id === id);
}
