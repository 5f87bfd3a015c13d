import { keySpecs } from '../keys/specs.ts';
import { refusal } from '../rules/refusal.ts';
import { assembleBlob, inspectBlob } from './azure/blob.ts';
import { azureSchema, fittingOperations, placeOf, type AzureDestination } from './azure/destination.ts';
import { readAzureInbound } from './azure/kek.ts';
import { azureUpload } from './azure/upload.ts';
import type { DestinationFormat } from './format.ts';

/** Azure Key Vault Premium and Managed HSM: CKM_RSA_AES_KEY_WRAP with OAEP SHA-1, carried in a `.byok` file. */
export const azureKeyVault: DestinationFormat<AzureDestination> = {
  type: 'azure-key-vault',
  title: 'Azure Key Vault',
  schema: azureSchema,

  refusesSpec(destination, spec) {
    const { kind } = keySpecs[spec];
    if (kind === 'rsa' || kind === 'ec') return null;
    if (kind === 'aes' && destination.managedHsm !== undefined) return null;
    const reason =
      kind === 'aes'
        ? 'Azure imports AES keys into a Managed HSM only, not into a vault'
        : 'Azure imports no HMAC keys';
    return refusal('PLAN-DESTINATION-TAKES-SPEC', `Key spec ${spec}: ${reason}.`);
  },

  // An EC key with another operation leaves the room only to be answered with BadParameter by the service.
  cautions({ operations }, spec) {
    const unfit = keySpecs[spec].kind === 'ec' ? operations.filter((each) => !fittingOperations.ec.includes(each)) : [];
    if (unfit.length === 0) return [];
    const text = `For ${spec} Azure takes ${fittingOperations.ec.join(', ')}; it refuses ${unfit.join(', ')}.`;
    return [{ rule: 'PLAN-OPERATIONS-FIT-SPEC', text }];
  },

  // The host names one vault of one cloud; the same name may exist in another cloud.
  scope: (destination) => placeOf(destination).hosts[0],

  // Names of keys are told apart without regard to case (about-keys-secrets-certificates.md, object identifiers).
  target: (destination) => `${placeOf(destination).hosts[0]}/keys/${destination.keyName.toLowerCase()}`,

  describe(destination) {
    return {
      // The host alone says which cloud, and whether it is a vault or a Managed HSM.
      place: placeOf(destination).hosts[0],
      name: destination.keyName,
      uses: destination.operations.join(', '),
    };
  },

  readInbound: readAzureInbound,

  // Azure knows the hybrid form only, with SHA-1 and MGF1-SHA-1 (byok-specification.md); it states no AES length, and
  // 256 bits is what every known implementation sends.
  wrapPlan: () => ({ method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 }),

  assemble: assembleBlob,
  inspect: inspectBlob,
  upload: azureUpload,
};
