import { equalBytes, hexToBytes } from './bytes.ts';
import { contentOf, der, derUnsigned, readBits, readDer, readSequence, readUnsigned, tags } from './der.ts';
import { curveNames, curveOids, type CurveName } from './specs.ts';
import type { Refuser } from './refuser.ts';

/** A public key as its numbers. Integers big-endian without leading zeros; EC points uncompressed (0x04 X Y). */
export type PublicKey =
  | { readonly kind: 'rsa'; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  | { readonly kind: 'ec'; readonly curve: CurveName; readonly point: Uint8Array };

/** What an AlgorithmIdentifier names: rsaEncryption, or id-ecPublicKey with a curve. */
export type KeyAlgorithm = { readonly kind: 'rsa' } | { readonly kind: 'ec'; readonly curve: CurveName };

/** Content octets of the OBJECT IDENTIFIERs, RFC 8017 appendix C and RFC 5480 section 2.1.1. */
const rsaEncryption = hexToBytes('2a864886f70d010101');
const ecPublicKey = hexToBytes('2a8648ce3d0201');

/** Bytes of one coordinate, which is also the length of the private scalar (RFC 5915 section 3). */
const coordinateBytes: Readonly<Record<CurveName, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, secp256k1: 32 };

/**
 * Reads a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7): RSA by RFC 3279 section 2.3.1 or EC by RFC 5480.
 * Own reader because BoringSSL takes trailing bytes and knows no secp256k1.
 * @param bytes - the whole encoding
 * @param refuse - called for anything else: trailing bytes, other algorithms, compressed points, explicit curves
 */
export function readSpki(bytes: Uint8Array, refuse: Refuser): PublicKey {
  const [identifier, bits, ...more] = readSequence(readDer(bytes, refuse), refuse);
  const algorithm = readAlgorithm(readSequence(identifier, refuse), refuse);
  const key = readBits(bits, refuse);
  if (more.length > 0) return refuse('members follow the public key inside the SubjectPublicKeyInfo');
  if (algorithm.kind === 'ec') return { ...algorithm, point: readPoint(key, algorithm.curve, refuse) };
  const [modulus, exponent, ...surplus] = readSequence(readDer(key, refuse), refuse);
  if (surplus.length > 0) return refuse('an RSA public key has more than a modulus and an exponent');
  return { kind: 'rsa', modulus: readUnsigned(modulus, refuse), exponent: readUnsigned(exponent, refuse) };
}

/**
 * Encodes a public key as DER SubjectPublicKeyInfo.
 * @returns the canonical encoding, the same bytes that {@link readSpki} accepts for these numbers
 */
export function encodeSpki(key: PublicKey): Uint8Array {
  const bits = key.kind === 'rsa' ? der(tags.sequence, derUnsigned(key.modulus), derUnsigned(key.exponent)) : key.point;
  return der(tags.sequence, encodeAlgorithm(key), der(tags.bitString, Uint8Array.of(0), bits));
}

/**
 * Reads an AlgorithmIdentifier of a key.
 * @param members - the members of its SEQUENCE
 * @param refuse - called for every algorithm but rsaEncryption and id-ecPublicKey with a curve we know by name
 */
export function readAlgorithm(
  members: readonly { readonly tag: number; readonly content: Uint8Array }[],
  refuse: Refuser,
): KeyAlgorithm {
  const [oid, parameters, ...more] = members;
  const algorithm = contentOf(oid, tags.oid, refuse);
  if (more.length > 0) return refuse('an AlgorithmIdentifier has more than two members');
  if (equalBytes(algorithm, rsaEncryption)) {
    const isNull = contentOf(parameters, tags.null, refuse).length === 0;
    return isNull ? { kind: 'rsa' } : refuse('the parameters of rsaEncryption are not an empty NULL');
  }
  if (!equalBytes(algorithm, ecPublicKey)) return refuse('its algorithm is neither rsaEncryption nor id-ecPublicKey');
  const named = der(tags.oid, contentOf(parameters, tags.oid, refuse));
  const curve = curveNames.find((name) => equalBytes(named, hexToBytes(curveOids[name])));
  return curve === undefined
    ? refuse('its elliptic curve is not one of the known named curves')
    : { kind: 'ec', curve };
}

/**
 * Checks the form of an uncompressed point of a curve: 0x04, X, Y. Whether it lies on the curve is not checked here.
 */
export function readPoint(point: Uint8Array, curve: CurveName, refuse: Refuser): Uint8Array {
  const isWhole = point[0] === 0x04 && point.length === 1 + 2 * coordinateBytes[curve];
  return isWhole ? point : refuse(`it holds no uncompressed point of ${curve}`);
}

/** Bytes of the private scalar of a curve, and of each coordinate of its points. */
export function scalarBytes(curve: CurveName): number {
  return coordinateBytes[curve];
}

function encodeAlgorithm(algorithm: KeyAlgorithm): Uint8Array {
  return algorithm.kind === 'rsa'
    ? der(tags.sequence, der(tags.oid, rsaEncryption), der(tags.null))
    : der(tags.sequence, der(tags.oid, ecPublicKey), hexToBytes(curveOids[algorithm.curve]));
}
