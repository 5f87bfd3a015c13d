import { createPublicKey } from 'node:crypto';
import { openHybrid, openRsaPart } from '../open-wrapped.ts';
import type { Cloud, CloudKek } from './cloud.ts';

const vault = 'ocid1.vault.oc1.iad.exampleaaacu2.abuwcljrexample';

/** OCI Vault: one wrapping key for each vault, and the two complex parameters of its import call back. */
export const ociVaultCloud: Cloud = {
  type: 'oci-vault',

  destination: ({ option, name }) => ({
    type: 'oci-vault',
    compartment: 'ocid1.compartment.oc1..aaaaaaaaexample',
    managementEndpoint: 'https://exampleaaacu2-management.kms.us-ashburn-1.oraclecloud.com',
    displayName: `Payroll ${name}`,
    wrappingAlgorithm: option,
  }),

  handOut: (kek) => ({
    files: { 'wrapping-key.json': `${JSON.stringify(wrappingKey(kek), null, 2)}\n` },
    importToken: null,
    nonce: null,
  }),

  open(delivered, kek, { spec, option }) {
    const { algorithm, length } = jsonOf(delivered('key-shape.json'));
    const [kind = '', bits = ''] = spec.split('-');
    if (algorithm !== kind.toUpperCase() || length !== Number(bits) / 8) {
      throw new Error(`the key shape is ${String(algorithm)} of ${String(length)} bytes`);
    }
    const { keyMaterial, wrappingAlgorithm } = jsonOf(delivered('wrapped-import-key.json'));
    if (wrappingAlgorithm !== option) throw new Error(`the wrapping algorithm is ${String(wrappingAlgorithm)}`);
    const blob = new Uint8Array(Buffer.from(String(keyMaterial), 'base64'));
    return option === 'RSA_OAEP_SHA256'
      ? openRsaPart(blob, kek.pkcs8, 'sha256')
      : openHybrid(blob, 512, kek.pkcs8, 'sha256');
  },
};

/** What `oci kms management wrapping-key get` prints. */
export function wrappingKey({ spki }: Pick<CloudKek, 'spki'>) {
  return {
    data: {
      'compartment-id': 'ocid1.compartment.oc1..aaaaaaaaexample',
      id: 'ocid1.key.oc1.iad.exampleaaacu2.abuwcljrwrapping',
      'lifecycle-state': 'ENABLED',
      'public-key': createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
        type: 'spki',
        format: 'pem',
      }),
      'time-created': '2026-01-12T09:30:00.123000+00:00',
      'vault-id': vault,
    },
  };
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}
