import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToInteger } from '../../app/keys/bytes.ts';
import type { CurveName } from '../../app/keys/specs.ts';

// BoringSSL, which Electron links, has no secp256k1; one library for all four curves keeps the check the same.
const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521, secp256k1 } as const satisfies Record<CurveName, unknown>;

/**
 * Tells whether a point lies on its curve.
 * @param point - uncompressed, 0x04 X Y
 */
export function liesOnCurve(point: Uint8Array, curve: CurveName): boolean {
  try {
    curves[curve].Point.fromBytes(point).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/**
 * Tells whether an ECDSA signature is valid (FIPS 186-5 section 6.4.2).
 * @param signature - r and s, each as long as the order: what CKM_ECDSA gives
 * @param digest - the hash that was signed
 * @param point - uncompressed, 0x04 X Y
 */
export function verifiesOnCurve(
  signature: Uint8Array,
  digest: Uint8Array,
  point: Uint8Array,
  curve: CurveName,
): boolean {
  try {
    // A token may give either of the two values of s.
    return curves[curve].verify(signature, digest, point, { prehash: false, lowS: false });
  } catch {
    return false;
  }
}

/**
 * Computes the public point of a private scalar (SEC 1 section 3.2.1).
 * @param scalar - big-endian; for throw-away keys only
 * @returns 0x04 X Y, or null when the scalar is zero or not below the order
 */
export function publicPoint(scalar: Uint8Array, curve: CurveName): Uint8Array | null {
  const { Point } = curves[curve];
  const secret = bytesToInteger(scalar);
  return secret === 0n || secret >= Point.Fn.ORDER ? null : Point.BASE.multiply(secret).toBytes(false);
}
