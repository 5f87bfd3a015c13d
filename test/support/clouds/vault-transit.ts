import { createPublicKey } from 'node:crypto';
import { openHybrid } from '../open-wrapped.ts';
import type { Cloud, CloudKek } from './cloud.ts';

/** Transit: one RSA-4096 wrapping key for each mount, and one base64 text back. */
export const vaultTransitCloud: Cloud = {
  type: 'vault-transit',

  destination: ({ option, name }) => ({
    type: 'vault-transit',
    address: 'https://vault.contoso.example:8200',
    mount: 'teams/payroll',
    keyName: name,
    product: 'vault',
    hash: option,
  }),

  handOut: (kek) => ({
    files: { 'wrapping-key.json': `${JSON.stringify(wrappingKeyAnswer(kek), null, 2)}\n` },
    importToken: null,
    nonce: null,
  }),

  // As path_import.go does: base64, 512 bytes for the ephemeral key, the rest RFC 5649.
  open(delivered, kek, { option }) {
    const text = new TextDecoder().decode(delivered('wrapped.b64'));
    const blob = Buffer.from(text, 'base64');
    if (blob.toString('base64') !== text) throw new Error('the text is no base64, or more than that');
    return openHybrid(new Uint8Array(blob), 512, kek.pkcs8, option.toLowerCase());
  },
};

/** What `vault read -format=json transit/wrapping_key` prints. */
export function wrappingKeyAnswer({ spki }: Pick<CloudKek, 'spki'>) {
  return {
    request_id: '0c7b8a54-0c4d-4a54-9c6e-5c5d1a6b7e21',
    lease_id: '',
    lease_duration: 0,
    renewable: false,
    data: {
      public_key: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
        type: 'spki',
        format: 'pem',
      }),
    },
    warnings: null,
    mount_type: 'transit',
  };
}
