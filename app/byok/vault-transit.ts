import { keySpecs } from '../keys/specs.ts';
import type { DestinationFormat } from './format.ts';
import { readPemOrJson } from './inbound/pem-or-json.ts';
import { supportMatrix } from './support-matrix.ts';
import { products, vaultSchema, type VaultDestination } from './vault/destination.ts';
import { vaultUpload } from './vault/upload.ts';
import { inspectWrappedText, wrappedText } from './vault/wrapped-text.ts';
import { vaultWrappingKey } from './vault/wrapping-key.ts';

/**
 * The transit secrets engine of HashiCorp Vault (1.11 and later) and OpenBao: each mount has one RSA-4096 wrapping key
 * without an end. RSA-AES only, the first 512 bytes by OAEP with MGF1 of the hash that the import names and an empty label,
 * then RFC 5649; the ephemeral key must be AES-256. Key pairs are PKCS#8, secret keys raw, HMAC keys of 32 to 512 bytes: no
 * HMAC-224. The type `hmac` needs no other parameters.
 * Sources: hashicorp/vault and openbao/openbao, builtin/logical/transit/{path_import,path_wrapping_key}.go and
 * sdk/helper/keysutil/policy.go (Import, HmacMinKeySize). The service takes OAEP with SHA-224 too, Keyferry does not.
 */
export const vaultTransit: DestinationFormat<VaultDestination> = {
  type: 'vault-transit',
  title: 'Vault or OpenBao transit',
  schema: vaultSchema,
  ways: () => supportMatrix['vault-transit'],
  option: ({ hash }) => hash,

  whyNot: (_, spec) =>
    keySpecs[spec].kind === 'ec' ? 'transit has no keys on secp256k1' : 'transit has AES keys of 128 and 256 bits only',

  refusesNow: () => null,

  cautions({ product }, spec) {
    if (spec !== 'hmac-224') return [];
    const text = `${products[product].name} imports HMAC keys of 32 to 512 bytes; it refuses one of 28, as ${spec} is.`;
    return [{ rule: 'PLAN-OPERATIONS-FIT-SPEC', text }];
  },

  scope: ({ address, mount }) => `${address}/v1/${mount}`,
  isKekId: (_, id) => id === null,
  takesZip: false,
  target: ({ address, mount, keyName }) => `${address}/v1/${mount}/keys/${keyName}`,

  describe: ({ address, mount, keyName, product }) => ({
    service: `${products[product].name} transit`,
    place: `${address}, mount ${mount}`,
    name: keyName,
    uses: 'whatever transit allows for its key type',
    end: null,
    kekLabel: null,
  }),

  readInbound: (files) =>
    readPemOrJson(files, {
      jsonLabel: 'wrapping key JSON of transit',
      kekBits: supportMatrix['vault-transit'][0].kekBits,
      keyOf: vaultWrappingKey,
    }),

  assemble: wrappedText,
  inspect: inspectWrappedText,
  upload: vaultUpload,
};
