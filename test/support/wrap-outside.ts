import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import type { WrapPlan, WrappedParts } from '../../app/byok/format.ts';
import { openssl } from './openssl.ts';

/**
 * Wraps a key as a token would, with node:crypto and the OpenSSL command line.
 * @param key - PKCS#8 or raw bytes of a throw-away key
 * @param spki - the wrapping key's public half
 * @param plan - RSA-AES or RSA alone; no nonce
 */
export function wrapOutside(
  key: Uint8Array,
  spki: Uint8Array,
  { method, oaepHash }: Pick<WrapPlan, 'method' | 'oaepHash'>,
): WrappedParts {
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const encrypt = (plain: Uint8Array): Uint8Array =>
    new Uint8Array(
      oaepHash === null
        ? publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, plain)
        : publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plain),
    );
  if (method !== 'rsa-aes') return { wrappedEphemeral: null, wrappedKey: encrypt(key), sealedNonce: null };
  const ephemeral = openssl(['rand', '32']);
  const hex = Buffer.from(ephemeral).toString('hex');
  const wrappedKey = openssl(['enc', '-id-aes256-wrap-pad', '-K', hex, '-iv', 'A65959A6'], key);
  return { wrappedEphemeral: encrypt(ephemeral), wrappedKey, sealedNonce: null };
}
