import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { GoogleDestination } from '../../../app/byok/google/destination.ts';
import { googleCloudKms } from '../../../app/byok/google-cloud-kms.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { refusesSpec, wayOf } from '../../../app/byok/ways.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';

const ring = 'projects/contoso-prod/locations/europe-west3/keyRings/payroll';
const plan = {
  type: 'google-cloud-kms',
  importJob: `${ring}/importJobs/root-job`,
  cryptoKey: `${ring}/cryptoKeys/root`,
  algorithm: 'rsa-sign-pss-4096-sha256',
};
const accepts = (changes: object): boolean => safeParse(googleCloudKms.schema, { ...plan, ...changes }).success;
const destination = (changes: object = {}): GoogleDestination => parse(googleCloudKms.schema, { ...plan, ...changes });

/** Both names with one part of them replaced. */
function renamed(from: string, to: string): object {
  return { importJob: plan.importJob.replace(from, to), cryptoKey: plan.cryptoKey.replace(from, to) };
}

describe('the plan member', () => {
  it('is given back as it stands', () => {
    expect(destination()).toEqual(plan);
    expect(destinationOf('google-cloud-kms')).toBe(googleCloudKms);
  });

  it.each(['my-proj', 'a23456', 'a'.repeat(30), 'example.com:old-project', '415104041262'])(
    'takes the project %s',
    (project) => expect(accepts(renamed('contoso-prod', project))).toBe(true),
  );

  it.each(['-project', "a'project", 'a project', 'a/project', 'a'.repeat(128), ''])(
    'refuses the project %j',
    (project) => expect(accepts(renamed('contoso-prod', project))).toBe(false),
  );

  it.each(['global', 'us', 'europe-west3', 'eur4'])('takes the location %s', (location) =>
    expect(accepts(renamed('europe-west3', location))).toBe(true),
  );

  it.each(['', 'eu west', 'eu/west', '-eu', '$(id)'])('refuses the location %j', (location) =>
    expect(accepts(renamed('europe-west3', location))).toBe(false),
  );

  it.each(['a', 'A_9-', '_x', 'k'.repeat(63)])('takes the id %s of key ring, import job and key', (id) => {
    expect(accepts(renamed('payroll', id))).toBe(true);
    expect(accepts({ importJob: `${ring}/importJobs/${id}` })).toBe(true);
    expect(accepts({ cryptoKey: `${ring}/cryptoKeys/${id}` })).toBe(true);
  });

  it.each(['', 'k'.repeat(64), '-k', 'a.b', 'a b', "a'b", 'a\n', 'ä', 'a/b', '$(id)'])('refuses the id %j', (id) => {
    expect(accepts(renamed('payroll', id))).toBe(false);
    expect(accepts({ importJob: `${ring}/importJobs/${id}` })).toBe(false);
    expect(accepts({ cryptoKey: `${ring}/cryptoKeys/${id}` })).toBe(false);
  });

  it.each<[string, object]>([
    ['a key for an import job', { importJob: plan.cryptoKey }],
    ['an import job for a key', { cryptoKey: plan.importJob }],
    ['a version for a key', { cryptoKey: `${plan.cryptoKey}/cryptoKeyVersions/1` }],
    ['a short name', { importJob: 'root-job' }],
    ['an address', { importJob: `//cloudkms.googleapis.com/${plan.importJob}` }],
    ['names in two projects', { importJob: plan.importJob.replace('contoso-prod', 'contoso-test') }],
    ['names in two locations', { importJob: plan.importJob.replace('europe-west3', 'europe-west1') }],
    ['names in two key rings', { importJob: plan.importJob.replace('payroll', 'payroll2') }],
    ['another type', { type: 'oci-vault' }],
    ['a member more', { version: 1 }],
    ['no algorithm', { algorithm: undefined }],
  ])('refuses %s', (_, changes) => expect(accepts(changes)).toBe(false));

  it.each([
    'rsa-sign-pss-2048-sha512',
    'RSA_SIGN_PSS_4096_SHA256',
    'aes-128-gcm',
    'hmac-sha1',
    'ec-sign-ed25519',
    'pq-sign-ml-dsa-65',
    'external-symmetric-encryption',
    'constructor',
    '',
  ])('refuses the algorithm %j', (algorithm) => expect(accepts({ algorithm })).toBe(false));
});

/** ALGORITHMS_FOR_IMPORT of the Google Cloud SDK, without those that no key spec fits, and the spec by the algorithm's name. */
const algorithms: readonly (readonly [string, KeySpec])[] = [
  ['google-symmetric-encryption', 'aes-256'],
  ['aes-256-gcm', 'aes-256'],
  ['aes-256-cbc', 'aes-256'],
  ['aes-256-ctr', 'aes-256'],
  ['hmac-sha224', 'hmac-224'],
  ['hmac-sha256', 'hmac-256'],
  ['hmac-sha384', 'hmac-384'],
  ['hmac-sha512', 'hmac-512'],
  ['ec-sign-p256-sha256', 'ec-p256'],
  ['ec-sign-p384-sha384', 'ec-p384'],
  ['ec-sign-secp256k1-sha256', 'ec-secp256k1'],
  ...['rsa-sign-pss', 'rsa-sign-pkcs1'].flatMap((name) => [
    [`${name}-2048-sha256`, 'rsa-2048'] as const,
    [`${name}-3072-sha256`, 'rsa-3072'] as const,
    [`${name}-4096-sha256`, 'rsa-4096'] as const,
    [`${name}-4096-sha512`, 'rsa-4096'] as const,
  ]),
  ...(['2048', '3072', '4096'] as const).flatMap((bits) => [
    [`rsa-sign-raw-pkcs1-${bits}`, `rsa-${bits}`] as const,
    [`rsa-decrypt-oaep-${bits}-sha1`, `rsa-${bits}`] as const,
    [`rsa-decrypt-oaep-${bits}-sha256`, `rsa-${bits}`] as const,
  ]),
  ['rsa-decrypt-oaep-4096-sha512', 'rsa-4096'],
];

const hybrid = [3072, 4096].flatMap((bits) => [`rsa-oaep-${bits}-sha1-aes-256`, `rsa-oaep-${bits}-sha256-aes-256`]);
const direct = ['rsa-oaep-3072-sha256', 'rsa-oaep-4096-sha256'];

describe('key specs', () => {
  it.each(algorithms)('%s takes %s and nothing else, by the methods for it', (algorithm, fitting) => {
    const planned = destination({ algorithm });
    const rules = keySpecNames.map((spec) => [spec, refusesSpec(planned, spec)?.rule ?? null]);
    expect(rules).toEqual(keySpecNames.map((spec) => [spec, spec === fitting ? null : 'PLAN-DESTINATION-TAKES-SPEC']));
    const carrying = [...hybrid, ...direct].filter((option) => wayOf(planned, fitting, { option }) !== undefined);
    expect(carrying.toSorted()).toEqual((/^(rsa|ec)/.test(fitting) ? hybrid : [...hybrid, ...direct]).toSorted());
  });

  it('say why not', () => {
    const causes = (['aes-128', 'aes-192', 'ec-p521', 'rsa-2048'] as const).map(
      (spec) => refusesSpec(destination(), spec)?.cause ?? '',
    );
    expect(causes[3]).toMatch(/rsa-sign-pss-4096-sha256.*rsa-4096/);
    expect(new Set(causes).size).toBe(4);
  });

  it.each([
    ['rsa-oaep-4096-sha1-aes-256', 'rsa-aes', 'sha1', [4096]],
    ['rsa-oaep-3072-sha256-aes-256', 'rsa-aes', 'sha256', [3072]],
    ['rsa-oaep-4096-sha256', 'oaep', 'sha256', [4096]],
  ])('go by %s as its name says', (option, method, oaepHash, kekBits) => {
    const way = wayOf(destination({ algorithm: 'hmac-sha256' }), 'hmac-256', { option });
    expect(way).toMatchObject({ wrap: { method, oaepHash }, kekBits });
  });

  it('leave the method to the import job', () => {
    expect(googleCloudKms.option(destination())).toBeNull();
    expect(wayOf(destination(), 'rsa-4096', { option: 'rsa-oaep-4096-sha512-aes-256' })).toBeUndefined();
  });
});

describe('a place', () => {
  it('is one import job for a wrapping key, one key for a target', () => {
    const other = { importJob: `${ring}/importJobs/other`, cryptoKey: `${ring}/cryptoKeys/other` };
    expect(googleCloudKms.scope(destination(other))).not.toBe(googleCloudKms.scope(destination()));
    expect(googleCloudKms.target(destination(other))).not.toBe(googleCloudKms.target(destination()));
    const again = destination({ algorithm: 'rsa-sign-pss-4096-sha512' });
    expect(googleCloudKms.scope(again)).toBe(googleCloudKms.scope(destination()));
    expect(googleCloudKms.target(again)).toBe(googleCloudKms.target(destination()));
  });

  it('is described whole', () => {
    const { place, name, uses } = googleCloudKms.describe(destination());
    expect(place).toContain(ring);
    expect(place).toContain('root-job');
    expect(name).toBe('root');
    expect(uses).toBe('asymmetric-signing, rsa-sign-pss-4096-sha256');
  });

  it('has no end of its own, and nothing to say beforehand', () => {
    expect(googleCloudKms.refusesNow(destination(), '2026-11-24T14:00:00Z')).toBeNull();
    expect(googleCloudKms.cautions(destination(), 'rsa-4096')).toEqual([]);
  });
});
