import { keySpecs } from '../keys/specs.ts';
import { assembleBlob, inspectBlob } from './azure/blob.ts';
import { azureSchema, fittingOperations, placeOf, type AzureDestination } from './azure/destination.ts';
import { isPlannedKid, readAzureInbound } from './azure/kek.ts';
import { azureUpload } from './azure/upload.ts';
import type { DestinationFormat } from './format.ts';
import { supportMatrix } from './support-matrix.ts';

/**
 * Azure Key Vault Premium and Managed HSM: CKM_RSA_AES_KEY_WRAP carried in a `.byok` file. Azure knows the hybrid form
 * only, with SHA-1 and MGF1-SHA-1; it states no AES length, and 256 bits is what every known implementation sends.
 * Source: MicrosoftDocs/azure-security-docs, articles/key-vault/keys/byok-specification.md (2026-04-09).
 */
export const azureKeyVault: DestinationFormat<AzureDestination> = {
  type: 'azure-key-vault',
  title: 'Azure Key Vault',
  schema: azureSchema,

  // The same name may be a vault's and a Managed HSM's; what they take differs.
  ways: ({ managedHsm }) => [supportMatrix['azure-key-vault'][managedHsm === undefined ? 0 : 1]],
  option: () => null,

  whyNot: (_, spec) =>
    keySpecs[spec].kind === 'aes'
      ? 'Azure imports AES keys into a Managed HSM only, not into a vault'
      : 'Azure imports no HMAC keys',

  refusesNow: () => null,

  // An EC key with another operation leaves the room only to be answered with BadParameter by the service.
  cautions({ operations }, spec) {
    const unfit = keySpecs[spec].kind === 'ec' ? operations.filter((each) => !fittingOperations.ec.includes(each)) : [];
    if (unfit.length === 0) return [];
    const text = `For ${spec} Azure takes ${fittingOperations.ec.join(', ')}; it refuses ${unfit.join(', ')}.`;
    return [{ rule: 'PLAN-OPERATIONS-FIT-SPEC', text }];
  },

  // The host names one vault of one cloud; the same name may exist in another cloud.
  scope: (destination) => placeOf(destination).hosts[0],
  isKekId: (destination, id) => id !== null && isPlannedKid(id, placeOf(destination)),
  takesZip: false,

  // Names of keys are told apart without regard to case (about-keys-secrets-certificates.md, object identifiers).
  target: (destination) => `${placeOf(destination).hosts[0]}/keys/${destination.keyName.toLowerCase()}`,

  describe(destination) {
    return {
      service: destination.managedHsm === undefined ? 'Azure Key Vault' : 'Azure Managed HSM',
      // The host says which cloud.
      place: placeOf(destination).hosts[0],
      name: destination.keyName,
      uses: destination.operations.join(', '),
      end: null,
      kekLabel: 'Key identifier',
    };
  },

  readInbound: readAzureInbound,

  assemble: assembleBlob,
  inspect: inspectBlob,
  upload: azureUpload,
};
