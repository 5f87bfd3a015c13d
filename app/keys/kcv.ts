import { bytesToHex } from './bytes.ts';

/** A key check value with the method that made it: the number alone means nothing (there are three in use for AES). */
export interface KeyCheckValue {
  readonly method: 'aes-ecb-zero-block' | 'sha256-of-value';
  /** Upper-case hex: 3 bytes for `aes-ecb-zero-block`, 32 for `sha256-of-value`. */
  readonly value: string;
}

/** How each method is spoken of. */
const names: Readonly<Record<KeyCheckValue['method'], string>> = {
  'aes-ecb-zero-block': 'KCV-ECB',
  'sha256-of-value': 'KCV-SHA256',
};

/**
 * The check value of an AES key: the first 3 bytes of 16 zero bytes encrypted in ECB mode (PKCS #11 CKA_CHECK_VALUE).
 * 24 bits help people to notice a mix-up; they prove nothing.
 * @param encryptedZeroBlock - 16 bytes, encrypted by whoever holds the key
 */
export function aesCheckValue(encryptedZeroBlock: Uint8Array): KeyCheckValue {
  return { method: 'aes-ecb-zero-block', value: bytesToHex(encryptedZeroBlock.subarray(0, 3)).toUpperCase() };
}

/**
 * The check value of an HMAC key: SHA-256 of its value.
 * @param digest - 32 bytes, made by the token
 */
export function hmacCheckValue(digest: Uint8Array): KeyCheckValue {
  return { method: 'sha256-of-value', value: bytesToHex(digest).toUpperCase() };
}

/**
 * Writes a check value the way it is shown and read aloud: always with its method, `KCV-ECB DC95C0`.
 */
export function formatKcv(kcv: KeyCheckValue): string {
  return `${names[kcv.method]} ${kcv.value}`;
}
