import { generateKeyPairSync } from 'node:crypto';
import { testKek } from '../../support/inbound-files.ts';
import { bundleOf, eventsOf, type Event, type Sample, type SampleKey } from './bundle-maker.ts';

/** A ceremony for four clouds, each with something that Azure has not: import token, option, nonce, weak padding. */

const ring = 'projects/contoso-prod/locations/europe-west3/keyRings/payroll';
export const awsKeyId = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const importJob = `${ring}/importJobs/job-1`;
const instance = 'b3c1a2d4-5e6f-4a1b-8c2d-9e0f1a2b3c4d';
const deadline = '2026-11-24T14:07:32Z';

const destinations = {
  aws: { type: 'aws-kms', keyId: awsKeyId, wrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
  google: { type: 'google-cloud-kms', importJob, cryptoKey: `${ring}/cryptoKeys/store`, algorithm: 'aes-256-gcm' },
  ibm: { type: 'ibm-key-protect', region: 'eu-de', instance, keyName: 'payroll' },
  tencent: {
    type: 'tencent-kms',
    region: 'ap-guangzhou',
    keyId: '23e80852-1e38-11e9-b129-5cb9019b4b01',
    wrappingAlgorithm: 'RSAES_PKCS1_V1_5',
  },
} as const;

const plan = {
  keyferryPlan: 1,
  title: 'Payroll keys to four clouds',
  roles: { operator: 1, witness: 1 },
  quorum: { witness: 1 },
  keys: Object.entries(destinations).map(([id, destination]) => ({
    id,
    spec: 'aes-256',
    source: 'generate',
    after: 'destroy',
    destination,
  })),
} as const;

/** A wrapping key that no other key of a sample has. */
export function newKek(modulusLength: number): Uint8Array {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

const secret = { wrappedBytes: 40, publicKey: null, importToken: null, nonce: null } as const;
const importToken = new Uint8Array(1824).fill(7);

const keys: readonly SampleKey[] = [
  {
    ...secret,
    id: 'aws',
    kek: { spki: newKek(2048), bits: 2048, id: awsKeyId, deadline, option: null },
    importToken,
    wrap: { method: 'oaep', oaepHash: 'sha256', nonce: null },
  },
  {
    ...secret,
    id: 'google',
    kek: { spki: testKek(3072).spki, bits: 3072, id: importJob, deadline, option: 'rsa-oaep-3072-sha256-aes-256' },
    wrap: { method: 'rsa-aes', oaepHash: 'sha256', ephemeralBits: 256 },
  },
  {
    ...secret,
    id: 'ibm',
    kek: { spki: testKek(4096).spki, bits: 4096, id: instance, deadline, option: null },
    nonce: new Uint8Array(12).fill(9),
    wrap: { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' },
  },
  {
    ...secret,
    id: 'tencent',
    kek: { spki: testKek(2048).spki, bits: 2048, id: destinations.tencent.keyId, deadline, option: null },
    importToken,
    wrap: { method: 'pkcs1-v1_5', oaepHash: null },
  },
];

export const clouds: Sample = { plan, keys };
export const cloudEvents = (): Event[] => eventsOf(clouds);
export const cloudBundle = (): ReturnType<typeof bundleOf> => bundleOf(clouds);
