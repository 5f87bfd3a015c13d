import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomInt,
} from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import { keySpecs, type KeySpec } from '../../../app/keys/specs.ts';
import { makeKey, planKey, type KeyObjects } from '../../../main/hsm/key-objects.ts';
import { plain } from '../../../main/hsm/mechanisms.ts';
import { CryptokiModule, users, type ObjectHandle } from '../../../main/hsm/pkcs11.ts';
import { initialiseEmptyToken } from '../../../main/hsm/rehearsal-token.ts';
import { wrapUnderKek } from '../../../main/hsm/wrap.ts';
import { unseal, unwrap } from '../../support/software-unwrap.ts';
import { freshStore, pin, scratchFolder } from '../../support/token.ts';

/**
 * A law for each method: whatever the token wraps, other software opens to that very key. The keys are random, of random
 * kinds, made in the token and never readable; they are told apart by what they do there.
 */
const count = 1000;

const scratch = scratchFolder();
const { path, environment } = freshStore(scratch.folder);
Object.assign(process.env, environment);
const cryptoki = new CryptokiModule(path, null);
const { slot } = initialiseEmptyToken({ cryptoki, sha256: '' }, 'thousand keys', pin());
const session = cryptoki.openSession(slot);
session.login(users.user, pin());
afterAll(() => {
  session.close();
  cryptoki.finalize();
  scratch.remove();
});

const kek = generateKeyPairSync('rsa', { modulusLength: 2048 });
const fromBase64Url = (text = ''): Buffer => Buffer.from(text, 'base64url');
const { n, e } = kek.publicKey.export({ format: 'jwk' });
const kekNumbers = { modulus: fromBase64Url(n), exponent: fromBase64Url(e) };

const aes: readonly KeySpec[] = ['aes-128', 'aes-192', 'aes-256'];
const secrets: readonly KeySpec[] = [...aes, 'hmac-224', 'hmac-256', 'hmac-384', 'hmac-512'];
const quick: readonly KeySpec[] = [...secrets, 'ec-p256', 'ec-p384', 'ec-p521', 'ec-secp256k1'];

const oaep = (oaepHash: 'sha1' | 'sha256', nonce: 'aes-gcm' | null = null): WrapPlan => ({
  method: 'oaep',
  oaepHash,
  nonce,
});
const rsaAes = (oaepHash: 'sha1' | 'sha256' | null): WrapPlan => ({ method: 'rsa-aes', oaepHash, ephemeralBits: 256 });

const methods: [string, WrapPlan, readonly KeySpec[]][] = [
  ['OAEP with SHA-1', oaep('sha1'), secrets],
  ['OAEP with SHA-256', oaep('sha256'), secrets],
  ['OAEP with SHA-256 and a nonce', oaep('sha256', 'aes-gcm'), aes],
  ['PKCS#1 v1.5', { method: 'pkcs1-v1_5', oaepHash: null }, secrets],
  ['RSA-AES with SHA-1', rsaAes('sha1'), quick],
  ['RSA-AES with SHA-256', rsaAes('sha256'), quick],
  ['RSA-AES with PKCS#1 v1.5', rsaAes(null), quick],
];

describe('a thousand random keys', () => {
  it.each(methods)('wrapped by %s all open in software', (_, plan, specs) => {
    const parts: string[] = [];
    for (let turn = 0; turn < count; turn++) {
      // RSA keys take long to make, so they are few.
      const isRsa = plan.method === 'rsa-aes' && turn % 125 === 0;
      const spec = isRsa ? 'rsa-2048' : (specs[randomInt(specs.length)] ?? expect.unreachable());
      parts.push(...wrapAndOpen(plan, spec, turn).map(hexOf));
    }
    expect(parts.length).toBeGreaterThanOrEqual(count);
    expect(new Set(parts).size).toBe(parts.length);
  });
});

/** Makes a key, wraps it, opens it and compares; returns everything that came out of the token. */
function wrapAndOpen(plan: WrapPlan, spec: KeySpec, turn: number): Uint8Array[] {
  const made: ObjectHandle[] = [];
  const work = { session, temporary: (object: ObjectHandle) => (made.push(object), object) };
  const objects = makeKey(session, spec, planKey(spec, { ckaId: '7e57', label: `key ${turn}`, lives: 'in-session' }));
  made.push(objects.key, ...(objects.publicHalf === null ? [] : [objects.publicHalf]));
  const kwp = plan.method === 'rsa-aes' ? 'CKM_AES_KEY_WRAP_KWP' : null;
  const nonce = plan.method === 'oaep' && plan.nonce !== null ? randomBytes(12) : null;
  const parts = wrapUnderKek(work, kekNumbers, objects.key, { spec, plan, kwp, nonce });
  const key = unwrap(parts, kek.privateKey, plan.oaepHash);
  expect(hexOf(traceOf(spec, key)), `${spec}, turn ${turn}`).toBe(hexOf(traceInToken(spec, objects)));
  const { wrappedEphemeral, wrappedKey, sealedNonce } = parts;
  if (nonce !== null) {
    expect(hexOf(unseal(sealedNonce ?? expect.unreachable(), key)), `${spec}, turn ${turn}`).toBe(hexOf(nonce));
  }
  for (const object of made) session.destroyObject(object);
  return [wrappedEphemeral, wrappedKey, sealedNonce?.iv, sealedNonce?.sealed].filter(
    (part) => part instanceof Uint8Array,
  );
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** What the token says or does by which one key is told from every other: a block, a digest, a point, a modulus. */
function traceInToken(spec: KeySpec, { key, publicHalf }: KeyObjects): Uint8Array {
  const told = (name: 'CKA_EC_POINT' | 'CKA_MODULUS'): Uint8Array => {
    const value = session.attribute(publicHalf ?? key, name);
    return value instanceof Uint8Array ? value : expect.unreachable(`no ${name}`);
  };
  switch (keySpecs[spec].kind) {
    case 'aes':
      return session.encrypt(plain('CKM_AES_ECB'), key, new Uint8Array(16));
    case 'hmac':
      return session.digestKey(plain('CKM_SHA256'), key);
    case 'ec':
      return told('CKA_EC_POINT');
    case 'rsa':
      return told('CKA_MODULUS');
  }
}

/** The same by software, from the key that was opened. */
function traceOf(spec: KeySpec, key: Buffer): Uint8Array {
  const info = keySpecs[spec];
  switch (info.kind) {
    case 'aes':
      expect(key).toHaveLength(info.bits / 8);
      return createCipheriv(`aes-${info.bits}-ecb`, key, null).update(new Uint8Array(16));
    case 'hmac':
      expect(key).toHaveLength(info.bits / 8);
      return createHash('sha256').update(key).digest();
    case 'ec':
      return octets(curves[info.curve].getPublicKey(scalarIn(key), false));
    case 'rsa': {
      expect(key.readUInt16BE(2) + 4).toBe(key.length);
      const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      return fromBase64Url(createPublicKey(privateKey).export({ format: 'jwk' }).n);
    }
  }
}

const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521, secp256k1 } as const;

/** The scalar of a short PKCS#8: `INTEGER 1, OCTET STRING` begins an ECPrivateKey (RFC 5915 section 3). */
function scalarIn(pkcs8: Buffer): Buffer {
  expect((pkcs8[1] ?? 0) + 2).toBe(pkcs8.length);
  const at = pkcs8.indexOf(Buffer.from('02010104', 'hex')) + 4;
  return pkcs8.subarray(at + 1, at + 1 + (pkcs8[at] ?? 0));
}

/** A DER OCTET STRING of fewer than 256 bytes. */
function octets(content: Uint8Array): Uint8Array {
  const length = content.length < 128 ? [content.length] : [0x81, content.length];
  return Buffer.from([0x04, ...length, ...content]);
}
