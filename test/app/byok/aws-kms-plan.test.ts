import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { awsKms } from '../../../app/byok/aws-kms.ts';
import type { AwsDestination } from '../../../app/byok/aws/destination.ts';
import { refusesSpec, wayOf } from '../../../app/byok/ways.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';

const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const arn = `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
const china = `arn:aws-cn:kms:cn-north-1:111122223333:key/${id}`;
const plan = { type: 'aws-kms', keyId: arn, wrappingAlgorithm: 'RSAES_OAEP_SHA_256' };
const accepts = (changes: object): boolean => safeParse(awsKms.schema, { ...plan, ...changes }).success;

function destination(changes: object = {}): AwsDestination {
  const parsed = safeParse(awsKms.schema, { ...plan, ...changes });
  if (!parsed.success) throw new Error('the test plan is not valid');
  return parsed.output;
}

describe('the plan member', () => {
  it('is given back as it is', () => {
    expect(destination()).toEqual(plan);
    expect(destination({ validTo: '2027-01-31T00:00:00Z' })).toEqual({ ...plan, validTo: '2027-01-31T00:00:00Z' });
  });

  it.each([
    arn,
    id,
    'mrk-1234abcd12ab34cd56ef1234567890ab',
    'arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab',
    china,
    `arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/${id}`,
    `arn:aws-iso-b:kms:us-isob-east-1:111122223333:key/${id}`,
    `arn:aws-eusc:kms:eusc-de-east-1:111122223333:key/${id}`,
    'k'.repeat(127),
  ])('takes the key %s', (keyId) => expect(accepts({ keyId })).toBe(true));

  it.each([
    'alias/payroll',
    'arn:aws:kms:eu-central-1:111122223333:alias/payroll',
    `arn:aws:kms:eu-central-1:11112222333:key/${id}`,
    `arn:aws:kms:eu-central-1:1111222233334:key/${id}`,
    `arn:aws:kms::111122223333:key/${id}`,
    `arn:aws:kms:EU-central-1:111122223333:key/${id}`,
    `arn:aws:s3:eu-central-1:111122223333:key/${id}`,
    `arn:gcp:kms:eu-central-1:111122223333:key/${id}`,
    'arn:aws:kms:eu-central-1:111122223333:key/',
    `${arn}/more`,
    `${arn}\n`,
    ` ${id}`,
    `-${id}`,
    `arn:aws:kms:eu-central-1:111122223333:key/-${id}`,
    "a'b",
    '$(id)',
    'k'.repeat(128),
    '',
    7,
  ])('refuses the key %j', (keyId) => expect(accepts({ keyId })).toBe(false));

  it.each(['RSAES_PKCS1_V1_5', 'SM2PKE', 'rsaes_oaep_sha_256', 'RSAES_OAEP_SHA_512', '', undefined])(
    'refuses the wrapping algorithm %j',
    (wrappingAlgorithm) => expect(accepts({ wrappingAlgorithm })).toBe(false),
  );

  it.each(['2027-01-31', '2027-01-31T00:00:00', '2027-01-31T00:00:00+01:00', '2027-02-29T00:00:00Z', 1801353600, null])(
    'refuses the end %j',
    (validTo) => expect(accepts({ validTo })).toBe(false),
  );

  it.each([{ region: 'eu-central-1' }, { type: 'azure-key-vault' }])('refuses %j', (changes) =>
    expect(accepts(changes)).toBe(false),
  );
});

describe('an end of the key', () => {
  const at = (validTo?: string): string | null => {
    const planned = destination(validTo === undefined ? {} : { validTo });
    return awsKms.refusesNow(planned, '2026-11-23T14:00:00Z')?.rule ?? null;
  };

  it.each([
    [undefined, null],
    ['2026-11-23T13:59:59Z', 'PLAN-TIMES-AHEAD'],
    ['2026-11-23T14:00:00Z', 'PLAN-TIMES-AHEAD'],
    ['2026-11-23T14:00:01Z', null],
    ['2027-11-23T14:00:00Z', null],
    ['2027-11-23T14:00:00.001Z', 'PLAN-TIMES-AHEAD'],
    ['2028-01-01T00:00:00Z', 'PLAN-TIMES-AHEAD'],
  ])('at %s: %s', (validTo, expected) => expect(at(validTo)).toBe(expected));
});

describe('key specs', () => {
  const secrets = ['aes-256', 'hmac-224', 'hmac-256', 'hmac-384', 'hmac-512'];
  const pairs = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521', 'ec-secp256k1'];
  const hmacs = secrets.filter((spec) => spec.startsWith('hmac'));
  const oaep = (oaepHash: string) => ({ method: 'oaep', oaepHash, nonce: null });
  const hybrid = (oaepHash: string) => ({ method: 'rsa-aes', oaepHash, ephemeralBits: 256 });

  it.each([
    ['RSAES_OAEP_SHA_256', arn, secrets, oaep('sha256')],
    ['RSAES_OAEP_SHA_1', id, secrets, oaep('sha1')],
    ['RSA_AES_KEY_WRAP_SHA_256', id, pairs, hybrid('sha256')],
    ['RSA_AES_KEY_WRAP_SHA_1', arn, pairs, hybrid('sha1')],
    // The edition of the developer guide for China: SM4 in the place of AES, and no RSA_AES_KEY_WRAP.
    ['RSAES_OAEP_SHA_256', china, hmacs, oaep('sha256')],
    ['RSAES_OAEP_SHA_1', china, hmacs, oaep('sha1')],
    ['RSA_AES_KEY_WRAP_SHA_256', china, [], hybrid('sha256')],
    ['RSA_AES_KEY_WRAP_SHA_1', china, [], hybrid('sha1')],
  ])('by %s to %s', (wrappingAlgorithm, keyId, taken, wrap) => {
    const planned = destination({ keyId, wrappingAlgorithm });
    const rules = keySpecNames.map((spec) => refusesSpec(planned, spec)?.rule ?? null);
    expect(keySpecNames.filter((_, index) => rules[index] === null).toSorted()).toEqual(taken.toSorted());
    expect(new Set(rules.filter((rule) => rule !== null))).toEqual(new Set(['PLAN-DESTINATION-TAKES-SPEC']));
    expect(taken.map((spec) => wayOf(planned, spec as KeySpec, { option: null })?.wrap)).toEqual(taken.map(() => wrap));
  });

  it('are refused with the reason of the case', () => {
    const reasons = (
      [
        [arn, 'RSAES_OAEP_SHA_256', 'ec-p256'],
        [arn, 'RSAES_OAEP_SHA_256', 'rsa-2048'],
        [arn, 'RSA_AES_KEY_WRAP_SHA_256', 'hmac-256'],
        [arn, 'RSAES_OAEP_SHA_256', 'aes-128'],
        [china, 'RSA_AES_KEY_WRAP_SHA_256', 'ec-p256'],
        [china, 'RSAES_OAEP_SHA_256', 'aes-256'],
      ] as const
    ).map(([keyId, wrappingAlgorithm, spec]) => awsKms.whyNot(destination({ keyId, wrappingAlgorithm }), spec));
    expect(new Set(reasons).size).toBe(reasons.length);
  });
});

describe('a key', () => {
  it('has wrapping keys of its own, by the name that the plan gives it', () => {
    expect(awsKms.scope(destination())).not.toBe(awsKms.scope(destination({ keyId: arn.replace('eu-', 'us-') })));
  });

  it('is one target by id or ARN, and in every region: replicas hold the same material', () => {
    const target = (keyId: string): string => awsKms.target(destination({ keyId }));
    expect(new Set([arn, id, arn.replace('eu-central-1', 'us-east-1')].map(target)).size).toBe(1);
    expect(target(arn.replace('1234abcd', '1234abce'))).not.toBe(target(arn));
  });

  it('is described whole', () => {
    const words = awsKms.describe(destination({ validTo: '2027-01-31T00:00:00Z' }));
    for (const part of ['eu-central-1', '111122223333']) expect(words.place).toContain(part);
    expect(words.name).toBe(id);
    expect(words.end).toContain('2027-01-31 00:00 UTC');
    expect(awsKms.describe(destination({ keyId: id })).name).toBe(id);
    expect(awsKms.describe(destination({ keyId: china })).place).toContain('aws-cn');
  });

  it('needs no caution', () => expect(awsKms.cautions(destination(), 'aes-256')).toEqual([]));
});
