import { p256 } from '@noble/curves/nist.js';
import { hexToBytes } from '../keys/bytes.ts';

/**
 * All of a P-256 SubjectPublicKeyInfo but the coordinates (RFC 5480 section 2): id-ecPublicKey, secp256r1, a BIT STRING
 * without unused bits, and the 0x04 of an uncompressed point.
 */
const spkiStart = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
/** Digits of X and Y. */
const coordinates = /^[0-9a-f]{128}$/u;
/** An ECDSA-Sig-Value over P-256 (RFC 3279 section 2.2.3) has 8 to 72 bytes. */
const signatureDigits = /^(?:[0-9a-f]{2}){8,72}$/u;

/**
 * Says whether a text is the public half of an approval key.
 * @param hex - lower-case hex of DER SubjectPublicKeyInfo
 * @returns true for exactly the 91 bytes of an uncompressed P-256 point that lies on the curve
 */
export function isApprovalKey(hex: string): boolean {
  return pointOf(hex) !== null;
}

/**
 * Says whether a signature is by this key over this message: ECDSA with P-256 and SHA-256 (FIPS 186-5 section 6.4.2).
 * @param publicKeySpkiHex - see {@link isApprovalKey}
 * @param message - what was signed, not its hash
 * @param signatureDerHex - lower-case hex of the ECDSA-Sig-Value in DER; no other encoding of the same numbers
 * @returns false as well for a key or signature that is malformed; it never throws
 */
export function isSignedBy(publicKeySpkiHex: string, message: Uint8Array, signatureDerHex: string): boolean {
  const point = pointOf(publicKeySpkiHex);
  if (point === null || !signatureDigits.test(signatureDerHex)) return false;
  try {
    // BoringSSL and OpenSSL give either of the two values of s; both are valid.
    return p256.verify(hexToBytes(signatureDerHex), message, point, { format: 'der', lowS: false, prehash: true });
  } catch {
    return false;
  }
}

function pointOf(spkiHex: string): Uint8Array | null {
  const digits = spkiHex.slice(spkiStart.length);
  if (!spkiHex.startsWith(spkiStart) || !coordinates.test(digits)) return null;
  const point = hexToBytes(`04${digits}`);
  try {
    p256.Point.fromBytes(point).assertValidity();
    return point;
  } catch {
    return null;
  }
}
