import { concatBytes, equalBytes } from './bytes.ts';
import { refuser } from './refuser.ts';

/** Decrypts one AES block of 16 bytes under a key the function holds; injected, since `app` has no cipher. */
export type BlockDecrypt = (block: Uint8Array) => Uint8Array;

/** First half of the alternative initial value, RFC 5649 section 3. */
const magic = Uint8Array.of(0xa6, 0x59, 0x59, 0xa6);

/**
 * Opens AES Key Wrap with Padding (RFC 5649 section 4.2). Used on throw-away keys in the self-test of a token.
 * @param wrapped - 16 bytes or more, a multiple of 8
 * @param decrypt - AES block decryption under the wrapping key
 * @returns the plaintext, 1 byte or more; the caller overwrites it
 * @throws Refused with KWP-OPENS: one answer for wrong key, magic, length and padding, so that it is no oracle
 */
export function openKwp(wrapped: Uint8Array, decrypt: BlockDecrypt): Uint8Array {
  const refuse = refuser('KWP-OPENS', 'the wrapped key');
  if (wrapped.length < 16 || wrapped.length % 8 !== 0) return refuse('it does not open as RFC 5649');
  const opened = wrapped.length === 16 ? decrypt(wrapped) : unwrapRounds(wrapped, decrypt);
  const length = new DataView(opened.buffer, opened.byteOffset).getUint32(4);
  const padded = opened.subarray(8);
  const isFramed = equalBytes(opened.subarray(0, 4), magic) && length > padded.length - 8 && length <= padded.length;
  const isPadded = padded.subarray(length).every((byte) => byte === 0);
  return isFramed && isPadded ? padded.slice(0, length) : refuse('it does not open as RFC 5649');
}

/**
 * The inverse rounds of AES Key Wrap (RFC 3394 section 2.2.2, index method). They judge nothing: to check A is the
 * caller's part.
 * @param wrapped - 24 bytes or more, a multiple of 8
 * @param decrypt - AES block decryption under the wrapping key
 * @returns A || R[1] || ... || R[n], as long as `wrapped`; the caller overwrites it
 */
export function unwrapRounds(wrapped: Uint8Array, decrypt: BlockDecrypt): Uint8Array {
  const result = wrapped.slice();
  const blocks = result.length / 8 - 1;
  for (let round = 5; round >= 0; round--) {
    for (let index = blocks; index >= 1; index--) {
      const head = xorCounter(result.subarray(0, 8), blocks * round + index);
      const block = decrypt(concatBytes(head, result.subarray(index * 8, index * 8 + 8)));
      result.set(block.subarray(0, 8), 0);
      result.set(block.subarray(8, 16), index * 8);
    }
  }
  return result;
}

/** A xor t, t as 64-bit big-endian: it outgrows a JavaScript bit operation only beyond 2^32, hence BigInt. */
function xorCounter(head: Uint8Array, counter: number): Uint8Array {
  const result = head.slice();
  const view = new DataView(result.buffer);
  view.setBigUint64(0, view.getBigUint64(0) ^ BigInt(counter));
  return result;
}
