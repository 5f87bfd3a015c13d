import { describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import type { Attribute, AttributeName, AttributeValue } from '../../../main/hsm/attributes.ts';
import type { Mechanism } from '../../../main/hsm/mechanisms.ts';
import type { CryptokiSession, ObjectHandle } from '../../../main/hsm/pkcs11.ts';
import type { Work } from '../../../main/hsm/session.ts';
import { wrapUnderKek, type WrapWay } from '../../../main/hsm/wrap.ts';
import { ruleOf } from '../../support/rule-of.ts';

const modulus = new Uint8Array(256).fill(0xc5);
const kek = { modulus, exponent: Uint8Array.of(1, 0, 1) };

/** What a token gives for its three calls of C_WrapKey: the ephemeral key twice, then the target key. */
interface Answers {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly target: Uint8Array;
}

const sound: Answers = {
  first: new Uint8Array(256).fill(1),
  second: new Uint8Array(256).fill(2),
  target: new Uint8Array(40).fill(3),
};

/** A token that is honest about attributes and wraps as told; no real one makes these outputs on demand. */
function workOn(answers: Answers, changed: Partial<Record<AttributeName, AttributeValue>> = {}): Work {
  const wrapped = [answers.first, answers.second];
  const told = new Map<AttributeName, AttributeValue>();
  const handle = Buffer.alloc(8) as ObjectHandle;
  const take = (template: readonly Attribute[]): ObjectHandle => {
    for (const { name, value } of template) told.set(name, changed[name] ?? value);
    return handle;
  };
  const session = {
    createObject: take,
    generateKey: (_: Mechanism, template: readonly Attribute[]) => take(template),
    attribute: (_: ObjectHandle, name: AttributeName) => told.get(name) ?? null,
    wrapKey: ({ name }: Mechanism) =>
      name === 'CKM_AES_KEY_WRAP_KWP' ? answers.target : (wrapped.shift() ?? expect.unreachable()),
  };
  return { session: session as unknown as CryptokiSession, temporary: (object) => object };
}

const target = Buffer.alloc(8) as ObjectHandle;
const way = {
  spec: 'aes-256',
  plan: { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 },
  kwp: 'CKM_AES_KEY_WRAP_KWP',
  nonce: null,
} as const;
const wayOf = (plan: WrapPlan): WrapWay => ({ ...way, plan, kwp: plan.method === 'rsa-aes' ? way.kwp : null });
const ruleFor = (answers: Answers, changed = {}) =>
  ruleOf(() => wrapUnderKek(workOn(answers, changed), kek, target, way));

describe('the shape of what a token wraps', () => {
  it('is taken when it is sound', () => {
    expect(wrapUnderKek(workOn(sound), kek, target, way)).toEqual({
      wrappedEphemeral: sound.first,
      wrappedKey: sound.target,
      sealedNonce: null,
    });
  });

  it.each([
    ['an RSA part a byte short', { ...sound, first: sound.first.slice(1) }],
    ['an RSA part a byte long', { ...sound, first: new Uint8Array(257).fill(1) }],
    ['an RSA part that is the modulus', { ...sound, first: modulus }],
    ['the same RSA part twice', { ...sound, second: sound.first }],
    ['a key part that is no multiple of 8', { ...sound, target: new Uint8Array(41) }],
    ['a key part of 8 bytes', { ...sound, target: new Uint8Array(8) }],
    ['a key part padded by 8 bytes more', { ...sound, target: new Uint8Array(48) }],
  ])('is refused with %s', (_, answers) => {
    expect(ruleFor(answers)).toBe('WRAP-OUTPUT-WELL-FORMED');
  });

  it.each([
    ['another modulus', { CKA_MODULUS: modulus.with(255, 0) }, 'KEK-IMPORTED-UNCHANGED'],
    ['another exponent', { CKA_PUBLIC_EXPONENT: Uint8Array.of(3) }, 'KEK-IMPORTED-UNCHANGED'],
    ['an ephemeral key that decrypts', { CKA_DECRYPT: true }, 'TOKEN-POLICY-ALLOWS'],
    ['an ephemeral key of the wrong size', { CKA_VALUE_LEN: 16 }, 'TOKEN-POLICY-ALLOWS'],
  ])('is never asked for with %s', (_, changed, rule) => {
    expect(ruleFor(sound, changed)).toBe(rule);
  });

  it.each([
    { method: 'oaep', oaepHash: 'sha256', nonce: null },
    { method: 'pkcs1-v1_5', oaepHash: null },
    { method: 'rsa-aes', oaepHash: null, ephemeralBits: 256 },
  ] as const)('differs from one time to the next: %o', (plan) => {
    const wrap = (answers: Answers) => () => wrapUnderKek(workOn(answers), kek, target, wayOf(plan));
    expect(ruleOf(wrap(sound))).toBeNull();
    expect(ruleOf(wrap({ ...sound, second: sound.first }))).toBe('WRAP-OUTPUT-WELL-FORMED');
  });

  it('is one part where no ephemeral key stands between', () => {
    const plan = { method: 'pkcs1-v1_5', oaepHash: null } as const;
    expect(wrapUnderKek(workOn(sound), kek, target, wayOf(plan))).toEqual({
      wrappedEphemeral: null,
      wrappedKey: sound.first,
      sealedNonce: null,
    });
  });

  it('takes a modulus that the token tells with a leading zero', () => {
    expect(ruleFor(sound, { CKA_MODULUS: Uint8Array.of(0, ...modulus) })).toBeNull();
  });
});
