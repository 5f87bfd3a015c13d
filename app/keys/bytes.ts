import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

// hexToBytes throws an ordinary Error: it is for hex that a schema has already checked, never for text from media.
export { bytesToHex, concatBytes, hexToBytes, utf8ToBytes };

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Compares two byte strings. Not in constant time: for public values only.
 * @returns true when length and every byte are the same
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/**
 * Decodes UTF-8 and accepts nothing else: no overlong form, no surrogate, no truncation. A BOM is kept as U+FEFF.
 * @returns the text, or null when the bytes are not UTF-8 (RFC 3629)
 */
export function bytesToUtf8(bytes: Uint8Array): string | null {
  try {
    // The language's own strict decoder: %XX of any byte string that is not UTF-8 is a URIError (ECMA-262, Decode).
    return decodeURIComponent(bytesToHex(bytes).replace(/../g, '%$&'));
  } catch {
    return null;
  }
}

/**
 * Encodes bytes as base64 with padding (RFC 4648 section 4).
 */
export function bytesToBase64(bytes: Uint8Array): string {
  const bare = encodeSextets(bytes);
  return bare + '='.repeat((4 - (bare.length % 4)) % 4);
}

/**
 * Encodes bytes as base64url without padding (RFC 4648 section 5, RFC 7515 section 2).
 */
export function bytesToBase64Url(bytes: Uint8Array): string {
  return encodeSextets(bytes).replaceAll('+', '-').replaceAll('/', '_');
}

/**
 * Decodes base64 with its padding. Canonical only: encoding the result gives the same text, so whitespace, foreign
 * characters, missing padding and stray trailing bits are all malformed.
 * @returns the bytes, or null when the text is malformed
 */
export function base64ToBytes(text: string): Uint8Array | null {
  const bytes = decodeSextets(text.replace(/={1,2}$/, ''));
  return bytesToBase64(bytes) === text ? bytes : null;
}

/**
 * Decodes base64url without padding. Canonical only, like {@link base64ToBytes}.
 * @returns the bytes, or null when the text is malformed
 */
export function base64UrlToBytes(text: string): Uint8Array | null {
  const bytes = decodeSextets(text.replaceAll('-', '+').replaceAll('_', '/'));
  return bytesToBase64Url(bytes) === text ? bytes : null;
}

/**
 * Reads bytes as a big-endian unsigned integer. No bytes are 0.
 */
export function bytesToInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`);
}

function encodeSextets(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => base64Alphabet.charAt((group >> shift) & 63));
    text += digits.slice(0, Math.min(bytes.length - at, 3) + 1).join('');
  }
  return text;
}

/** Lenient on purpose (a foreign character counts as 63, say): its callers re-encode the result and compare. */
function decodeSextets(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let count = 0;
  let length = 0;
  for (const digit of text) {
    bits = ((bits << 6) | (base64Alphabet.indexOf(digit) & 63)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = (bits >> count) & 0xff;
  }
  return bytes;
}
