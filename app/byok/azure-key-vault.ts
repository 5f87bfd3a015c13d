import { keySpecs } from '../keys/specs.ts';
import { refusal } from '../rules/refusal.ts';
import { assembleBlob, inspectBlob } from './azure/blob.ts';
import { azureSchema, placeOf, type AzureDestination } from './azure/destination.ts';
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

  // The host names one vault of one cloud; the same name may exist in another cloud.
  scope: (destination) => placeOf(destination).hosts[0],

  readInbound: readAzureInbound,

  // Azure knows the hybrid form only, with SHA-1 and MGF1-SHA-1 (byok-specification.md); it states no AES length, and
  // 256 bits is what every known implementation sends.
  wrapPlan: () => ({ method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 }),

  assemble: assembleBlob,
  inspect: inspectBlob,
  upload: azureUpload,
};
