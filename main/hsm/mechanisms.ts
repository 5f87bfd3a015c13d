import type { OaepHash } from '../../app/byok/format.ts';
import type { KeySpecInfo } from '../../app/keys/specs.ts';

/** Every mechanism Keyferry uses or reports, with its number in PKCS#11 3.1. pkcs11js lacks some, so all are here. */
export const mechanisms = {
  CKM_RSA_PKCS_KEY_PAIR_GEN: 0x0,
  CKM_RSA_PKCS: 0x1,
  CKM_RSA_PKCS_OAEP: 0x9,
  CKM_SHA256: 0x250,
  CKM_SHA256_HMAC: 0x251,
  CKM_GENERIC_SECRET_KEY_GEN: 0x350,
  CKM_EC_KEY_PAIR_GEN: 0x1040,
  CKM_ECDSA: 0x1041,
  CKM_RSA_AES_KEY_WRAP: 0x1054,
  CKM_AES_KEY_GEN: 0x1080,
  CKM_AES_ECB: 0x1081,
  CKM_AES_GCM: 0x1087,
  CKM_AES_KEY_WRAP_PAD: 0x210a,
  CKM_AES_KEY_WRAP_KWP: 0x210b,
} as const;

export type MechanismName = keyof typeof mechanisms;

/** The mechanisms that can mean RFC 5649, best first: 0x210a means three different things in three tokens. */
export const kwpMechanisms = ['CKM_AES_KEY_WRAP_KWP', 'CKM_AES_KEY_WRAP_PAD'] as const satisfies MechanismName[];

export type KwpMechanism = (typeof kwpMechanisms)[number];

/** The mechanism that makes keys of each kind. */
export const generators = {
  rsa: 'CKM_RSA_PKCS_KEY_PAIR_GEN',
  ec: 'CKM_EC_KEY_PAIR_GEN',
  aes: 'CKM_AES_KEY_GEN',
  hmac: 'CKM_GENERIC_SECRET_KEY_GEN',
} as const satisfies Record<KeySpecInfo['kind'], MechanismName>;

/** CKF_WRAP of CK_MECHANISM_INFO: the token says the mechanism wraps. Not reliable; only a proof is. */
export const wrapFlag = 0x20000;

/** CK_RSA_PKCS_OAEP_PARAMS without a label: hash, MGF1 with the same hash, CKZ_DATA_SPECIFIED. */
export interface OaepParameter {
  readonly hashAlg: number;
  readonly mgf: number;
  readonly source: 1;
}

/** CKM_SHA_1 .. CKM_SHA512 with CKG_MGF1_SHA1 .. CKG_MGF1_SHA512. */
const oaepParameters: Readonly<Record<OaepHash, OaepParameter>> = {
  sha1: { hashAlg: 0x220, mgf: 1, source: 1 },
  sha256: { hashAlg: 0x250, mgf: 2, source: 1 },
  sha384: { hashAlg: 0x260, mgf: 3, source: 1 },
  sha512: { hashAlg: 0x270, mgf: 4, source: 1 },
};

/** CK_GCM_PARAMS without additional data; all lengths in bits. */
export interface GcmParameter {
  readonly iv: Uint8Array;
  readonly ivBits: number;
  readonly tagBits: 128;
}

/** A mechanism as a call takes it, with the parameters that it cannot do without. */
export type Mechanism =
  | { readonly name: 'CKM_RSA_PKCS_OAEP'; readonly hash: OaepHash; readonly parameter: OaepParameter }
  | { readonly name: 'CKM_AES_GCM'; readonly parameter: GcmParameter }
  | { readonly name: PlainMechanism };

type PlainMechanism = Exclude<MechanismName, 'CKM_RSA_PKCS_OAEP' | 'CKM_AES_GCM'>;

/**
 * RSA-OAEP with MGF1 of the same hash and an empty label (RFC 8017 section 7.1).
 * @param hash - the OAEP hash
 */
export function oaep(hash: OaepHash): Mechanism {
  return { name: 'CKM_RSA_PKCS_OAEP', hash, parameter: oaepParameters[hash] };
}

/**
 * AES-GCM without additional data, with a tag of 128 bits behind the ciphertext (NIST SP 800-38D, PKCS#11 3.1 section
 * 6.13.3).
 * @param iv - new for every message under a key
 */
export function gcm(iv: Uint8Array): Mechanism {
  return { name: 'CKM_AES_GCM', parameter: { iv, ivBits: iv.length * 8, tagBits: 128 } };
}

/**
 * A mechanism without parameters.
 * @param name - its PKCS#11 name
 */
export function plain(name: PlainMechanism): Mechanism {
  return { name };
}

/**
 * How a key goes under an RSA key (RFC 8017 section 7).
 * @param hash - the OAEP hash; null for RSAES-PKCS1-v1_5
 */
export function rsaEncryption(hash: OaepHash | null): Mechanism {
  return hash === null ? plain('CKM_RSA_PKCS') : oaep(hash);
}

/**
 * Names a mechanism for the people who look it up in a manual or set it in a policy.
 * @returns for example `CKM_RSA_PKCS_OAEP (0x9) with SHA-256, MGF1-SHA-256`
 */
export function mechanismText(mechanism: Mechanism): string {
  const name = numbered(mechanism.name);
  if (mechanism.name !== 'CKM_RSA_PKCS_OAEP') return name;
  const hash = mechanism.hash.replace('sha', 'SHA-');
  return `${name} with ${hash}, MGF1-${hash}`;
}

/**
 * Names a mechanism without its parameters.
 * @returns for example `CKM_AES_GCM (0x1087)`
 */
export function numbered(name: MechanismName): string {
  return `${name} (${hexNumber(mechanisms[name])})`;
}

/**
 * Writes a PKCS#11 number the way its headers do.
 * @returns for example `0x210b`
 */
export function hexNumber(value: number): string {
  return `0x${value.toString(16)}`;
}
