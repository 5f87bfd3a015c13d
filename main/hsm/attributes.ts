import { bytesToHex } from '../../app/keys/bytes.ts';
import { hexNumber } from './mechanisms.ts';

/**
 * The attributes Keyferry sets or reads: number in PKCS#11 3.1 and what the value is.
 * `integer` is a big-endian unsigned number of any length; `number` is a CK_ULONG.
 */
export const attributes = {
  CKA_CLASS: { number: 0x0, kind: 'number' },
  CKA_TOKEN: { number: 0x1, kind: 'flag' },
  CKA_PRIVATE: { number: 0x2, kind: 'flag' },
  CKA_LABEL: { number: 0x3, kind: 'text' },
  CKA_APPLICATION: { number: 0x10, kind: 'text' },
  // Of a data object only: no key's value is ever asked for.
  CKA_VALUE: { number: 0x11, kind: 'text' },
  CKA_KEY_TYPE: { number: 0x100, kind: 'number' },
  CKA_ID: { number: 0x102, kind: 'bytes' },
  CKA_SENSITIVE: { number: 0x103, kind: 'flag' },
  CKA_ENCRYPT: { number: 0x104, kind: 'flag' },
  CKA_DECRYPT: { number: 0x105, kind: 'flag' },
  CKA_WRAP: { number: 0x106, kind: 'flag' },
  CKA_UNWRAP: { number: 0x107, kind: 'flag' },
  CKA_SIGN: { number: 0x108, kind: 'flag' },
  CKA_SIGN_RECOVER: { number: 0x109, kind: 'flag' },
  CKA_VERIFY: { number: 0x10a, kind: 'flag' },
  CKA_VERIFY_RECOVER: { number: 0x10b, kind: 'flag' },
  CKA_DERIVE: { number: 0x10c, kind: 'flag' },
  CKA_MODULUS: { number: 0x120, kind: 'integer' },
  CKA_MODULUS_BITS: { number: 0x121, kind: 'number' },
  CKA_PUBLIC_EXPONENT: { number: 0x122, kind: 'integer' },
  CKA_VALUE_LEN: { number: 0x161, kind: 'number' },
  CKA_EXTRACTABLE: { number: 0x162, kind: 'flag' },
  CKA_LOCAL: { number: 0x163, kind: 'flag' },
  CKA_NEVER_EXTRACTABLE: { number: 0x164, kind: 'flag' },
  CKA_ALWAYS_SENSITIVE: { number: 0x165, kind: 'flag' },
  CKA_KEY_GEN_MECHANISM: { number: 0x166, kind: 'number' },
  CKA_MODIFIABLE: { number: 0x170, kind: 'flag' },
  CKA_COPYABLE: { number: 0x171, kind: 'flag' },
  CKA_EC_PARAMS: { number: 0x180, kind: 'bytes' },
  CKA_EC_POINT: { number: 0x181, kind: 'bytes' },
  CKA_WRAP_WITH_TRUSTED: { number: 0x210, kind: 'flag' },
} as const satisfies Record<string, { number: number; kind: 'flag' | 'number' | 'text' | 'bytes' | 'integer' }>;

export type AttributeName = keyof typeof attributes;

/** What an attribute holds: CK_BBOOL, CK_ULONG, UTF-8 text, or bytes. */
export type AttributeValue = boolean | number | string | Uint8Array;

export interface Attribute {
  readonly name: AttributeName;
  readonly value: AttributeValue;
  /** A token may lack the attribute: it is left out on the second try, and not being told is no difference. */
  readonly dispensable?: true;
}

/** How a value is written that the token does not tell. */
export const untold = 'not told';

/**
 * Writes an attribute's value as the short text that is compared and logged; never used for key material.
 * @returns `true`, a hex number, the text itself, or hex bytes (`integer` without leading zeros); `not told` for null
 */
export function attributeText(name: AttributeName, value: AttributeValue | null): string {
  if (value === null) return untold;
  if (typeof value === 'number') return hexNumber(value);
  if (typeof value !== 'object') return String(value);
  const hex = bytesToHex(value);
  return attributes[name].kind === 'integer' ? hex.replace(/^(00)+(?=..)/, '') : hex;
}

/**
 * Reads an attribute's value from the bytes a token gives.
 * @param name - the attribute
 * @param bytes - its value, CK_ULONG in this machine's size and order
 */
export function decodeAttribute(name: AttributeName, bytes: Uint8Array): AttributeValue {
  switch (attributes[name].kind) {
    case 'flag':
      return bytes.some((byte) => byte !== 0);
    case 'number':
      return Number(`0x${bytesToHex(bytes.toReversed())}`);
    case 'text':
      return Buffer.from(bytes).toString('utf8');
    case 'bytes':
    case 'integer':
      return bytes;
  }
}
