import { hexToBytes } from '../../app/keys/bytes.ts';
import { curveOids, type CurveName } from '../../app/keys/specs.ts';
import type { Attribute } from './attributes.ts';
import { generators, mechanisms } from './mechanisms.ts';

/** CKO_DATA, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY. */
export const objectClasses = { data: 0x0, publicKey: 0x2, privateKey: 0x3, secretKey: 0x4 } as const;

/** CKK_RSA, CKK_EC, CKK_AES, CKK_GENERIC_SECRET by the kind of a key spec. */
export const keyTypes = { rsa: 0x0, ec: 0x3, aes: 0x1f, hmac: 0x10 } as const;

/** How a key is named in the token, and whether it outlives its session. */
export interface KeyPlace {
  readonly ckaId: string;
  readonly label: string;
  readonly lives: 'in-token' | 'in-session';
}

const naming = ({ ckaId, label, lives }: KeyPlace): readonly Attribute[] => [
  // In the token the key outlives the session; a throw-away key dies with it.
  { name: 'CKA_TOKEN', value: lives === 'in-token' },
  // The name the ceremony finds the key by; both halves of a pair share it.
  { name: 'CKA_ID', value: hexToBytes(ckaId) },
  // The name people see in the vendor's tools.
  { name: 'CKA_LABEL', value: label },
  // Forbids changing the other attributes afterwards.
  { name: 'CKA_MODIFIABLE', value: false, dispensable: true },
  // Forbids a copy with other attributes.
  { name: 'CKA_COPYABLE', value: false, dispensable: true },
];

/** What every target key that must leave the token wrapped, once, has in common. */
const leavesWrapped: readonly Attribute[] = [
  // Seen only after login.
  { name: 'CKA_PRIVATE', value: true },
  // Forbids reading the key's value in the clear.
  { name: 'CKA_SENSITIVE', value: true },
  // Permits C_WrapKey: the purpose of the ceremony.
  { name: 'CKA_EXTRACTABLE', value: true },
  // Permits a wrapping key that no security officer marked as trusted: the ephemeral key cannot be.
  { name: 'CKA_WRAP_WITH_TRUSTED', value: false },
  // Forbids deriving other keys from it.
  { name: 'CKA_DERIVE', value: false },
];

/** A secret target key, AES or HMAC. */
const targetSecret = (kind: 'aes' | 'hmac', bits: number, place: KeyPlace): readonly Attribute[] => [
  { name: 'CKA_CLASS', value: objectClasses.secretKey },
  { name: 'CKA_KEY_TYPE', value: keyTypes[kind] },
  { name: 'CKA_VALUE_LEN', value: bits / 8 },
  ...naming(place),
  ...leavesWrapped,
  // Forbids taking other keys out under it.
  { name: 'CKA_WRAP', value: false },
  // Forbids bringing keys in under it.
  { name: 'CKA_UNWRAP', value: false },
];

/** A target AES key. */
export const targetAes = (bits: number, place: KeyPlace): readonly Attribute[] => [
  ...targetSecret('aes', bits, place),
  // Permits the key check value, and the nonce some clouds want encrypted under the target key.
  { name: 'CKA_ENCRYPT', value: true },
  // Forbids opening what the key has encrypted: that happens in the cloud.
  { name: 'CKA_DECRYPT', value: false },
];

/** A target HMAC key, which PKCS#11 calls a generic secret. */
export const targetHmac = (bits: number, place: KeyPlace): readonly Attribute[] => [
  ...targetSecret('hmac', bits, place),
  // Permits making an HMAC, so that one made in the cloud can be compared.
  { name: 'CKA_SIGN', value: true },
  // Permits checking one.
  { name: 'CKA_VERIFY', value: true },
];

/** The public half of a target key pair. */
const targetPublic = (place: KeyPlace): readonly Attribute[] => [
  ...naming(place),
  // Seen without login: it is public.
  { name: 'CKA_PRIVATE', value: false },
  // Permits checking a signature; some tokens make no pair without a use.
  { name: 'CKA_VERIFY', value: true },
  // Forbids taking keys out of the token under it.
  { name: 'CKA_WRAP', value: false },
];

/** The private half of a target key pair. */
export const targetPrivate = (place: KeyPlace): readonly Attribute[] => [
  ...naming(place),
  ...leavesWrapped,
  // Permits proving possession; some tokens make no pair without a use.
  { name: 'CKA_SIGN', value: true },
  // Forbids decrypting with it here: that happens in the cloud.
  { name: 'CKA_DECRYPT', value: false },
  // Forbids bringing keys in under it.
  { name: 'CKA_UNWRAP', value: false },
];

/** The public half of a target RSA pair. */
export const targetRsaPublic = (bits: number, place: KeyPlace): readonly Attribute[] => [
  // The size of the key.
  { name: 'CKA_MODULUS_BITS', value: bits },
  // F4, 65537: the only exponent every cloud takes.
  { name: 'CKA_PUBLIC_EXPONENT', value: Uint8Array.of(1, 0, 1) },
  ...targetPublic(place),
];

/** The public half of a target EC pair. */
export const targetEcPublic = (curve: CurveName, place: KeyPlace): readonly Attribute[] => [
  // The curve, as the DER of its OID.
  { name: 'CKA_EC_PARAMS', value: hexToBytes(curveOids[curve]) },
  ...targetPublic(place),
];

/** What a token says of a key pair by itself: the pair templates leave class and type to the mechanism. */
const pairConsequences = (kind: 'rsa' | 'ec'): readonly Attribute[] => [
  { name: 'CKA_CLASS', value: objectClasses.privateKey },
  { name: 'CKA_KEY_TYPE', value: keyTypes[kind] },
];

/**
 * What a token must say by itself of a secret or private key it has just made from these templates.
 * @param kind - the kind of key
 * @returns attributes that are read, never set; a token may lack the dispensable ones
 */
export const consequences = (kind: keyof typeof keyTypes): readonly Attribute[] => [
  ...(kind === 'rsa' || kind === 'ec' ? pairConsequences(kind) : []),
  // It could leave from the start; a token that denies it has changed the request.
  ...madeHere(kind, { neverExtractable: false }),
];

/** What a token says of a key that it has made, sensitive from the start. */
const madeHere = (
  kind: keyof typeof keyTypes,
  { neverExtractable }: { readonly neverExtractable: boolean },
): readonly Attribute[] => [
  // It was never readable in the clear.
  { name: 'CKA_ALWAYS_SENSITIVE', value: true, dispensable: true },
  // Whether it could ever leave.
  { name: 'CKA_NEVER_EXTRACTABLE', value: neverExtractable, dispensable: true },
  // It was made in this token, not brought in.
  { name: 'CKA_LOCAL', value: true, dispensable: true },
  // How it was made.
  { name: 'CKA_KEY_GEN_MECHANISM', value: mechanisms[generators[kind]], dispensable: true },
];

/** The cloud's wrapping key, brought in for one wrap. Any user may make it; nothing of it stays. */
export const kek = (modulus: Uint8Array, exponent: Uint8Array): readonly Attribute[] => [
  { name: 'CKA_CLASS', value: objectClasses.publicKey },
  { name: 'CKA_KEY_TYPE', value: keyTypes.rsa },
  // Dies with the session.
  { name: 'CKA_TOKEN', value: false },
  // It is public.
  { name: 'CKA_PRIVATE', value: false },
  { name: 'CKA_LABEL', value: 'keyferry KEK' },
  // Permits taking a key out under it: its only use.
  { name: 'CKA_WRAP', value: true },
  // Forbids encrypting data with it.
  { name: 'CKA_ENCRYPT', value: false },
  // Forbids checking signatures with it.
  { name: 'CKA_VERIFY', value: false },
  // The key itself; the token derives the size.
  { name: 'CKA_MODULUS', value: modulus },
  { name: 'CKA_PUBLIC_EXPONENT', value: exponent },
];

/** The AES-256 key between KEK and target key: made for one wrap, destroyed after it. */
export const ephemeral: readonly Attribute[] = [
  { name: 'CKA_CLASS', value: objectClasses.secretKey },
  { name: 'CKA_KEY_TYPE', value: keyTypes.aes },
  // AES-256 always.
  { name: 'CKA_VALUE_LEN', value: 32 },
  // Dies with the session.
  { name: 'CKA_TOKEN', value: false },
  // Seen only after login.
  { name: 'CKA_PRIVATE', value: true },
  // Forbids reading its value in the clear.
  { name: 'CKA_SENSITIVE', value: true },
  // Permits wrapping it under the KEK.
  { name: 'CKA_EXTRACTABLE', value: true },
  // Permits taking the target key out under it: its only use.
  { name: 'CKA_WRAP', value: true },
  // Forbids bringing keys in under it.
  { name: 'CKA_UNWRAP', value: false },
  // Forbids encrypting data with it.
  { name: 'CKA_ENCRYPT', value: false },
  // Forbids decrypting: with it, the token would open its own wrapped keys.
  { name: 'CKA_DECRYPT', value: false },
];

/** The private half of the key that signs the log of a ceremony: it signs, does nothing else, and never leaves. */
export const logPrivate = (place: KeyPlace): readonly Attribute[] => [
  ...naming(place),
  // Seen only after login.
  { name: 'CKA_PRIVATE', value: true },
  // Forbids reading its value in the clear.
  { name: 'CKA_SENSITIVE', value: true },
  // Forbids C_WrapKey: a log that somebody can sign elsewhere proves nothing.
  { name: 'CKA_EXTRACTABLE', value: false },
  // Permits signing: its only use.
  { name: 'CKA_SIGN', value: true },
  // Forbids the other kind of signature, which gives the message back.
  { name: 'CKA_SIGN_RECOVER', value: false, dispensable: true },
  // Forbids decrypting with it.
  { name: 'CKA_DECRYPT', value: false },
  // Forbids bringing keys in under it.
  { name: 'CKA_UNWRAP', value: false },
  // Forbids deriving other keys from it.
  { name: 'CKA_DERIVE', value: false },
];

/** The public half of the log key. */
export const logPublic = (place: KeyPlace): readonly Attribute[] => [
  // The curve, as the DER of its OID.
  { name: 'CKA_EC_PARAMS', value: hexToBytes(curveOids['P-256']) },
  ...naming(place),
  // Seen without login: it is public.
  { name: 'CKA_PRIVATE', value: false },
  // Permits checking a signature: its only use.
  { name: 'CKA_VERIFY', value: true },
  // Forbids the other kind of signature.
  { name: 'CKA_VERIFY_RECOVER', value: false, dispensable: true },
  // Forbids encrypting with it.
  { name: 'CKA_ENCRYPT', value: false, dispensable: true },
  // Forbids taking keys out of the token under it.
  { name: 'CKA_WRAP', value: false },
];

/** What a token must say by itself of the private half of a log key; it may lack the dispensable ones. */
export const logConsequences: readonly Attribute[] = [
  ...pairConsequences('ec'),
  // It could not leave for a moment.
  ...madeHere('ec', { neverExtractable: true }),
];

/** What every object has that holds the head of a log: by these it is looked for. */
export const headNaming = (label: string): readonly Attribute[] => [
  { name: 'CKA_CLASS', value: objectClasses.data },
  // It outlives the session, the process and the power of the token.
  { name: 'CKA_TOKEN', value: true },
  // The name it is found by, and people see in the vendor's tools.
  { name: 'CKA_LABEL', value: label },
  // Whose it is.
  { name: 'CKA_APPLICATION', value: 'Keyferry' },
];

/** The head of a log, as data: nobody without the PIN can put it there. */
export const logHead = (label: string, value: string): readonly Attribute[] => [
  ...headNaming(label),
  // Seen and made only after login.
  { name: 'CKA_PRIVATE', value: true },
  // Its holder may change it; the log says what it must be.
  { name: 'CKA_MODIFIABLE', value: true, dispensable: true },
  // The head itself, as text.
  { name: 'CKA_VALUE', value },
];
