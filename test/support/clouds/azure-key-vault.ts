import { keyBundle } from '../azure-kek.ts';
import { openHybrid } from '../open-wrapped.ts';
import type { Cloud, Order } from './cloud.ts';

const host = ({ spec }: Order): string => (spec.startsWith('aes') ? 'contoso-hsm.managedhsm' : 'contoso-prod.vault');

/** The name of the wrapping key that was made for an order. */
export const kidOf = (order: Order): string =>
  `https://${host(order)}.azure.net/keys/kek-${order.name}/0123456789abcdef0123456789abcdef`;

/** Azure: the JSON of `az keyvault key show`, and a `.byok` file back. */
export const azureCloud: Cloud = {
  type: 'azure-key-vault',

  destination: (order) => ({
    type: 'azure-key-vault',
    ...(order.spec.startsWith('aes') ? { managedHsm: 'contoso-hsm' } : { vault: 'contoso-prod' }),
    keyName: order.name,
    operations: order.spec.startsWith('aes') ? ['wrapKey', 'unwrapKey'] : ['sign', 'verify'],
  }),

  handOut: ({ spki }, order) => ({
    files: { 'kek.json': JSON.stringify(keyBundle(spki, { 'key.kid': kidOf(order) }), null, 2) },
    importToken: null,
    nonce: null,
  }),

  open(delivered, kek, order) {
    const file = Buffer.from(delivered(`KeyTransferPackage-${order.name}.byok`)).toString();
    const { header, ciphertext } = JSON.parse(file) as { header: { kid: string }; ciphertext: string };
    if (header.kid !== kidOf(order)) throw new Error(`the file names ${header.kid}`);
    const blob = Buffer.from(ciphertext, 'base64url');
    const rsaBytes = kek.spki.length < 400 ? 256 : kek.spki.length < 500 ? 384 : 512;
    return openHybrid(blob, rsaBytes, kek.pkcs8, 'sha1');
  },
};
