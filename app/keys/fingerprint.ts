import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToBase64Url, bytesToHex, utf8ToBytes } from './bytes.ts';
import { evenWords, oddWords } from './pgp-words.ts';
import { partsOf } from './text.ts';

/**
 * SHA-256 as lower-case hex, 64 digits: how every file, public key and plan is named in the log.
 * @param bytes - what to hash; a public key as DER SubjectPublicKeyInfo
 */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/**
 * Sets hex out for reading aloud: upper case, in groups of four.
 * @param hex - hex digits; a last group may be shorter
 * @returns the groups in order
 */
export function hexGroups(hex: string): string[] {
  return hex.toUpperCase().match(/.{1,4}/g) ?? [];
}

/**
 * Reads a SHA-256 as people write it.
 * @param text - 64 hex digits, in groups or not
 * @returns lower-case hex without spaces; null when it is none
 */
export function parseWrittenHash(text: string): string | null {
  const hex = partsOf(text).join('').toLowerCase();
  return /^[0-9a-f]{64}$/u.test(hex) ? hex : null;
}

/**
 * Spells bytes as PGP words: one word for each byte, two syllables at even offsets and three at odd ones.
 * @param bytes - usually a SHA-256, 32 bytes
 * @returns the words in order
 */
export function pgpWords(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte, offset) => (offset % 2 === 0 ? evenWords : oddWords)[byte] ?? '');
}

/**
 * JWK thumbprint of an RSA public key (RFC 7638): SHA-256 over the canonical JSON of e, kty and n, base64url.
 * @param modulus - big-endian, no leading zero byte
 * @param exponent - big-endian, no leading zero byte
 * @returns 43 characters of unpadded base64url
 */
export function rsaThumbprint(modulus: Uint8Array, exponent: Uint8Array): string {
  const jwk = `{"e":"${bytesToBase64Url(exponent)}","kty":"RSA","n":"${bytesToBase64Url(modulus)}"}`;
  return bytesToBase64Url(sha256(utf8ToBytes(jwk)));
}
