import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsPrivateKey, holdsPrivateKeyInside } from '../../../app/keys/private-key.ts';
import { makePair, openssl } from '../../support/openssl.ts';

const rsa = makePair('rsa-2048');
const ec = makePair('ec-p256');
const utf16 = (text: string, mark: string): Uint8Array => new Uint8Array(Buffer.from(mark + text, 'utf16le'));
const pem = new TextDecoder().decode(openssl(['pkey', '-inform', 'DER', '-outform', 'PEM'], ec.pkcs8));
const encrypted = openssl(
  ['pkcs8', '-topk8', '-inform', 'DER', '-outform', 'DER', '-v2', 'aes-256-cbc', '-passout', 'pass:throw-away'],
  ec.pkcs8,
);

describe('a private key is found', () => {
  it.each([
    ['PKCS#8 RSA', rsa.pkcs8],
    ['PKCS#8 EC', ec.pkcs8],
    ['encrypted PKCS#8', encrypted],
    ['PKCS#1', openssl(['rsa', '-inform', 'DER', '-outform', 'DER', '-traditional'], rsa.pkcs8)],
    ['SEC 1', openssl(['ec', '-inform', 'DER', '-outform', 'DER'], ec.pkcs8)],
    ['DER with a line end after it', Uint8Array.of(...ec.pkcs8, 10)],
    ['PEM', Buffer.from(pem)],
    ['PEM of PKCS#1', openssl(['rsa', '-inform', 'DER', '-traditional'], rsa.pkcs8)],
    ['PEM of SEC 1', openssl(['ec', '-inform', 'DER'], ec.pkcs8)],
    ['PEM of encrypted PKCS#8', openssl(['pkcs8', '-inform', 'DER', '-passin', 'pass:throw-away', '-topk8', '-passout', 'pass:throw-away'], encrypted)], // prettier-ignore
    ['the label of OpenSSH', Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE')],
    ['PEM in UTF-16', utf16(pem, '\ufeff')],
    ['PEM in UTF-16 without a mark', utf16(pem, '')],
    ['PEM inside a binary file', Buffer.concat([Buffer.from([0xff, 0xd8, 0]), Buffer.from(pem)])],
    [
      'PEM after a public key',
      Buffer.concat([openssl(['pkey', '-pubin', '-inform', 'DER'], ec.spki), Buffer.from(pem)]),
    ],
    ['PKCS#8 as bare base64', Buffer.from(Buffer.from(rsa.pkcs8).toString('base64').replace(/.{64}/g, '$&\r\n'))],
  ])('as %s', (_, bytes) => expect(holdsPrivateKey(bytes)).toBe(true));
});

describe('no private key is seen', () => {
  it.each([
    ['an RSA public key', rsa.spki],
    ['an EC public key', ec.spki],
    ['an RSAPublicKey', openssl(['rsa', '-pubin', '-inform', 'DER', '-RSAPublicKey_out', '-outform', 'DER'], rsa.spki)],
    ['a public key in PEM', openssl(['pkey', '-pubin', '-inform', 'DER'], rsa.spki)],
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('https://contoso.vault.azure.net/keys/private-key/0')],
  ])('in %s', (_, bytes) => expect(holdsPrivateKey(bytes)).toBe(false));

  it('in random bytes, without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => !holdsPrivateKey(Uint8Array.of(0x31, ...bytes))),
    );
  });
});

describe('JSON', () => {
  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('with a JWK that has %s holds one, at any depth', (member) => {
    expect(holdsPrivateKeyInside({ kty: 'RSA', [member]: 'AQAB' })).toBe(true);
    expect(holdsPrivateKeyInside({ keys: [{ kty: 'RSA', n: '', [member]: 'AQAB' }] })).toBe(true);
    expect(holdsPrivateKeyInside({ key: { kty: 'RSA-HSM', [member]: null } })).toBe(false);
    expect(holdsPrivateKeyInside({ [member]: 'AQAB' })).toBe(false);
  });

  it('with a text that is one holds one, at any depth', () => {
    for (const text of [pem, Buffer.from(rsa.pkcs8).toString('base64')]) {
      expect(holdsPrivateKeyInside(text)).toBe(true);
      expect(holdsPrivateKeyInside({ note: [{ never: 'read' }, { read: text }] })).toBe(true);
    }
    expect(holdsPrivateKeyInside({ note: [Buffer.from(rsa.spki).toString('base64')] })).toBe(false);
  });

  it.each([null, 1, 'd', [], {}, { kty: 'RSA', n: 'AQAB', e: 'AQAB' }])('such as %j holds none', (value) =>
    expect(holdsPrivateKeyInside(value)).toBe(false),
  );
});
