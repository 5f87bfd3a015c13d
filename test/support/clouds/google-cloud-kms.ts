import { createPublicKey } from 'node:crypto';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { openHybrid, openRsaPart } from '../open-wrapped.ts';
import type { Cloud, CloudKek, Order } from './cloud.ts';

const ring = 'projects/contoso-prod/locations/europe-west3/keyRings/payroll';

/** One algorithm for each kind of key; the others differ in what the key does there only. */
const algorithms: Readonly<Partial<Record<KeySpec, string>>> = {
  'aes-256': 'google-symmetric-encryption',
  'hmac-224': 'hmac-sha224',
  'hmac-256': 'hmac-sha256',
  'hmac-384': 'hmac-sha384',
  'hmac-512': 'hmac-sha512',
  'rsa-2048': 'rsa-sign-pss-2048-sha256',
  'rsa-3072': 'rsa-decrypt-oaep-3072-sha256',
  'rsa-4096': 'rsa-sign-pkcs1-4096-sha512',
  'ec-p256': 'ec-sign-p256-sha256',
  'ec-p384': 'ec-sign-p384-sha384',
  'ec-secp256k1': 'ec-sign-secp256k1-sha256',
};

/** Cloud KMS: an import job, and raw bytes back. */
export const googleCloudKmsCloud: Cloud = {
  type: 'google-cloud-kms',

  destination: ({ spec, name }) => ({
    type: 'google-cloud-kms',
    importJob: jobName(name),
    cryptoKey: `${ring}/cryptoKeys/${name}`,
    algorithm: algorithms[spec] ?? 'none',
  }),

  handOut: (kek, order, ends) => ({
    files: { 'import-job.json': `${JSON.stringify(importJob(kek, order, ends), null, 2)}\n` },
    importToken: null,
    nonce: null,
  }),

  open(delivered, kek, { option }) {
    const blob = delivered('wrapped-key.bin');
    const [, bits = '', hash = '', aes] = /^rsa-oaep-(\d{4})-(sha\d+)(-aes-256)?$/.exec(option) ?? [];
    return aes === undefined ? openRsaPart(blob, kek.pkcs8, hash) : openHybrid(blob, Number(bits) / 8, kek.pkcs8, hash);
  },
};

/** What `gcloud kms import-jobs describe --format=json` prints: members in the order of the alphabet, nanoseconds. */
export function importJob(
  { spki }: Pick<CloudKek, 'spki'>,
  { option, name }: Pick<Order, 'option' | 'name'>,
  ends: Date,
) {
  const threeDays = 3 * 24 * 3_600_000;
  const nanoseconds = (moment: number): string => new Date(moment).toISOString().replace('Z', '654321Z');
  return {
    attestation: { format: 'CAVIUM_V2_COMPRESSED' },
    createTime: nanoseconds(ends.getTime() - threeDays),
    expireTime: nanoseconds(ends.getTime()),
    generateTime: nanoseconds(ends.getTime() - threeDays),
    importMethod: option.toUpperCase().replaceAll('-', '_'),
    name: jobName(name),
    protectionLevel: 'HSM',
    publicKey: {
      pem: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
        type: 'spki',
        format: 'pem',
      }),
    },
    state: 'ACTIVE',
  };
}

function jobName(name: string): string {
  return `${ring}/importJobs/${name}-job`;
}
