import { describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import { plannedWays } from '../../../app/byok/ways.ts';
import { parsePlanDocument, type PlannedKey } from '../../../app/ceremony/plan.ts';
import { checkWay, isProven } from '../../../app/ceremony/proven-ways.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { azureKey, planWith } from '../../support/walk.ts';

const ring = 'projects/contoso/locations/europe-west3/keyRings/prod';
const google = (spec: string, algorithm: string): PlannedKey => {
  const destination = {
    type: 'google-cloud-kms',
    importJob: `${ring}/importJobs/job`,
    cryptoKey: `${ring}/cryptoKeys/key`,
    algorithm,
  };
  const { plan } = parsePlanDocument(planWith([azureKey('k', { spec, destination })]));
  return plan.keys[0] ?? expect.unreachable('one key');
};
const aes = google('aes-256', 'google-symmetric-encryption');

const proof = (spec: string, { method, oaepHash }: Pick<WrapPlan, 'method' | 'oaepHash'>) => ({
  spec,
  method,
  oaepHash,
  performed: 'single' as const,
  kwpMechanism: null,
  nonce: null,
  payloadBytes: 32,
});
const direct = proof('aes-256', { method: 'oaep', oaepHash: 'sha256' });
const hybrid = proof('aes-256', { method: 'rsa-aes', oaepHash: 'sha1' });

describe('a wrapping key that decides how a key is wrapped', () => {
  it('leaves every way of its destination open before it is read', () => {
    expect(plannedWays(aes.destination, 'aes-256').map(({ option }) => option)).toHaveLength(6);
    expect(plannedWays(google('ec-p256', 'ec-sign-p256-sha256').destination, 'ec-p256')).toHaveLength(4);
  });

  it('is taken in a way that the token has proved', () => {
    expect(ruleOf(() => checkWay(aes, { option: 'rsa-oaep-4096-sha256', bits: 4096 }, [direct]))).toBeNull();
    expect(ruleOf(() => checkWay(aes, { option: 'rsa-oaep-3072-sha1-aes-256', bits: 3072 }, [hybrid]))).toBeNull();
  });

  it.each([
    ['in a way that it has not', 'rsa-oaep-4096-sha256-aes-256', 4096, 'WRAP-WAY-PROVEN'],
    ['in a way that nobody knows', 'rsa-oaep-8192-sha3', 4096, 'IMPORT-JOB-METHOD-FITS'],
    ['with a key of another size than its way', 'rsa-oaep-4096-sha256', 3072, 'KEK-SIZE-ALLOWED'],
  ])('is refused %s', (_, option, bits, rule) => {
    expect(ruleOf(() => checkWay(aes, { option, bits }, [direct, hybrid]))).toBe(rule);
  });
});

describe('a proof', () => {
  it('holds for its spec, method, hash and nonce alone', () => {
    const wrap: WrapPlan = { method: 'oaep', oaepHash: 'sha256', nonce: null };
    expect(isProven([direct], 'aes-256', wrap)).toBe(true);
    expect(isProven([direct], 'aes-128', wrap)).toBe(false);
    expect(isProven([direct], 'aes-256', { ...wrap, oaepHash: 'sha1' })).toBe(false);
    expect(isProven([direct], 'aes-256', { ...wrap, nonce: 'aes-gcm' })).toBe(false);
    expect(isProven([{ ...direct, nonce: 'aes-gcm' }], 'aes-256', { ...wrap, nonce: 'aes-gcm' })).toBe(true);
    expect(isProven([hybrid], 'aes-256', wrap)).toBe(false);
  });
});
