import { base64UrlToBytes } from './bytes.ts';
import { readDerPrefix, readSequence, tags } from './der.ts';
import { decodeText } from './text.ts';
import type { Refuser } from './refuser.ts';

/** Members of a JWK that only a private or secret key has (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Tells whether a file holds a private key: PEM of any kind, DER PKCS#8 (encrypted too), PKCS#1 or SEC 1, or either of
 * these as bare base64, once or more. Somebody carried the wrong file; it must not be taken for a mere format error.
 * @param bytes - the whole file
 */
export function holdsPrivateKey(bytes: Uint8Array): boolean {
  return isPrivateKeyDer(bytes) || isPrivateKeyText(decodeText(bytes)?.text ?? asciiOf(bytes));
}

/**
 * Tells whether JSON holds a private key at any depth: a private or secret JWK, or a text that is one, whether anybody
 * reads that member or not. Members of a JWK that are null do not count: `az` prints them.
 * @param value - parsed JSON
 */
export function holdsPrivateKeyInside(value: unknown): boolean {
  if (typeof value === 'string') return isPrivateKeyText(value);
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map(Object.entries(value));
  const isKey = members.has('kty') && secretMembers.some((name) => (members.get(name) ?? null) !== null);
  return isKey || [...members.values()].some(holdsPrivateKeyInside);
}

/** PEM, or base64 of either alphabet, whatever its padding, line breaks and marks: what is inside is looked at again. */
function isPrivateKeyText(text: string): boolean {
  if (text.includes('PRIVATE KEY')) return true;
  const digits = text.replace(/[^!-<>-~]/g, '');
  if (!/^[\w+/-]+$/.test(digits)) return false;
  const bytes = base64UrlToBytes(digits.replaceAll('+', '-').replaceAll('/', '_'));
  return bytes !== null && holdsPrivateKey(bytes);
}

/**
 * Tells whether bytes begin with a DER private key, by the shape of its outer SEQUENCE:
 * PKCS#8 INTEGER SEQUENCE OCTET STRING; PKCS#1 nine or more INTEGERs; SEC 1 INTEGER OCTET STRING;
 * EncryptedPrivateKeyInfo SEQUENCE OCTET STRING.
 */
function isPrivateKeyDer(bytes: Uint8Array): boolean {
  const shape = outerTags(bytes);
  const starts = (...expected: number[]): boolean => expected.every((tag, index) => shape[index] === tag);
  const { integer, sequence, octetString } = tags;
  return (
    starts(integer, sequence, octetString) ||
    starts(...Array<number>(9).fill(integer)) ||
    starts(integer, octetString) ||
    starts(sequence, octetString)
  );
}

/** The tags inside the first SEQUENCE; none when the bytes are something else. */
function outerTags(bytes: Uint8Array): number[] {
  const refuse: Refuser = () => {
    throw new Error('not DER');
  };
  try {
    return readSequence(readDerPrefix(bytes, refuse), refuse).map((member) => member.tag);
  } catch {
    // A question, not a parsing: whatever is no DER holds no DER private key.
    return [];
  }
}

/** The bytes as characters without zero bytes: finds words in binary files and in UTF-16 that lost its BOM. */
function asciiOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte === 0 ? '' : String.fromCharCode(byte))).join('');
}
