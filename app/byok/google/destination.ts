import * as v from 'valibot';
import type { KeySpec } from '../../keys/specs.ts';

/**
 * Algorithms of keys that can be imported, in gcloud's spelling, by gcloud's name of the key's purpose (Google Cloud SDK,
 * `command_lib/kms/maps.py`, VALID_ALGORITHMS_MAP), and the spec that fits each. HMAC keys are as long as the output of
 * their hash (docs.cloud.google.com/kms/docs/key-import). Left out are those for which a plan has no key spec: AES-128,
 * HMAC with SHA-1, Ed25519 and the post-quantum ones.
 */
const byPurpose: Readonly<Record<string, Readonly<Record<string, KeySpec>>>> = {
  encryption: { 'google-symmetric-encryption': 'aes-256' },
  'raw-encryption': { 'aes-256-gcm': 'aes-256', 'aes-256-cbc': 'aes-256', 'aes-256-ctr': 'aes-256' },
  mac: { 'hmac-sha224': 'hmac-224', 'hmac-sha256': 'hmac-256', 'hmac-sha384': 'hmac-384', 'hmac-sha512': 'hmac-512' },
  'asymmetric-signing': {
    'ec-sign-p256-sha256': 'ec-p256',
    'ec-sign-p384-sha384': 'ec-p384',
    'ec-sign-secp256k1-sha256': 'ec-secp256k1',
    'rsa-sign-pss-2048-sha256': 'rsa-2048',
    'rsa-sign-pss-3072-sha256': 'rsa-3072',
    'rsa-sign-pss-4096-sha256': 'rsa-4096',
    'rsa-sign-pss-4096-sha512': 'rsa-4096',
    'rsa-sign-pkcs1-2048-sha256': 'rsa-2048',
    'rsa-sign-pkcs1-3072-sha256': 'rsa-3072',
    'rsa-sign-pkcs1-4096-sha256': 'rsa-4096',
    'rsa-sign-pkcs1-4096-sha512': 'rsa-4096',
    'rsa-sign-raw-pkcs1-2048': 'rsa-2048',
    'rsa-sign-raw-pkcs1-3072': 'rsa-3072',
    'rsa-sign-raw-pkcs1-4096': 'rsa-4096',
  },
  'asymmetric-encryption': {
    'rsa-decrypt-oaep-2048-sha1': 'rsa-2048',
    'rsa-decrypt-oaep-2048-sha256': 'rsa-2048',
    'rsa-decrypt-oaep-3072-sha1': 'rsa-3072',
    'rsa-decrypt-oaep-3072-sha256': 'rsa-3072',
    'rsa-decrypt-oaep-4096-sha1': 'rsa-4096',
    'rsa-decrypt-oaep-4096-sha256': 'rsa-4096',
    'rsa-decrypt-oaep-4096-sha512': 'rsa-4096',
  },
};

/** What a key of an algorithm is for, and the only key spec that fits it. */
interface GoogleAlgorithm {
  /** As gcloud's `--purpose` has it. */
  readonly purpose: string;
  readonly spec: KeySpec;
}

const algorithms: ReadonlyMap<string, GoogleAlgorithm> = new Map(
  Object.entries(byPurpose).flatMap(([purpose, specs]) =>
    Object.entries(specs).map(([algorithm, spec]) => [algorithm, { purpose, spec }] as const),
  ),
);

/** Every algorithm that a plan may name. */
export const googleAlgorithms: readonly string[] = [...algorithms.keys()];

/** Where import job and key of a plan live. */
interface KeyRing {
  readonly project: string;
  readonly location: string;
  readonly keyRing: string;
}

/**
 * Full resource names. A project is named by its id, the oldest behind a domain and a colon, or by its number; ids of
 * Cloud KMS are `[a-zA-Z0-9_-]{1,63}` (googleapis, google/cloud/kms/v1/service.proto). Where an id would be an option of
 * gcloud we allow no hyphen first.
 */
const resourceName = (collection: 'importJobs' | 'cryptoKeys') =>
  new RegExp(
    `^projects/((?:[a-z0-9][a-z0-9.-]{0,62}:)?[A-Za-z0-9._][A-Za-z0-9._-]{0,126})/locations/([A-Za-z0-9][A-Za-z0-9-]{0,62})` +
      `/keyRings/([A-Za-z0-9_][A-Za-z0-9_-]{0,62})/${collection}/([A-Za-z0-9_][A-Za-z0-9_-]{0,62})$`,
  );

const importJobName = resourceName('importJobs');
const cryptoKeyName = resourceName('cryptoKeys');

/** The plan's `destination` member for Google Cloud KMS. */
export const googleSchema = v.pipe(
  v.strictObject({
    type: v.literal('google-cloud-kms'),
    importJob: v.pipe(
      v.string(),
      v.regex(importJobName, 'an import job is named "projects/P/locations/L/keyRings/R/importJobs/J"'),
    ),
    cryptoKey: v.pipe(
      v.string(),
      v.regex(cryptoKeyName, 'a key is named "projects/P/locations/L/keyRings/R/cryptoKeys/K"'),
    ),
    algorithm: v.pipe(
      v.string(),
      v.check((name) => algorithms.has(name), 'Google has no such algorithm for keys that Keyferry carries'),
    ),
  }),
  v.check(
    ({ importJob, cryptoKey }) => ringOf(importJob) === ringOf(cryptoKey),
    'import job and key share project, location and key ring',
  ),
);

export type GoogleDestination = v.InferOutput<typeof googleSchema>;

/** The part of a resource name that names the key ring. */
export function ringOf(resource: string): string {
  return resource.split('/').slice(0, 6).join('/');
}

/**
 * Takes the names of a destination apart.
 * @param destination - parsed by {@link googleSchema}
 */
export function namesOf({
  importJob,
  cryptoKey,
}: GoogleDestination): KeyRing & { readonly job: string; readonly key: string } {
  const [, project = '', , location = '', , keyRing = '', , key = ''] = cryptoKey.split('/');
  return { project, location, keyRing, key, job: importJob.split('/').at(-1) ?? '' };
}

/**
 * Looks an algorithm up.
 * @param destination - parsed by {@link googleSchema}
 */
export function algorithmOf({ algorithm }: GoogleDestination): GoogleAlgorithm {
  const found = algorithms.get(algorithm);
  if (found === undefined) throw new Error(`A plan was parsed with the unknown algorithm ${algorithm}`);
  return found;
}
