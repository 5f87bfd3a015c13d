import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64UrlToBytes, hexToBytes, utf8ToBytes } from '../../../app/keys/bytes.ts';
import { hexGroups, pgpWords, rsaThumbprint, sha256Hex } from '../../../app/keys/fingerprint.ts';
import { evenWords, oddWords } from '../../../app/keys/pgp-words.ts';
import { jsonVector } from '../../vectors/read-vectors.ts';

const pgp = jsonVector('pgp-words/published.json') as { hex: string; words: string[]; listsSha256: string };
const jwk = jsonVector('jwk/rfc7638.json') as { n: string; e: string; thumbprint: string };

describe('PGP words', () => {
  it('spell the published example', () => expect(pgpWords(hexToBytes(pgp.hex.toLowerCase()))).toEqual(pgp.words));

  it('are the lists that IANA reads out, word for word', () => {
    const lists = `${evenWords.join(' ')}\n${oddWords.join(' ')}\n`;
    expect(createHash('sha256').update(lists).digest('hex')).toBe(pgp.listsSha256);
  });

  it('name every byte differently, also across the two lists', () => {
    const all = Uint8Array.from({ length: 512 }, (_, offset) => Math.floor(offset / 2));
    expect(new Set(pgpWords(all).map((word) => word.toLowerCase())).size).toBe(512);
  });
});

describe('fingerprints', () => {
  it('are SHA-256 in lower-case hex (FIPS 180-4 example)', () =>
    expect(sha256Hex(utf8ToBytes('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'));

  it('are set out in groups of four', () => {
    expect(hexGroups('ba7816bf8f01')).toEqual(['BA78', '16BF', '8F01']);
    expect(hexGroups('abcde')).toEqual(['ABCD', 'E']);
    expect(hexGroups('')).toEqual([]);
  });

  it('include the JWK thumbprint of RFC 7638 section 3.1', () => {
    const modulus = base64UrlToBytes(jwk.n) ?? new Uint8Array();
    expect(rsaThumbprint(modulus, base64UrlToBytes(jwk.e) ?? new Uint8Array())).toBe(jwk.thumbprint);
  });
});
