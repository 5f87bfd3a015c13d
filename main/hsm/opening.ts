import * as crypto from 'node:crypto';
import type { OaepHash, SealedNonce, WrappedParts } from '../../app/byok/format.ts';
import { sealedNonceBytes } from '../../app/byok/outbound/wrapped-shape.ts';
import { base64UrlToBytes, equalBytes } from '../../app/keys/bytes.ts';
import { aesCheckValue, hmacCheckValue, type KeyCheckValue } from '../../app/keys/kcv.ts';
import { openKwp } from '../../app/keys/kwp.ts';
import { readPrivateKeyInfo, type PrivateKey } from '../../app/keys/pkcs8.ts';
import type { PublicKey } from '../../app/keys/spki.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { publicPoint } from './curve-points.ts';
import { verifiesRsa } from './possession.ts';
import type { KekNumbers } from './wrap.ts';

/** An RSA pair made in software to stand in for the cloud's KEK; it wraps throw-away keys only. */
export interface ThrowAwayKek extends KekNumbers {
  readonly privateKey: crypto.KeyObject;
}

/**
 * Makes a throw-away KEK in software.
 * @param bits - modulus length; takes seconds at 4096
 */
export function makeThrowAwayKek(bits: number): ThrowAwayKek {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: 0x10001 });
  const { n, e } = publicKey.export({ format: 'jwk' });
  const number = (text: string | undefined): Uint8Array => base64UrlToBytes(text ?? '') ?? new Uint8Array();
  return { modulus: number(n), exponent: number(e), privateKey };
}

/**
 * Opens wrapped parts in software, by other code than the token's.
 * @param parts - what the token made; a sealed nonce is {@link checkSealedNonce}'s
 * @param privateKey - the private half of a throw-away KEK
 * @param oaepHash - the hash of OAEP and of its MGF1; null for RSAES-PKCS1-v1_5
 * @returns the payload; the caller overwrites it
 * @throws Refused with TOKEN-ENCODES-AS-PROBED, naming the layer that does not open
 */
export function openInSoftware(
  parts: WrappedParts,
  privateKey: crypto.KeyObject,
  oaepHash: OaepHash | null,
): Uint8Array {
  if (parts.wrappedEphemeral === null) return openRsa(parts.wrappedKey, privateKey, oaepHash);
  const ephemeral = openRsa(parts.wrappedEphemeral, privateKey, oaepHash);
  try {
    if (ephemeral.length !== 32) return mismatch(`The ephemeral key has ${ephemeral.length} bytes instead of 32.`);
    return asProbed(() => openKwp(parts.wrappedKey, aesDecryption(ephemeral)));
  } finally {
    ephemeral.fill(0);
  }
}

function openRsa(wrapped: Uint8Array, key: crypto.KeyObject, oaepHash: OaepHash | null): Uint8Array {
  const { RSA_PKCS1_PADDING, RSA_PKCS1_OAEP_PADDING } = crypto.constants;
  // BoringSSL refuses a frame that is not that of RFC 8017 section 7.2.2; OpenSSL would make up a random message.
  const padding = oaepHash === null ? { padding: RSA_PKCS1_PADDING } : { padding: RSA_PKCS1_OAEP_PADDING, oaepHash };
  try {
    return crypto.privateDecrypt({ key, ...padding }, wrapped);
  } catch {
    const encryption =
      oaepHash === null ? 'RSAES-PKCS1-v1_5' : `RSA-OAEP with ${oaepHash} for hash and MGF1 and without a label`;
    return mismatch(`The RSA part does not open as ${encryption}.`);
  }
}

/**
 * Opens a sealed nonce in software and compares it: what a service does to see that it has the key of the HSM.
 * @param sealedNonce - what the token made
 * @param key - the AES key, as it was opened
 * @param nonce - the nonce that was to be encrypted
 * @throws Refused with NONCE-SEALED-IN-TOKEN
 */
export function checkSealedNonce(sealedNonce: SealedNonce | null, key: Uint8Array, nonce: Uint8Array): void {
  const opened = sealedNonce === null ? null : openGcm(sealedNonce, key);
  if (opened === null || !equalBytes(opened, nonce)) {
    refuse('NONCE-SEALED-IN-TOKEN', 'The encrypted nonce does not open by AES-GCM under the key that was wrapped.');
  }
}

/** AES-GCM by the length of the key in bytes. */
const gcmCiphers: Readonly<Record<number, crypto.CipherGCMTypes>> = {
  16: 'aes-128-gcm',
  24: 'aes-192-gcm',
  32: 'aes-256-gcm',
};

/** AES-GCM without additional data, the tag behind the ciphertext; null when it does not open. */
function openGcm({ iv, sealed }: SealedNonce, key: Uint8Array): Uint8Array | null {
  const { tag } = sealedNonceBytes;
  const cipher = gcmCiphers[key.length];
  if (cipher === undefined) return null;
  try {
    const decipher = crypto.createDecipheriv(cipher, key, iv, { authTagLength: tag });
    decipher.setAuthTag(sealed.subarray(-tag));
    return Buffer.concat([decipher.update(sealed.subarray(0, -tag)), decipher.final()]);
  } catch {
    return null;
  }
}

function aesDecryption(key: Uint8Array): (block: Uint8Array) => Uint8Array {
  const cipher = crypto.createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return (block) => cipher.update(block);
}

/**
 * Checks the payload of a secret key: its raw value, with the check value the token computed by itself.
 * @param payload - the opened bytes
 * @param secret - its kind, and its length in bytes
 * @param fromToken - the token's check value; null where it makes none
 * @throws Refused with TOKEN-ENCODES-AS-PROBED
 */
export function checkSecret(
  payload: Uint8Array,
  secret: { readonly kind: 'aes' | 'hmac'; readonly bytes: number },
  fromToken: KeyCheckValue | null,
): void {
  checkSecretLength(payload, secret.bytes);
  if (fromToken === null) return mismatch('The token makes no check value of the key, so it cannot be compared.');
  const found = secret.kind === 'aes' ? softwareAesCheckValue(payload) : hmacCheckValue(sha256(payload));
  if (found.value !== fromToken.value) mismatch('The secret key that left the token has another check value.');
}

/**
 * Checks the payload of an HMAC key where the token makes no check value of one: its raw value, which gives the token's
 * HMAC of a message (RFC 2104).
 * @param payload - the opened bytes
 * @param bytes - length of the key
 * @param signed - a message, and the HMAC-SHA-256 that the token made of it
 * @throws Refused with TOKEN-ENCODES-AS-PROBED
 */
export function checkHmacSecret(
  payload: Uint8Array,
  bytes: number,
  signed: { readonly message: Uint8Array; readonly mac: Uint8Array },
): void {
  checkSecretLength(payload, bytes);
  const found = crypto.createHmac('sha256', payload).update(signed.message).digest();
  if (!equalBytes(found, signed.mac)) mismatch('The HMAC key that left the token makes another HMAC.');
}

function checkSecretLength(payload: Uint8Array, bytes: number): void {
  if (payload.length !== bytes) mismatch(`The secret key has ${bytes} bytes, but ${payload.length} were wrapped.`);
}

function softwareAesCheckValue(key: Uint8Array): KeyCheckValue {
  const cipher = crypto.createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return aesCheckValue(cipher.update(new Uint8Array(16)));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return crypto.createHash('sha256').update(bytes).digest();
}

/**
 * Checks the payload of a key pair: exactly one PKCS#8, whose private half belongs to the token's public half.
 * @param payload - the opened bytes
 * @param publicKey - as the token tells it
 * @throws Refused with TOKEN-ENCODES-AS-PROBED
 */
export function checkPair(payload: Uint8Array, publicKey: PublicKey): void {
  const key = asProbed(() => readPrivateKeyInfo(payload));
  if (!belongsTo(key, publicKey) || (key.kind === 'rsa' && !signs(payload, publicKey))) {
    mismatch('The private key that left the token is not the one its public key belongs to.');
  }
}

function belongsTo(key: PrivateKey, publicKey: PublicKey): boolean {
  if (key.kind === 'rsa') {
    return (
      publicKey.kind === 'rsa' &&
      equalBytes(key.modulus, publicKey.modulus) &&
      equalBytes(key.publicExponent, publicKey.exponent)
    );
  }
  const point = publicKey.kind === 'ec' && publicKey.curve === key.curve ? publicKey.point : null;
  const computed = publicPoint(key.scalar, key.curve);
  if (point === null || computed === null || !equalBytes(computed, point)) return false;
  // SoftHSM leaves the point out, NSS carries it; when it is there it must be the same.
  return key.point === null || equalBytes(key.point, point);
}

/** Modulus and exponent say nothing about the private numbers: use them once. */
function signs(pkcs8: Uint8Array, publicKey: PublicKey): boolean {
  if (publicKey.kind !== 'rsa') return false;
  const message = crypto.randomBytes(32);
  try {
    const privateKey = crypto.createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return verifiesRsa(publicKey, message, crypto.sign('sha256', message, privateKey));
  } catch {
    // BoringSSL does not even load a private key whose numbers contradict each other.
    return false;
  }
}

/** Restates what a reader refused as a failed proof, so that the rule names what matters: this token. */
function asProbed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return mismatch(`The throw-away key: ${error.refusal.cause}.`);
    throw error;
  }
}

function mismatch(cause: string): never {
  return refuse('TOKEN-ENCODES-AS-PROBED', cause);
}
