import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToBase64Url, hexToBytes } from '../../../app/keys/bytes.ts';
import { der, derUnsigned, tags } from '../../../app/keys/der.ts';
import { readPrivateKeyInfo } from '../../../app/keys/pkcs8.ts';
import { encodeSpki, type PublicKey } from '../../../app/keys/spki.ts';
import { makePair, openssl, pairSpecs } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';

const rule = (bytes: Uint8Array): string | null => ruleOf(() => readPrivateKeyInfo(bytes));

/** The public half of a private key, as SubjectPublicKeyInfo. */
function publicHalf(pkcs8: Uint8Array): Uint8Array {
  const key = readPrivateKeyInfo(pkcs8);
  const half: PublicKey =
    key.kind === 'rsa'
      ? { kind: 'rsa', modulus: key.modulus, exponent: key.publicExponent }
      : { kind: 'ec', curve: key.curve, point: key.point ?? new Uint8Array() };
  return encodeSpki(half);
}

describe('PrivateKeyInfo by OpenSSL', () => {
  it.each(pairSpecs)(
    'of %s is read, and its public half is the one OpenSSL gives',
    (spec) => {
      const { pkcs8, spki } = makePair(spec);
      expect(publicHalf(pkcs8)).toEqual(spki);
    },
    60_000,
  );

  it('gives the eight RSA numbers that node exports', () => {
    const { pkcs8 } = makePair('rsa-2048');
    const key = readPrivateKeyInfo(pkcs8);
    const jwk = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
    const numbers = Object.values(key).filter((value): value is Uint8Array => value instanceof Uint8Array);
    const { n, e, d, p, q, dp, dq, qi } = jwk;
    // RFC 7518 writes d in full length only when it happens to have it; here as there: without leading zeros.
    expect(numbers.map(bytesToBase64Url)).toEqual([n, e, d, p, q, dp, dq, qi]);
  });

  it('gives the scalar of an EC key', () => {
    const { pkcs8 } = makePair('ec-p521');
    const key = readPrivateKeyInfo(pkcs8);
    const jwk = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
    expect(key.kind === 'ec' ? bytesToBase64Url(key.scalar) : '').toBe(jwk.d);
  });
});

const rsa = der(tags.sequence, der(tags.oid, hexToBytes('2a864886f70d010101')), der(tags.null));
const p256 = hexToBytes('301306072a8648ce3d020106082a8648ce3d030107');
const p384Oid = hexToBytes('06052b81040022');
const p256Oid = hexToBytes('06082a8648ce3d030107');
const zero = derUnsigned(new Uint8Array());
const one = derUnsigned(Uint8Array.of(1));
const scalar = der(tags.octetString, new Uint8Array(32).fill(7));
const point = der(tags.bitString, Uint8Array.of(0, 4), new Uint8Array(64).fill(9));
const info = (algorithm: Uint8Array, key: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
  der(tags.sequence, zero, algorithm, der(tags.octetString, key), ...more);
const ec = (...parts: Uint8Array[]): Uint8Array => der(tags.sequence, ...parts);
/** n = 15 = 3 x 5: the shape of an RSAPrivateKey is all that is read. */
const numbers = [15, 3, 3, 3, 5, 1, 3, 2].map((number) => derUnsigned(Uint8Array.of(number)));

describe('what a token may not emit (RFC 5208, RFC 5915, RFC 8017)', () => {
  it.each([
    ['no public point', info(p256, ec(one, scalar))],
    ['curve and point', info(p256, ec(one, scalar, der(tags.context0, p256Oid), der(tags.context1, point)))],
    ['the point alone', info(p256, ec(one, scalar, der(tags.context1, point)))],
    ['the least RSA key', info(rsa, der(tags.sequence, zero, ...numbers))],
  ])('%s is allowed', (_, bytes) => expect(rule(bytes)).toBeNull());

  it.each([
    ['version 1 (RFC 5958)', der(tags.sequence, one, p256, der(tags.octetString, ec(one, scalar)))],
    ['attributes', info(p256, ec(one, scalar), der(tags.context0))],
    ['bytes after it', Uint8Array.of(...info(p256, ec(one, scalar)), 0)],
    ['bytes after the inner key', info(p256, Uint8Array.of(...ec(one, scalar), 0))],
    ['ECPrivateKey version 0', info(p256, ec(zero, scalar))],
    ['a short scalar', info(p256, ec(one, der(tags.octetString, new Uint8Array(31).fill(7))))],
    ['a long scalar', info(p256, ec(one, der(tags.octetString, new Uint8Array(33).fill(7))))],
    ['another curve inside', info(p256, ec(one, scalar, der(tags.context0, p384Oid)))],
    ['point before curve', info(p256, ec(one, scalar, der(tags.context1, point), der(tags.context0, p256Oid)))],
    ['a third member', info(p256, ec(one, scalar, der(tags.context1, point), zero))],
    [
      'a compressed point',
      info(p256, ec(one, scalar, der(tags.context1, der(tags.bitString, Uint8Array.of(0, 2), new Uint8Array(32))))),
    ],
    ['two points', info(p256, ec(one, scalar, der(tags.context1, point, point)))],
    ['an RSA key under an EC algorithm', info(p256, der(tags.sequence, zero, ...numbers))],
    ['multi-prime RSA', info(rsa, der(tags.sequence, one, ...numbers))],
    ['nine RSA numbers', info(rsa, der(tags.sequence, zero, ...numbers, one))],
    ['seven RSA numbers', info(rsa, der(tags.sequence, zero, ...numbers.slice(1)))],
    [
      'a modulus that is not p q',
      info(rsa, der(tags.sequence, zero, derUnsigned(Uint8Array.of(21)), ...numbers.slice(1))),
    ],
    [
      'explicit curve parameters',
      info(der(tags.sequence, der(tags.oid, hexToBytes('2a8648ce3d0201')), der(tags.sequence)), ec(one, scalar)),
    ],
    ['Ed25519', info(der(tags.sequence, der(tags.oid, hexToBytes('2b6570'))), scalar)],
    ['nothing', new Uint8Array()],
  ])('%s is refused', (_, bytes) => expect(rule(bytes)).toBe('PKCS8-EXACT'));

  it('the traditional form, not PKCS#8, is refused', () => {
    const { pkcs8 } = makePair('ec-p256');
    const traditional = openssl(['ec', '-inform', 'DER', '-outform', 'DER'], pkcs8);
    expect(rule(traditional)).toBe('PKCS8-EXACT');
  });

  it('changed bytes are read or refused, never a crash', () => {
    const { pkcs8 } = makePair('ec-p256');
    fc.assert(
      fc.property(fc.nat(pkcs8.length - 1), fc.nat(255), fc.nat(3), (at, byte, cut) => {
        const changed = pkcs8.slice(0, pkcs8.length - cut);
        changed[Math.min(at, changed.length - 1)] = byte;
        expect([null, 'PKCS8-EXACT']).toContain(rule(changed));
      }),
      { numRuns: 1000 },
    );
  });
});
