import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { WrappedParts } from '../../../app/byok/format.ts';
import { bytesToHex, concatBytes, hexToBytes } from '../../../app/keys/bytes.ts';
import { readPrivateKeyInfo } from '../../../app/keys/pkcs8.ts';
import { readSpki } from '../../../app/keys/spki.ts';
import {
  checkHmacSecret,
  checkPair,
  checkSecret,
  makeThrowAwayKek,
  openInSoftware,
} from '../../../main/hsm/opening.ts';
import { makePair, openssl, pairSpecs } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const fail = (cause: string): never => expect.unreachable(cause);
const kekPair = makePair('rsa-2048');
const kek = createPrivateKey({ key: Buffer.from(kekPair.pkcs8), format: 'der', type: 'pkcs8' });
const kekFile = join(scratch.folder, 'kek.der');
writeFileSync(kekFile, kekPair.spki);

/** What a token would make, made by OpenSSL. */
function wrapByOpenssl(payload: Uint8Array, hash = 'sha1', mgf = hash, ephemeral = randomBytes(32)) {
  const options = ['rsa_padding_mode:oaep', `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${mgf}`];
  const pkeyopts = options.flatMap((option) => ['-pkeyopt', option]);
  const encrypt = ['pkeyutl', '-encrypt', '-pubin', '-keyform', 'DER', '-inkey', kekFile, ...pkeyopts];
  const wrappedEphemeral = openssl(encrypt, ephemeral);
  return { wrappedEphemeral, wrappedKey: wrapByKwp(payload, ephemeral), sealedNonce: null };
}

function wrapByKwp(payload: Uint8Array, key: Uint8Array): Uint8Array {
  const file = join(scratch.folder, 'payload.bin');
  writeFileSync(file, payload);
  const cipher = `-id-aes${key.length * 8}-wrap-pad`;
  const wrapped = openssl(['enc', cipher, '-iv', 'A65959A6', '-K', bytesToHex(key), '-in', file]);
  rmSync(file);
  return wrapped;
}

describe('what OpenSSL wraps opens in software', () => {
  it.each([1, 7, 8, 9, 28, 32, 1217])('a payload of %i bytes', (length) => {
    const payload = randomBytes(length);
    const opened = openInSoftware(wrapByOpenssl(payload), kek, 'sha1');
    expect(bytesToHex(opened)).toBe(bytesToHex(payload));
  });

  it.each([
    ['another hash', { hash: 'sha256', mgf: 'sha256' }],
    ['another MGF1 hash', { hash: 'sha1', mgf: 'sha256' }],
  ])('but not with %s', (_, { hash, mgf }) => {
    const parts = wrapByOpenssl(randomBytes(32), hash, mgf);
    expect(ruleOf(() => openInSoftware(parts, kek, 'sha1'))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('but not with a short ephemeral key', () => {
    const parts = wrapByOpenssl(randomBytes(32), 'sha1', 'sha1', randomBytes(16));
    expect(ruleOf(() => openInSoftware(parts, kek, 'sha1'))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('but not with RFC 3394 in place of RFC 5649', () => {
    const ephemeral = randomBytes(32);
    const parts = wrapByOpenssl(randomBytes(32), 'sha1', 'sha1', ephemeral);
    const file = join(scratch.folder, 'payload.bin');
    writeFileSync(file, randomBytes(32));
    const options = ['enc', '-id-aes256-wrap', '-iv', 'A6A6A6A6A6A6A6A6', '-K', bytesToHex(ephemeral), '-in', file];
    const wrappedKey = openssl(options);
    expect(wrappedKey).toHaveLength(40);
    expect(ruleOf(() => openInSoftware({ ...parts, wrappedKey }, kek, 'sha1'))).toBe('TOKEN-ENCODES-AS-PROBED');
  });
});

describe('RSAES-PKCS1-v1_5', () => {
  /** RSA by OpenSSL, with the padding that is named. */
  function encrypt(padding: 'none' | 'pkcs1', message: Uint8Array): WrappedParts {
    const options = ['-pkeyopt', `rsa_padding_mode:${padding}`];
    const wrappedKey = openssl(
      ['pkeyutl', '-encrypt', '-pubin', '-keyform', 'DER', '-inkey', kekFile, ...options],
      message,
    );
    return { wrappedEphemeral: null, wrappedKey, sealedNonce: null };
  }

  /** A frame of 256 bytes: the head, filling that is never zero, and the tail. */
  function frame(head: readonly number[], tail: readonly number[]): Uint8Array {
    const filling = new Uint8Array(256 - head.length - tail.length).fill(0x5a);
    return Uint8Array.from([...head, ...filling, ...tail]);
  }

  it.each([16, 32, 64, 245])('opens in software: %i bytes', (length) => {
    const message = randomBytes(length);
    expect(bytesToHex(openInSoftware(encrypt('pkcs1', message), kek, null))).toBe(bytesToHex(message));
  });

  it('opens in software under an ephemeral key', () => {
    const [ephemeral, payload] = [randomBytes(32), randomBytes(67)];
    const { wrappedKey: wrappedEphemeral } = encrypt('pkcs1', ephemeral);
    const parts = { wrappedEphemeral, wrappedKey: wrapByKwp(payload, ephemeral), sealedNonce: null };
    expect(bytesToHex(openInSoftware(parts, kek, null))).toBe(bytesToHex(payload));
    expect(ruleOf(() => openInSoftware(parts, kek, 'sha1'))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('opens with the shortest padding that RFC 8017 allows, 8 bytes', () => {
    const eight = frame([0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0], []);
    expect(openInSoftware(encrypt('none', eight), kek, null)).toHaveLength(245);
  });

  it.each([
    ['7 bytes of padding', frame([0, 2, 1, 2, 3, 4, 5, 6, 7, 0], [])],
    ['the type of a signature', frame([0, 1], [0, 1, 2, 3])],
    ['no zero before it', frame([1, 2], [0, 1, 2, 3])],
    ['no zero after the padding', frame([0, 2], [])],
    ['no padding at all', frame([0, 0], [])],
  ])('does not open with %s', (_, wrong) => {
    expect(ruleOf(() => openInSoftware(encrypt('none', wrong), kek, null))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('does not open as OAEP, nor OAEP as it', () => {
    const parts = encrypt('pkcs1', randomBytes(32));
    expect(ruleOf(() => openInSoftware(parts, kek, 'sha1'))).toBe('TOKEN-ENCODES-AS-PROBED');
    const { wrappedEphemeral } = wrapByOpenssl(randomBytes(32));
    const oaep = { wrappedEphemeral: null, wrappedKey: wrappedEphemeral, sealedNonce: null };
    expect(ruleOf(() => openInSoftware(oaep, kek, null))).toBe('TOKEN-ENCODES-AS-PROBED');
  });
});

describe('the payload of a pair', () => {
  const pairs = pairSpecs.filter((spec) => spec !== 'rsa-4096').map((spec) => [spec, makePair(spec)] as const);

  it.each(pairs)('%s is taken with its own public key', (_, { pkcs8, spki }) => {
    expect(ruleOf(() => checkPair(pkcs8, readSpki(spki, fail)))).toBeNull();
  });

  it.each(pairs)('%s is not taken with the public key of another', (spec, { pkcs8 }) => {
    const other = readSpki(makePair(spec).spki, fail);
    expect(ruleOf(() => checkPair(pkcs8, other))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it.each(pairs)('%s is not taken with the zero bytes plain SoftHSM puts after it', (_, { pkcs8, spki }) => {
    const padded = concatBytes(pkcs8, new Uint8Array(3));
    expect(ruleOf(() => checkPair(padded, readSpki(spki, fail)))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('is not taken with an EC point that is not that of the scalar', () => {
    const { pkcs8, spki } = makePair('ec-p256');
    const other = readSpki(makePair('ec-p256').spki, fail);
    const changed = Uint8Array.from(pkcs8);
    // OpenSSL writes the point last, 65 bytes of it.
    changed.set(other.kind === 'ec' ? other.point : fail('not EC'), changed.length - 65);
    expect(ruleOf(() => checkPair(changed, readSpki(spki, fail)))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it.each(['privateExponent', 'exponent1', 'coefficient'] as const)('is not taken with a damaged %s', (part) => {
    const { pkcs8, spki } = makePair('rsa-2048');
    const changed = Uint8Array.from(pkcs8);
    const key = readPrivateKeyInfo(changed);
    const number = key.kind === 'rsa' ? key[part] : fail('not RSA');
    const at = number.byteOffset + number.length - 1;
    changed[at] = (changed[at] ?? 0) ^ 2;
    expect(ruleOf(() => checkPair(changed, readSpki(spki, fail)))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('is not taken as another kind of key', () => {
    const rsa = readSpki(kekPair.spki, fail);
    expect(ruleOf(() => checkPair(makePair('ec-p256').pkcs8, rsa))).toBe('TOKEN-ENCODES-AS-PROBED');
  });
});

describe('the payload of a secret key', () => {
  // FIPS 197 appendix C.1: the key 00..0f; its KCV is computed by OpenSSL below.
  const key = Uint8Array.from({ length: 16 }, (_, index) => index);
  const encrypted = openssl(['enc', '-aes-128-ecb', '-nopad', '-K', bytesToHex(key)], new Uint8Array(16));
  const kcv = { method: 'aes-ecb-zero-block', value: bytesToHex(encrypted.subarray(0, 3)).toUpperCase() } as const;
  const aes = { kind: 'aes', bytes: 16 } as const;

  it('is taken with its own check value', () => {
    expect(ruleOf(() => checkSecret(key, aes, kcv))).toBeNull();
  });

  it.each([
    ['another check value', key, { ...kcv, value: '000000' }],
    ['no check value', key, null],
    ['a byte more', concatBytes(key, Uint8Array.of(0)), kcv],
  ])('is not taken with %s', (_, payload, fromToken) => {
    expect(ruleOf(() => checkSecret(payload, aes, fromToken))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('is that of an HMAC key where both make the same HMAC', () => {
    // RFC 4231 section 4.3 (test case 2).
    const jefe = new TextEncoder().encode('Jefe');
    const message = new TextEncoder().encode('what do ya want for nothing?');
    const mac = hexToBytes('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
    const check = (payload: Uint8Array, made: Uint8Array = mac): string | null =>
      ruleOf(() => checkHmacSecret(payload, 4, { message, mac: made }));
    expect(check(jefe)).toBeNull();
    expect(check(new TextEncoder().encode('jefe'))).toBe('TOKEN-ENCODES-AS-PROBED');
    expect(check(concatBytes(jefe, Uint8Array.of(0)))).toBe('TOKEN-ENCODES-AS-PROBED');
    expect(check(jefe, mac.subarray(0, 16))).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('of an HMAC key is not taken without a check value, nor with another', () => {
    expect(ruleOf(() => checkSecret(key, { kind: 'hmac', bytes: 16 }, null))).toBe('TOKEN-ENCODES-AS-PROBED');
    const other = { method: 'sha256-of-value', value: '00' } as const;
    expect(ruleOf(() => checkSecret(key, { kind: 'hmac', bytes: 16 }, other))).toBe('TOKEN-ENCODES-AS-PROBED');
  });
});

describe('a throw-away KEK', () => {
  it('has the size asked for and no leading zeros', () => {
    const made = makeThrowAwayKek(2048);
    expect(made.modulus).toHaveLength(256);
    expect(made.modulus[0]).toBeGreaterThanOrEqual(0x80);
    expect([...made.exponent]).toEqual([1, 0, 1]);
  });
});
