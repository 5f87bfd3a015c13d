import { generateKeyPairSync } from 'node:crypto';
import { canonicalBytes, type JsonValue } from '../../../app/audit/canonical-json.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { testKek } from '../../support/inbound-files.ts';
import { bundleOf, eventsOf, manifestOf, sha256, withLog, withManifest, type Event, type Sample } from './bundle-maker.ts'; // prettier-ignore

const kid = (vault: string) => `https://${vault}/keys/kek/0123456789abcdef0123456789abcdef`;

/** A plan with an EC key for a vault and an AES key for a Managed HSM. */
export const plan = {
  keyferryPlan: 1,
  title: 'Payroll keys to Azure',
  roles: { operator: 1, witness: 1 },
  quorum: { witness: 1 },
  keys: [
    {
      id: 'signing',
      spec: 'ec-p256',
      source: 'generate',
      after: 'destroy',
      destination: {
        type: 'azure-key-vault',
        vault: 'contoso-prod',
        keyName: 'signing',
        operations: ['sign', 'verify'],
      },
    },
    {
      id: 'store',
      spec: 'aes-256',
      source: 'generate',
      after: 'destroy',
      destination: { type: 'azure-key-vault', managedHsm: 'contoso-hsm', keyName: 'store', operations: ['wrapKey'] },
    },
  ],
} as const;

/** A new P-256 key. */
export function newPublicKey(): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

const azure = {
  importToken: null,
  nonce: null,
  wrap: { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 },
} as const;
const azureKek = (bits: 2048 | 3072, host: string) => ({
  spki: testKek(bits).spki,
  bits,
  id: kid(host),
  deadline: null,
  option: null,
});

/** A ceremony for Azure. */
export const sample: Sample = {
  plan,
  keys: [
    {
      ...azure,
      id: 'signing',
      kek: azureKek(2048, 'contoso-prod.vault.azure.net'),
      wrappedBytes: 152,
      publicKey: newPublicKey(),
    },
    {
      ...azure,
      id: 'store',
      kek: azureKek(3072, 'contoso-hsm.managedhsm.azure.net'),
      wrappedBytes: 40,
      publicKey: null,
    },
  ],
};

export const sampleEvents = (): Event[] => eventsOf(sample);

/** A whole, sound bundle; `events` may be others than the usual ones. */
export const sampleBundle = (events?: readonly JsonValue[]): ReturnType<typeof bundleOf> => bundleOf(sample, events);

/** A bundle that is sound as far as anybody can see, for a destination of some later version. */
export function foreignBundle(): ReturnType<typeof sampleBundle> {
  const destination = { type: 'moon-kms' };
  const foreign = { ...plan, keys: plan.keys.map((key) => ({ ...key, destination })) };
  const planSha256 = sha256(canonicalBytes(foreign));
  const [opened, ...events] = sampleEvents();
  const { folder, files } = sampleBundle();
  const relogged = withLog(files, [{ ...opened, plan: foreign, planSha256 }, ...events]);
  const keys = manifestOf(relogged).keys.map((key) => ({ ...key, destination }));
  const replanned = new Map([...relogged, [layout.plan, canonicalBytes(foreign)]] as const);
  return { folder, files: withManifest(replanned, { planSha256, keys }) };
}
