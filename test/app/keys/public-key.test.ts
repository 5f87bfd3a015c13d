import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64UrlToBytes, bytesToBase64Url } from '../../../app/keys/bytes.ts';
import { encodePublicKeyPem, readPublicKeyPem } from '../../../app/keys/pem.ts';
import { refuser } from '../../../app/keys/refuser.ts';
import { encodeSpki, readSpki, type PublicKey } from '../../../app/keys/spki.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVector, textVectors } from '../../vectors/read-vectors.ts';

const refuse = refuser('INBOUND-DER-CANONICAL', 'key.pem');
const read = (pem: string): PublicKey => readSpki(readPublicKeyPem(pem, 'key.pem'), refuse);
const jwk = jsonVector('jwk/rfc7638.json') as { n: string; e: string };

describe('PEM and SubjectPublicKeyInfo', () => {
  it.each(textVectors('pem'))('$name: $header.comment', ({ header, body }) => {
    expect(ruleOf(() => read(body)) ?? 'key').toBe(header['expect']);
  });

  it('gives the numbers of the RFC 7638 key', () => {
    const key = textVectors('pem').find(({ name }) => name === 'valid.txt');
    expect(read(key?.body ?? '')).toEqual({
      kind: 'rsa',
      modulus: base64UrlToBytes(jwk.n),
      exponent: base64UrlToBytes(jwk.e),
    });
  });

  it('writes PEM as OpenSSL does', () => {
    const { spki } = makePair('ec-p256');
    const pem = new TextDecoder().decode(openssl(['pkey', '-pubin', '-inform', 'DER', '-outform', 'PEM'], spki));
    expect(encodePublicKeyPem(spki)).toBe(pem);
  });
});

describe('reading and encoding are inverse', () => {
  it.each(['P-256', 'P-384', 'P-521'])('for %s, with the coordinates node exports', (namedCurve) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const { x, y } = publicKey.export({ format: 'jwk' });
    const key = readSpki(spki, refuse);
    expect(key).toMatchObject({ kind: 'ec', curve: namedCurve });
    const point = key.kind === 'ec' ? key.point : new Uint8Array();
    const half = (point.length - 1) / 2;
    expect([bytesToBase64Url(point.slice(1, 1 + half)), bytesToBase64Url(point.slice(1 + half))]).toEqual([x, y]);
    expect(encodeSpki(key)).toEqual(spki);
  });

  it('for secp256k1, which BoringSSL does not know', () => {
    const { spki } = makePair('ec-secp256k1');
    const key = readSpki(spki, refuse);
    expect(key).toMatchObject({ kind: 'ec', curve: 'secp256k1' });
    expect(encodeSpki(key)).toEqual(spki);
  });

  it.each([2048, 3072, 4096])(
    'for RSA-%i, with the numbers node exports',
    (modulusLength) => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: modulusLength, publicExponent: 3 });
      const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
      const { n, e } = publicKey.export({ format: 'jwk' });
      const key = readSpki(spki, refuse);
      const [modulus, exponent] = key.kind === 'rsa' ? [key.modulus, key.exponent] : [];
      expect([bytesToBase64Url(modulus ?? spki), bytesToBase64Url(exponent ?? spki)]).toEqual([n, e]);
      expect(encodeSpki(key)).toEqual(spki);
    },
    60_000,
  );

  it('whatever is accepted encodes back to the same bytes, however it was changed', () => {
    const { spki } = makePair('ec-p384');
    const rsa = readPublicKeyPem(textVectors('pem').find(({ name }) => name === 'valid.txt')?.body ?? '', 'key.pem');
    const change = fc.tuple(fc.constantFrom(spki, rsa), fc.nat(293), fc.nat(255), fc.nat(3));
    fc.assert(
      fc.property(change, ([original, at, byte, cut]) => {
        const changed = original.slice(0, original.length - cut);
        changed[at % changed.length] = byte;
        if (ruleOf(() => readSpki(changed, refuse)) === null)
          expect(encodeSpki(readSpki(changed, refuse))).toEqual(changed);
      }),
      { numRuns: 3000 },
    );
  });

  it('never answers random bytes otherwise than by a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(ruleOf(() => readSpki(bytes, refuse))).toBe('INBOUND-DER-CANONICAL');
      }),
    );
  });

  it('encodes zero and large lengths as DER says', () => {
    const zero: PublicKey = { kind: 'rsa', modulus: new Uint8Array(70_000).fill(1), exponent: new Uint8Array() };
    expect(readSpki(encodeSpki(zero), refuse)).toEqual(zero);
  });
});
