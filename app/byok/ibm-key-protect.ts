import type { DestinationFormat } from './format.ts';
import { assembleCreateKey, inspectCreateKey } from './ibm/create-key.ts';
import { hostOf, ibmSchema, type IbmDestination } from './ibm/destination.ts';
import { readIbmInbound } from './ibm/inbound.ts';
import { ibmUpload } from './ibm/upload.ts';
import { supportMatrix } from './support-matrix.ts';

/**
 * IBM Key Protect: an AES key under the RSA-4096 key of an import token, by OAEP with SHA-256, and the nonce of the import
 * token under the AES key, by AES-GCM without additional data. The service opens both and compares the nonce, so an import
 * that it takes proves the key. There is one import token for an instance; a new one replaces it.
 * Source: ibm-cloud-docs/key-protect, create-import-tokens.md (2024-10-09), tutorials/secure-import.md, import-root-keys.md,
 * error-messages.md; ibm-cloud-docs/key-protect-cli-plugin, key-protect-cli-commands.md.
 *
 * UNCONFIRMED: the size of the key of an import token, which no page names; 4096 bits is what the service hands out, and
 * nothing else is taken here. Left out: Key Protect Dedicated, which has no import tokens, and Hyper Protect Crypto
 * Services, which wants SHA-1 and AES-CBC.
 */
export const ibmKeyProtect: DestinationFormat<IbmDestination> = {
  type: 'ibm-key-protect',
  title: 'IBM Key Protect',
  schema: ibmSchema,

  ways: () => supportMatrix['ibm-key-protect'],
  option: () => null,
  whyNot: () => 'IBM Key Protect imports AES keys of 128, 192 and 256 bits only',
  refusesNow: () => null,
  cautions: () => [],

  // One import token, with one wrapping key and one nonce, serves every key of an instance until it ends.
  scope: placeOf,
  isKekId: ({ instance }, id) => id === instance,
  takesZip: false,

  // Two keys of one name would not replace each other, but nobody could tell which is which.
  target: (destination) => `${placeOf(destination)}/keys/${destination.keyName}`,

  describe(destination) {
    return {
      service: 'IBM Key Protect',
      place: `${hostOf(destination)}, instance ${destination.instance}`,
      name: destination.keyName,
      uses: 'root key: wraps and unwraps data keys',
      end: null,
      kekLabel: 'For instance',
    };
  },

  readInbound: readIbmInbound,

  assemble: assembleCreateKey,
  inspect: inspectCreateKey,
  upload: ibmUpload,
};

function placeOf(destination: IbmDestination): string {
  return `${hostOf(destination)}/${destination.instance}`;
}
