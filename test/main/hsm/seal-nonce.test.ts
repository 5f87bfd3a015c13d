import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import type { AttributeName, AttributeValue } from '../../../main/hsm/attributes.ts';
import type { GcmParameter, Mechanism } from '../../../main/hsm/mechanisms.ts';
import { checkSealedNonce } from '../../../main/hsm/opening.ts';
import type { CryptokiSession, ObjectHandle } from '../../../main/hsm/pkcs11.ts';
import { checkMaySeal, checkNonce, sealNonce } from '../../../main/hsm/seal-nonce.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const nonce = new Uint8Array(12).fill(0x4e);
const target = Buffer.alloc(8) as ObjectHandle;
const withNonce: WrapPlan = { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' };
const without: WrapPlan[] = [
  { method: 'oaep', oaepHash: 'sha256', nonce: null },
  { method: 'pkcs1-v1_5', oaepHash: null },
  { method: 'rsa-aes', oaepHash: 'sha256', ephemeralBits: 256 },
];

/** What a token does for the two calls of each kind; no real one has these faults on demand. */
interface Faults {
  readonly random?: (turn: number) => Uint8Array;
  readonly encrypt?: (parameter: GcmParameter) => Uint8Array;
  readonly attributes?: Partial<Record<AttributeName, AttributeValue>>;
}

const key = randomBytes(32);

function gcmUnder({ iv }: Pick<GcmParameter, 'iv'>): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  return Buffer.concat([cipher.update(nonce), cipher.final(), cipher.getAuthTag()]);
}

function sessionWith({ random = () => randomBytes(12), encrypt = gcmUnder, attributes = {} }: Faults): CryptokiSession {
  let turn = 0;
  const session = {
    generateRandom: () => random(++turn),
    encrypt: (mechanism: Mechanism) =>
      mechanism.name === 'CKM_AES_GCM' ? encrypt(mechanism.parameter) : expect.unreachable(),
    attribute: (_: ObjectHandle, name: AttributeName) => attributes[name] ?? null,
  };
  return session as unknown as CryptokiSession;
}

describe('a nonce under the target key', () => {
  it('is sealed under the first of two new IVs', () => {
    const ivs = [randomBytes(12), randomBytes(12)];
    const session = sessionWith({ random: (turn) => ivs[turn - 1] ?? expect.unreachable() });
    expect(sealNonce(session, target, nonce)).toEqual({ iv: ivs[0], sealed: gcmUnder({ iv: ivs[0] ?? key }) });
  });

  it('is asked for with 96 bits of IV and a tag of 128, without additional data', () => {
    const asked: GcmParameter[] = [];
    const encrypt = (parameter: GcmParameter): Uint8Array => (asked.push(parameter), gcmUnder(parameter));
    const { iv } = sealNonce(sessionWith({ encrypt }), target, nonce);
    expect(asked[0]).toEqual({ iv, ivBits: 96, tagBits: 128 });
  });

  it.each<[string, Faults]>([
    ['the same random bytes twice', { random: () => new Uint8Array(12).fill(7), encrypt: () => randomBytes(28) }],
    ['zeros for random bytes', { random: () => new Uint8Array(12) }],
    ['zeros the second time', { random: (turn) => (turn === 1 ? randomBytes(12) : new Uint8Array(12)) }],
    ['an IV of 16 bytes', { random: () => randomBytes(16) }],
    ['no tag', { encrypt: (given) => gcmUnder(given).subarray(0, 12) }],
    ['a tag of 15 bytes', { encrypt: (given) => gcmUnder(given).subarray(0, 27) }],
    ['its own IV behind the tag', { encrypt: (given) => Buffer.concat([gcmUnder(given), given.iv]) }],
    ['the same ciphertext for two IVs', { encrypt: () => gcmUnder({ iv: new Uint8Array(12).fill(1) }) }],
    ['the nonce in the clear', { encrypt: () => Buffer.concat([nonce, randomBytes(16)]) }],
    ['the nonce in the clear behind the tag', { encrypt: () => Buffer.concat([randomBytes(16), nonce]) }],
  ])('is refused with %s', (_, faults) => {
    expect(ruleOf(() => sealNonce(sessionWith(faults), target, nonce))).toBe('NONCE-SEALED-IN-TOKEN');
  });
});

describe('what is needed for it', () => {
  it('is a nonce exactly where the plan asks for one', () => {
    expect(ruleOf(() => checkNonce(withNonce, nonce))).toBeNull();
    expect(ruleOf(() => checkNonce(withNonce, null))).toBe('NONCE-SEALED-IN-TOKEN');
    for (const plan of without) {
      expect(ruleOf(() => checkNonce(plan, null))).toBeNull();
      expect(ruleOf(() => checkNonce(plan, nonce))).toBe('NONCE-SEALED-IN-TOKEN');
    }
  });

  it.each([0, 11, 13, 16])('is no nonce of %i bytes', (length) => {
    expect(ruleOf(() => checkNonce(withNonce, new Uint8Array(length)))).toBe('IMPORT-NONCE-SIZED');
  });

  it.each([
    ['may', { CKA_ENCRYPT: true }, null],
    ['may not', { CKA_ENCRYPT: false }, 'NONCE-SEALED-IN-TOKEN'],
    ['is not told to', {}, 'NONCE-SEALED-IN-TOKEN'],
  ] as const)('is a key that may encrypt: this one %s', (_, attributes, rule) => {
    const session = sessionWith({ attributes });
    expect(ruleOf(() => checkMaySeal(session, target, withNonce))).toBe(rule);
    for (const plan of without) expect(ruleOf(() => checkMaySeal(session, target, plan))).toBeNull();
  });
});

describe('a sealed nonce that is opened in software', () => {
  const iv = randomBytes(12);
  const sealed = gcmUnder({ iv });
  const rule = (parts: { iv: Uint8Array; sealed: Uint8Array } | null, by: Uint8Array = key, wanted = nonce) =>
    ruleOf(() => checkSealedNonce(parts, by, wanted));

  it('is taken when it is the nonce, under the key', () => {
    expect(rule({ iv, sealed })).toBeNull();
  });

  it.each([
    ['another key', rule({ iv, sealed }, randomBytes(32))],
    ['a key of no AES size', rule({ iv, sealed }, randomBytes(20))],
    ['another nonce', rule({ iv, sealed }, key, nonce.with(0, 0))],
    ['another IV', rule({ iv: randomBytes(12), sealed })],
    ['a short tag', rule({ iv, sealed: sealed.subarray(0, -1) })],
    ['the tag first', rule({ iv, sealed: Buffer.concat([sealed.subarray(12), sealed.subarray(0, 12)]) })],
    ['nothing at all', rule({ iv, sealed: new Uint8Array() })],
    ['no sealed nonce', rule(null)],
  ])('is not taken with %s', (_, found) => {
    expect(found).toBe('NONCE-SEALED-IN-TOKEN');
  });

  interface Published {
    readonly expect: string | null;
    readonly key: string;
    readonly nonce: string;
    readonly iv: string;
    readonly encryptedNonce: string;
  }
  const published = jsonVectors('ibm-nonce').map(({ name, vector }) => ({ ...(vector as Published), name }));

  it.each(published)('is what IBM publishes: $name', (vector) => {
    const parts = { iv: fromBase64(vector.iv), sealed: fromBase64(vector.encryptedNonce) };
    const found = rule(parts, fromBase64(vector.key), fromBase64(vector.nonce));
    expect(found).toBe(vector.expect === null ? null : 'NONCE-SEALED-IN-TOKEN');
  });

  function fromBase64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(Buffer.from(text, 'base64'));
  }
});
