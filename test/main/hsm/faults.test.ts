import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { readSpki } from '../../../app/keys/spki.ts';
import { Refused, type Refusal } from '../../../app/rules/refusal.ts';
import type { TargetKey, WrapRequest } from '../../../main/hsm/port.ts';
import { DeviceUnderTest } from '../../support/device.ts';
import { makePair } from '../../support/openssl.ts';
import { pin } from '../../support/token.ts';

const under = new DeviceUnderTest();
const { device } = under;
afterEach(() => under.open());
afterAll(() => under.end());

const plan: WrapPlan = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 };
const kek = readSpki(makePair('rsa-2048').spki, (cause) => expect.unreachable(cause));
const kekNumbers = kek.kind === 'rsa' ? kek : expect.unreachable('not RSA');
const need = (spec: KeySpec) => ({ spec, plan, kekBits: 2048 }) as const;

const pair = device.generateTargetKey({ ckaId: 'ec', spec: 'ec-p256', label: 'pair' });
const secret = device.generateTargetKey({ ckaId: 'ae', spec: 'aes-256', label: 'secret' });
const wrapOf = (recorded: TargetKey, more: Partial<WrapRequest> = {}) => {
  const { ckaId, spec } = recorded;
  return device.wrapTargetKey({ ckaId, spec, recorded, plan, kek: kekNumbers, nonce: null, ...more });
};
const withNonce = { plan: { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' }, nonce: randomBytes(12) } as const;

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  return expect.unreachable('it was not refused');
}

/** Operations with what prepares and removes; each leaves the token as it was. */
const operations: [string, () => unknown][] = [
  ['probe of an EC key', () => device.probe([need('ec-p256')])],
  ['probe of an AES key', () => device.probe([need('aes-256')])],
  ['wrap of a pair', () => wrapOf(pair)],
  ['wrap of a secret', () => wrapOf(secret)],
  ['wrap of a secret and a nonce', () => wrapOf(secret, withNonce)],
  ['finding a pair', () => device.findTargetKey('ec', 'ec-p256')],
  ['finding a secret', () => device.findTargetKey('ae', 'aes-256')],
  ['generation of a pair', () => device.generateTargetKey({ ckaId: 'be', spec: 'ec-p256', label: 'new' })],
  ['generation of a secret', () => device.generateTargetKey({ ckaId: 'be', spec: 'aes-256', label: 'new' })],
];

/** The calls an operation makes, by function, from a run without a fault. */
function callsOf(operation: () => unknown): [string, number][] {
  const before = under.history().length;
  operation();
  const made = under.history().slice(before);
  under.remove('be');
  return [...new Set(made)].map((name) => [name, made.filter((each) => each === name).length]);
}

/** First, last and some calls between. */
function someOf(count: number): number[] {
  const step = Math.max(1, Math.floor(count / 8));
  return [...new Set([...Array.from({ length: count }, (_, at) => at + 1).filter((at) => at % step === 0), 1, count])];
}

describe('a token that fails in any call', () => {
  it.each(operations)('ends the %s in a refusal with the raw code, and nothing stays behind', (_, operation) => {
    const calls = callsOf(operation);
    expect(calls.length).toBeGreaterThan(3);
    for (const [calledFunction, count] of calls) {
      for (const nth of someOf(count)) {
        const where = `${calledFunction}, call ${nth} of ${count}`;
        under.fail(calledFunction, 0x30, nth);
        const refusal = refusalOf(operation);
        under.open();
        expect(refusal.code, where).toBe('CKR_DEVICE_ERROR (0x30)');
        expect(under.sessionObjects(), where).toBe(0);
        const left = under.objectsWithId('be');
        // When even destroying fails a key may stay; then the refusal says exactly that.
        expect(left === 0 || refusal.rule === 'TARGET-KEY-DESTROYED', where).toBe(true);
        under.remove('be');
      }
    }
  });

  it.each(['C_Initialize', 'C_GetSlotList', 'C_GetTokenInfo'])('refuses to load when %s fails', (calledFunction) => {
    under.fail(calledFunction, 0x30);
    expect(refusalOf(() => device.load(under.choice)).code).toBe('CKR_DEVICE_ERROR (0x30)');
    expect(device.isLoggedIn).toBe(false);
  });

  it('refuses to destroy what it cannot destroy, and finds it again', () => {
    device.generateTargetKey({ ckaId: 'be', spec: 'aes-256', label: 'new' });
    under.fail('C_DestroyObject', 0x1b);
    expect(refusalOf(() => device.destroyKey('be', 'aes-256'))).toMatchObject({
      rule: 'TOKEN-POLICY-ALLOWS',
      code: 'CKR_ACTION_PROHIBITED (0x1b)',
    });
    under.heal();
    expect(device.findTargetKey('be', 'aes-256')).not.toBeNull();
    expect(device.destroyKey('be', 'aes-256')).toBe(1);
  });

  it('gives no result when the clean-up after it fails', () => {
    under.fail('C_DestroyObject', 0x30);
    const refusal = refusalOf(() => wrapOf(secret));
    under.heal();
    expect(refusal).toMatchObject({ rule: 'TOKEN-LEFT-CLEAN', code: 'CKR_DEVICE_ERROR (0x30)' });
    expect(under.sessionObjects()).toBe(0);
  });

  it.each([
    [0x32, 'TOKEN-PRESENT'],
    [0xb3, 'TOKEN-LOGGED-IN'],
    [0x101, 'TOKEN-LOGGED-IN'],
  ])('is logged out after the code %d', (code, rule) => {
    under.fail('C_GenerateKey', code);
    expect(refusalOf(() => device.probe([need('aes-256')])).rule).toBe(rule);
    expect(device.isLoggedIn).toBe(false);
  });

  it('keeps a code only its vendor knows', () => {
    under.fail('C_WrapKey', 0x80000321);
    expect(refusalOf(() => device.probe([need('aes-256')])).code).toBe('CKR_VENDOR_DEFINED (0x80000321)');
  });
});

describe('the login', () => {
  it.each([
    [0xa4, 'TOKEN-PIN-NOT-LOCKED'],
    [0x102, 'TOKEN-PIN-SET'],
    [0xa3, 'TOKEN-PIN-ACCEPTED'],
  ])('is refused by rule for the code %d', (code, rule) => {
    device.load(under.choice);
    under.fail('C_Login', code);
    const typed = pin();
    device.select(under.serial);
    expect(refusalOf(() => device.login(typed)).rule).toBe(rule);
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });
});

describe('the KWP mechanism', () => {
  it('is 0x210a where 0x210b is missing and 0x210a proves to be RFC 5649', () => {
    under.hide('0x210b,0x1054');
    expect(device.probe([need('ec-p256')]).proofs).toMatchObject([{ kwpMechanism: '0x210a', payloadBytes: 67 }]);
    const { proof } = wrapOf(pair);
    expect(proof.kwpMechanism).toBe('0x210a');
  });

  it('is missed by name where the token has none', () => {
    under.hide('0x210a,0x210b');
    const { rule, cause } = refusalOf(() => wrapOf(pair));
    expect(rule).toBe('TOKEN-MECHANISM-AVAILABLE');
    expect(cause).toContain('CKM_AES_KEY_WRAP_KWP (0x210b)');
    expect(cause).toContain('CKM_AES_KEY_WRAP_PAD (0x210a)');
  });

  it('is proved for an HMAC key by the HMAC it makes, on a token that hashes no key', () => {
    under.hide('0x250');
    expect(device.probe([need('hmac-256')]).proofs).toMatchObject([{ payloadBytes: 32 }]);
    under.hide('0x250,0x251');
    expect(device.probe([need('hmac-256')])).toMatchObject({
      proofs: [],
      failures: [{ refusal: { rule: 'TOKEN-MECHANISM-AVAILABLE', code: 'CKR_MECHANISM_INVALID (0x70)' } }],
    });
  });

  it('is not needed for direct OAEP', () => {
    under.hide('0x210a,0x210b');
    const direct = {
      spec: 'aes-256',
      plan: { method: 'oaep', oaepHash: 'sha256', nonce: null },
      kekBits: 2048,
    } as const;
    expect(device.probe([direct]).proofs).toMatchObject([{ performed: 'single', payloadBytes: 32 }]);
  });

  it('is of no use without OAEP', () => {
    under.hide('0x9');
    expect(refusalOf(() => wrapOf(secret))).toMatchObject({
      rule: 'TOKEN-MECHANISM-AVAILABLE',
      code: 'CKR_MECHANISM_INVALID (0x70)',
    });
  });
});

describe('a token that does not tell what it was asked', () => {
  /** How many times a function was called before another one, in a run of an operation. */
  function callsBefore(calledFunction: string, other: string, operation: () => unknown): number {
    const start = under.history().length;
    operation();
    const made = under.history().slice(start);
    return made.slice(0, made.indexOf(other)).filter((each) => each === calledFunction).length;
  }

  it('gets its new key destroyed', () => {
    // Two calls read an attribute; the type and length are read first, the template after them.
    under.fail('C_GetAttributeValue', 0x12, 5);
    const generation = () => device.generateTargetKey({ ckaId: 'be', spec: 'aes-256', label: 'new' });
    expect(refusalOf(generation).rule).toBe('TARGET-KEY-ATTRIBUTES-AS-PLANNED');
    under.heal();
    expect(under.objectsWithId('be')).toBe(0);
  });

  it('is named when it does not even destroy that key', () => {
    under.fail('C_GetAttributeValue', 0x12, 5);
    under.fail('C_DestroyObject', 0x30);
    const generation = () => device.generateTargetKey({ ckaId: 'be', spec: 'aes-256', label: 'new' });
    expect(refusalOf(generation)).toMatchObject({ rule: 'TARGET-KEY-DESTROYED', code: 'CKR_DEVICE_ERROR (0x30)' });
    under.heal();
    expect(device.destroyKey('be', 'aes-256')).toBe(1);
  });

  it('gets no key wrapped under a KEK it does not show', () => {
    const wrap = () => wrapOf(secret);
    const before = callsBefore('C_GetAttributeValue', 'C_CreateObject', wrap);
    under.fail('C_GetAttributeValue', 0x12, before + 1);
    expect(refusalOf(wrap).rule).toBe('KEK-IMPORTED-UNCHANGED');
    under.heal();
    expect(under.sessionObjects()).toBe(0);
  });
});
