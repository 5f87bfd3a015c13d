import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { readSpki } from '../../../app/keys/spki.ts';
import type { WrapNeed, WrapRequest } from '../../../main/hsm/port.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { makePair } from '../../support/openssl.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';

const under = new DeviceUnderTest();
const { device } = under;
afterEach(() => under.open());
afterAll(() => under.end());

const fail = (cause: string): never => expect.unreachable(cause);
const kek = readSpki(makePair('rsa-2048').spki, fail);
const key = device.generateTargetKey({ ckaId: 'ae', spec: 'aes-256', label: 'key' });

const oaepSha256: WrapPlan = { method: 'oaep', oaepHash: 'sha256', nonce: null };
const withNonce: WrapPlan = { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' };
const pkcs1: WrapPlan = { method: 'pkcs1-v1_5', oaepHash: null };
const rsaAes = (oaepHash: 'sha1' | 'sha512' | null): WrapPlan => ({ method: 'rsa-aes', oaepHash, ephemeralBits: 256 });
const plans = [oaepSha256, withNonce, pkcs1, rsaAes('sha1'), rsaAes('sha512'), rsaAes(null)];

const need = (plan: WrapPlan, spec: KeySpec = 'aes-256'): WrapNeed => ({ spec, plan, kekBits: 2048 });
const wrap = (plan: WrapPlan, nonce: Uint8Array | null = null, more: Partial<WrapRequest> = {}) => {
  const { ckaId, spec } = key;
  const numbers = kek.kind === 'rsa' ? kek : fail('not RSA');
  return device.wrapTargetKey({ ckaId, spec, recorded: key, plan, kek: numbers, nonce, ...more });
};

/** Which of the plans a probe proves, and of the others with which rule and code they fail. */
function probe() {
  const { proofs, failures } = device.probe(plans.map((plan) => need(plan)));
  expect(proofs.length + failures.length).toBe(plans.length);
  expect(under.sessionObjects()).toBe(0);
  return { proofs, failures, failed: failures.map((failure) => failure.need.plan) };
}

describe('a token that can do everything', () => {
  it('proves every way in the order of the needs, with keys that it makes once', () => {
    const before = under.calls('C_GenerateKeyPair');
    const needs = [rsaAes(null), rsaAes('sha1'), rsaAes('sha512')].map((plan) => need(plan, 'ec-p256'));
    const { proofs, failures } = device.probe(needs);
    expect(failures).toEqual([]);
    expect(proofs.map(({ oaepHash }) => oaepHash)).toEqual([null, 'sha1', 'sha512']);
    expect(under.calls('C_GenerateKeyPair') - before).toBe(1);
    expect(probe().failures).toEqual([]);
  });
});

describe('a token that lacks a mechanism', () => {
  it.each([
    ['AES-GCM', '0x1087', [withNonce], 'CKM_AES_GCM (0x1087)'],
    ['RSA-OAEP', '0x9', [oaepSha256, withNonce], 'CKM_RSA_PKCS_OAEP (0x9) with SHA-256, MGF1-SHA-256'],
    ['RSAES-PKCS1-v1_5', '0x1', [pkcs1, rsaAes(null)], 'CKM_RSA_PKCS (0x1)'],
    ['RFC 5649', '0x210a,0x210b', [rsaAes('sha1'), rsaAes('sha512'), rsaAes(null)], 'CKM_AES_KEY_WRAP_KWP (0x210b)'],
  ])('%s: fails the needs of it by name, and proves the others', (name, mechanisms, expected, text) => {
    under.hide(mechanisms);
    const { failures, failed } = probe();
    expect(failed).toEqual(name === 'RSA-OAEP' ? [...expected, rsaAes('sha1'), rsaAes('sha512')] : expected);
    for (const { refusal } of failures) expect(refusal.rule).toBe('TOKEN-MECHANISM-AVAILABLE');
    expect(failures[0]?.refusal.cause).toContain(text);
    for (const plan of failed) {
      const nonce = plan === withNonce ? randomBytes(12) : null;
      expect(ruleOf(() => wrap(plan, nonce))).toBe('TOKEN-MECHANISM-AVAILABLE');
    }
  });

  it('keeps the raw code', () => {
    under.hide('0x1087');
    expect(probe().failures).toMatchObject([{ refusal: { code: 'CKR_MECHANISM_INVALID (0x70)' } }]);
  });

  it('names the hash of each way', () => {
    under.hide('0x9');
    const causes = probe().failures.map(({ refusal }) => refusal.cause);
    expect(causes.map((cause) => /SHA-\d+, MGF1-SHA-\d+/.exec(cause)?.[0])).toEqual([
      'SHA-256, MGF1-SHA-256',
      'SHA-256, MGF1-SHA-256',
      'SHA-1, MGF1-SHA-1',
      'SHA-512, MGF1-SHA-512',
    ]);
  });
});

describe('a token that refuses, or does something else', () => {
  it.each([
    ['CKR_ACTION_PROHIBITED (0x1b)', 0x1b, 'TOKEN-POLICY-ALLOWS'],
    ['CKR_KEY_NOT_WRAPPABLE (0x69)', 0x69, 'TOKEN-POLICY-ALLOWS'],
    ['CKR_KEY_UNEXTRACTABLE (0x6a)', 0x6a, 'TARGET-KEY-MAY-LEAVE'],
    ['CKR_ARGUMENTS_BAD (0x7)', 0x07, 'TOKEN-MECHANISM-AVAILABLE'],
  ])('fails every need with %s', (code, number, rule) => {
    under.fail('C_WrapKey', number);
    const { failures } = probe();
    expect(failures).toHaveLength(plans.length);
    for (const { refusal } of failures) expect(refusal).toMatchObject({ rule, code });
  });

  // The check value of an AES key is encrypted too, and needs 3 of its 16 bytes.
  it.each([1, 12, 13])('fails the nonce alone when it is encrypted %i bytes short', (bytes) => {
    under.cutEncrypted(bytes);
    const { failures, failed } = probe();
    expect(failed).toEqual([withNonce]);
    expect(failures[0]?.refusal.rule).toBe('NONCE-SEALED-IN-TOKEN');
    expect(failures[0]?.refusal.cause).toContain('CKM_AES_GCM (0x1087)');
  });

  it('fails the nonce alone when it opens under no key', () => {
    under.flipEncrypted();
    const { failures, failed } = probe();
    expect(failed).toEqual([withNonce]);
    expect(failures[0]?.refusal.rule).toBe('NONCE-SEALED-IN-TOKEN');
    expect(ruleOf(() => wrap(withNonce, randomBytes(12)))).toBe('NONCE-SEALED-IN-TOKEN');
  });

  it('fails the nonce alone when its random generator is missing', () => {
    under.fail('C_GenerateRandom', 0x121);
    const { failures, failed } = probe();
    expect(failed).toEqual([withNonce]);
    expect(failures).toMatchObject([{ refusal: { code: 'CKR_RANDOM_NO_RNG (0x121)' } }]);
    expect(failures[0]?.refusal.cause).toContain('C_GenerateRandom');
    expect(ruleOf(() => wrap(withNonce, randomBytes(12)))).toBe('TOKEN-MECHANISM-AVAILABLE');
  });

  it.each([
    ['the token is gone', 'C_WrapKey', 0x32, 'TOKEN-PRESENT'],
    ['the login is lost', 'C_WrapKey', 0x101, 'TOKEN-LOGGED-IN'],
    ['the token is broken', 'C_GenerateRandom', 0x30, 'TOKEN-ANSWERS'],
    ['nothing has room', 'C_GenerateKey', 0x31, 'TOKEN-HAS-ROOM'],
  ])('reports nothing when %s', (_, calledFunction, code, rule) => {
    under.fail(calledFunction, code);
    expect(ruleOf(() => device.probe(plans.map((plan) => need(plan))))).toBe(rule);
  });
});

describe('a wrap with a nonce', () => {
  it('gives ciphertext and IV, and nothing without the proof', () => {
    const nonce = randomBytes(12);
    const { parts, proof } = wrap(withNonce, nonce);
    expect(parts.sealedNonce).toMatchObject({ iv: { length: 12 }, sealed: { length: 28 } });
    expect(proof.nonce).toBe('aes-gcm');
    under.cutEncrypted(1);
    expect(refusalOf(() => wrap(withNonce, nonce))?.rule).toBe('NONCE-SEALED-IN-TOKEN');
  });

  it.each([
    ['no nonce', withNonce, null, 'NONCE-SEALED-IN-TOKEN'],
    ['a nonce of 11 bytes', withNonce, new Uint8Array(11), 'IMPORT-NONCE-SIZED'],
    ['a nonce of 16 bytes', withNonce, new Uint8Array(16), 'IMPORT-NONCE-SIZED'],
    ['a nonce for OAEP alone', oaepSha256, new Uint8Array(12), 'NONCE-SEALED-IN-TOKEN'],
    ['a nonce for RSA-AES', rsaAes('sha1'), new Uint8Array(12), 'NONCE-SEALED-IN-TOKEN'],
  ] as const)('is not begun with %s', (_, plan, nonce, rule) => {
    const before = under.history().length;
    expect(ruleOf(() => wrap(plan, nonce))).toBe(rule);
    expect(under.history().length).toBe(before);
  });
});
