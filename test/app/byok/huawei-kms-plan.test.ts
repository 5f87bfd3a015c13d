import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { huaweiKms } from '../../../app/byok/huawei-kms.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { plannedWays, refusesSpec, wrapPlanOf } from '../../../app/byok/ways.ts';
import { isAsymmetric, keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';

const planned = {
  type: 'huawei-kms',
  endpoint: 'https://kms.eu-de.otc.t-systems.com',
  projectId: '3ba44455500dd431273ba44455500dd4',
  keyId: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
};
const destination = (changes: object = {}) => parse(huaweiKms.schema, { ...planned, ...changes });
const isTaken = (changes: object): boolean => safeParse(huaweiKms.schema, { ...planned, ...changes }).success;

describe('the destination member', () => {
  it('is taken as it stands', () => {
    expect(destination()).toEqual(planned);
    const validTo = '2027-06-30T12:00:00Z';
    expect(destination({ validTo })).toEqual({ ...planned, validTo });
    expect(destinationOf('huawei-kms')).toBe(huaweiKms);
  });

  it.each<[string, unknown, boolean]>([
    ['endpoint', 'https://kms.cn-north-4.myhuaweicloud.com', true],
    ['endpoint', 'https://kms.example.com:8443', true],
    ['endpoint', 'http://kms.eu-de.otc.t-systems.com', false],
    ['endpoint', 'https://kms.eu-de.otc.t-systems.com/', false],
    ['endpoint', 'https://kms.eu-de.otc.t-systems.com/v1.0', false],
    ['endpoint', 'https://user@kms.example.com', false],
    ['endpoint', "https://kms.example.com'; id; '", false],
    ['endpoint', 'https://kms.example.com\n', false],
    ['endpoint', undefined, false],
    ['projectId', 'eu-de_project.1', true],
    ['projectId', '-x', false],
    ['projectId', 'a/../b', false],
    ['projectId', "a'b", false],
    ['projectId', '', false],
    ['projectId', 7, false],
    ['keyId', 'zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz', true],
    ['keyId', '0D0466B0-E727-4D9C-B35D-F84BB474A37F', false],
    ['keyId', '0d0466b0e7274d9cb35df84bb474a37f', false],
    ['keyId', '0d0466b0-e727-4d9c-b35d-f84bb474a37f0', false],
    ['keyId', '0d0466b0-e727-4d9c-b35d-f84bb474a37f\n', false],
    ['keyId', ' 0d0466b0-e727-4d9c-b35d-f84bb474a37f', false],
    ['keyId', 'alias/payroll', false],
    ['wrappingAlgorithm', 'RSAES_OAEP_SHA_1', true],
    ['wrappingAlgorithm', 'RSAES_PKCS1_V1_5', true],
    ['wrappingAlgorithm', 'SM2_ENCRYPT', false],
    ['wrappingAlgorithm', 'rsaes_oaep_sha_256', false],
    ['wrappingAlgorithm', undefined, false],
    ['validTo', '2027-06-30T12:00:00.5Z', true],
    ['validTo', '2027-06-30', false],
    ['validTo', '2027-06-30T12:00:00+02:00', false],
    ['validTo', '2027-02-30T12:00:00Z', false],
    ['validTo', 1_800_000_000, false],
    ['validTo', null, false],
    ['alias', 'payroll', false],
  ])('with %s %j: %s', (member, value, expected) => expect(isTaken({ [member]: value })).toBe(expected));
});

describe('the matrix', () => {
  const secret: KeySpec[] = ['aes-256', 'hmac-256', 'hmac-384', 'hmac-512'];
  const pairs: KeySpec[] = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384'];
  const taken = (changes: object): KeySpec[] =>
    keySpecNames.filter((spec) => refusesSpec(destination(changes), spec) === null).toSorted();

  it.each([
    ['RSAES_OAEP_SHA_256', 'sha256'],
    ['RSAES_OAEP_SHA_1', 'sha1'],
    ['RSAES_PKCS1_V1_5', null],
  ])('of %s takes every key, secret ones directly and pairs by an ephemeral key', (wrappingAlgorithm, oaepHash) => {
    expect(taken({ wrappingAlgorithm })).toEqual([...secret, ...pairs].toSorted());
    for (const spec of [...secret, ...pairs]) {
      const plan = wrapPlanOf(destination({ wrappingAlgorithm }), spec, { option: null });
      const direct = oaepHash === null ? 'pkcs1-v1_5' : 'oaep';
      expect(plan).toMatchObject({ method: isAsymmetric(spec) ? 'rsa-aes' : direct, oaepHash });
      const [way] = plannedWays(destination({ wrappingAlgorithm }), spec);
      expect(way?.kekBits).toEqual([2048]);
    }
  });

  it('takes no pair with an end', () => {
    const validTo = '2027-06-30T12:00:00Z';
    expect(taken({ validTo })).toEqual(secret.toSorted());
    for (const spec of pairs)
      expect(refusesSpec(destination({ validTo }), spec)?.rule).toBe('PLAN-DESTINATION-TAKES-SPEC');
  });

  it('gives the reason of the service for each spec that it refuses', () => {
    const causes = (['aes-128', 'aes-192', 'hmac-224', 'ec-p521', 'ec-secp256k1'] as const).map((spec) => {
      const refused = refusesSpec(destination(), spec);
      expect(refused?.rule).toBe('PLAN-DESTINATION-TAKES-SPEC');
      return refused?.cause.replace(spec, '');
    });
    // One for AES, one for HMAC, one for EC.
    expect(new Set(causes).size).toBe(3);
    const withEnd = refusesSpec(destination({ validTo: '2027-06-30T12:00:00Z' }), 'ec-p256');
    expect(causes).not.toContain(withEnd?.cause.replace('ec-p256', ''));
    const neither = refusesSpec(destination({ validTo: '2027-06-30T12:00:00Z' }), 'ec-p521');
    expect(causes).toContain(neither?.cause.replace('ec-p521', ''));
  });
});

describe('an end', () => {
  const ruleAt = (validTo: string): string | null =>
    huaweiKms.refusesNow(destination({ validTo }), '2026-11-23T14:00:00Z')?.rule ?? null;

  it('lies ahead', () => {
    expect(ruleAt('2026-11-23T14:00:00Z')).toBe('PLAN-TIMES-AHEAD');
    expect(ruleAt('2026-11-23T14:00:01Z')).toBeNull();
    expect(ruleAt('2099-01-01T00:00:00Z')).toBeNull();
    expect(huaweiKms.refusesNow(destination(), '2026-11-23T14:00:00Z')).toBeNull();
  });
});

describe('where pages contradict each other', () => {
  const cautions = (spec: KeySpec, endpoint = planned.endpoint): string[] =>
    huaweiKms.cautions(destination({ endpoint }), spec).map(({ rule }) => rule);
  const huawei = 'https://kms.eu-west-101.myhuaweicloud.eu';

  it('a plan with HMAC keys outside Open Telekom Cloud says so', () => {
    expect(cautions('hmac-256', huawei)).toEqual(['PLAN-OPERATIONS-FIT-SPEC']);
    expect(cautions('hmac-512', 'https://kms.otc.t-systems.com.example.com')).toEqual(['PLAN-OPERATIONS-FIT-SPEC']);
    expect(cautions('hmac-256')).toEqual([]);
    expect(cautions('hmac-256', `${planned.endpoint}:443`)).toEqual([]);
  });

  it('a plan with EC keys says what they have to carry', () => {
    expect(cautions('ec-p256')).toEqual(['PLAN-OPERATIONS-FIT-SPEC']);
    for (const spec of ['aes-256', 'rsa-4096'] as const)
      expect([...cautions(spec), ...cautions(spec, huawei)]).toEqual([]);
  });
});

describe('key and wrapping key', () => {
  it('belong to one key id of one project at one place', () => {
    const places = [
      {},
      { keyId: '43f1ffd7-18fb-4568-9575-602e009b7ee8' },
      { projectId: 'other' },
      { endpoint: 'https://kms.eu-nl.otc.t-systems.com' },
    ].map(destination);
    expect(new Set(places.map((place) => huaweiKms.scope(place))).size).toBe(4);
    expect(new Set(places.map((place) => huaweiKms.target(place))).size).toBe(4);
    const same = destination({ wrappingAlgorithm: 'RSAES_OAEP_SHA_1', validTo: '2027-06-30T12:00:00Z' });
    expect([huaweiKms.scope(same), huaweiKms.target(same)]).toEqual([
      huaweiKms.scope(destination()),
      huaweiKms.target(destination()),
    ]);
  });

  it('are described whole', () => {
    const validTo = '2027-06-30T12:00:00Z';
    const words = Object.values(huaweiKms.describe(destination({ validTo }))).join('\n');
    for (const value of ['kms.eu-de.otc.t-systems.com', planned.projectId, planned.keyId, '2027-06-30 12:00 UTC']) {
      expect(words).toContain(value);
    }
  });
});
