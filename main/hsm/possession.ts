import * as crypto from 'node:crypto';
import { concatBytes, hexToBytes, utf8ToBytes } from '../../app/keys/bytes.ts';
import type { PublicKey } from '../../app/keys/spki.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { verifiesOnCurve } from './curve-points.ts';
import { plain } from './mechanisms.ts';
import type { CryptokiSession, ObjectHandle } from './pkcs11.ts';

/** What is signed begins so: no signature made here means anything elsewhere. */
const purpose = utf8ToBytes('Keyferry: proof that the halves of this key pair belong together\n');

/** DigestInfo of SHA-256 before the hash, RFC 8017 section 9.2 note 1. */
const sha256Info = hexToBytes('3031300d060960864801650304020105000420');

/**
 * Has the private half in the token sign something new, and verifies it in software under the public key: a public half
 * is an object of its own, and anybody who may log in can put another in its place.
 * @param session - an open session, logged in
 * @param key - the private half; it must permit signing
 * @param publicKey - the public half, as the token tells it
 * @throws Refused with TARGET-KEY-HALVES-MATCH; CryptokiError when the token does not sign with this key
 */
export function provePossession(session: CryptokiSession, key: ObjectHandle, publicKey: PublicKey): void {
  const message = concatBytes(purpose, crypto.randomBytes(32));
  const digest = crypto.createHash('sha256').update(message).digest();
  const signature =
    publicKey.kind === 'rsa'
      ? session.sign(plain('CKM_RSA_PKCS'), key, concatBytes(sha256Info, digest))
      : session.sign(plain('CKM_ECDSA'), key, digest);
  const isProven =
    publicKey.kind === 'rsa'
      ? verifiesRsa(publicKey, message, signature)
      : verifiesOnCurve(signature, digest, publicKey.point, publicKey.curve);
  if (!isProven) {
    refuse(
      'TARGET-KEY-HALVES-MATCH',
      'What the private half of the key pair signed is not valid under its public half.',
    );
  }
}

/**
 * Tells whether an RSASSA-PKCS1-v1_5 signature with SHA-256 (RFC 8017 section 8.2) is valid.
 * @param publicKey - modulus and exponent, big-endian
 */
export function verifiesRsa(
  publicKey: { readonly modulus: Uint8Array; readonly exponent: Uint8Array },
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'RSA', n: base64Url(publicKey.modulus), e: base64Url(publicKey.exponent) };
  try {
    return crypto.verify('sha256', message, crypto.createPublicKey({ key: jwk, format: 'jwk' }), signature);
  } catch {
    // BoringSSL does not even load a modulus that cannot be one, such as an even number.
    return false;
  }
}
