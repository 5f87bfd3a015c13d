import { bytesToInteger, equalBytes, hexToBytes } from './bytes.ts';
import { contentOf, readBits, readDer, readSequence, readUnsigned, tags, type DerValue } from './der.ts';
import { refuser, type Refuser } from './refuser.ts';
import { readAlgorithm, readPoint, scalarBytes } from './spki.ts';
import { curveOids, type CurveName } from './specs.ts';

/** The eight numbers of RFC 8017 RSAPrivateKey, big-endian without leading zeros. */
export interface RsaPrivateKey {
  readonly kind: 'rsa';
  readonly modulus: Uint8Array;
  readonly publicExponent: Uint8Array;
  readonly privateExponent: Uint8Array;
  readonly prime1: Uint8Array;
  readonly prime2: Uint8Array;
  readonly exponent1: Uint8Array;
  readonly exponent2: Uint8Array;
  readonly coefficient: Uint8Array;
}

/** RFC 5915 ECPrivateKey; `scalar` has the full length of its curve. */
export interface EcPrivateKey {
  readonly kind: 'ec';
  readonly curve: CurveName;
  readonly scalar: Uint8Array;
  /** Uncompressed, when the encoding carries it. */
  readonly point: Uint8Array | null;
}

export type PrivateKey = RsaPrivateKey | EcPrivateKey;

/**
 * Reads a DER PrivateKeyInfo (RFC 5208 section 5) exactly: version 0, rsaEncryption or id-ecPublicKey with a named
 * curve, no attributes, nothing after it. For throw-away keys of the self-test: the caller overwrites `bytes`, which
 * the result points into.
 * @param bytes - the whole encoding
 * @throws Refused with PKCS8-EXACT
 */
export function readPrivateKeyInfo(bytes: Uint8Array): PrivateKey {
  const refuse = refuser('PKCS8-EXACT', 'the opened private key');
  const [version, identifier, octets, ...more] = readSequence(readDer(bytes, refuse), refuse);
  expectVersion(version, 0, refuse);
  const algorithm = readAlgorithm(readSequence(identifier, refuse), refuse);
  const inner = readDer(contentOf(octets, tags.octetString, refuse), refuse);
  if (more.length > 0) return refuse('it carries attributes after the private key');
  return algorithm.kind === 'rsa' ? readRsa(inner, refuse) : readEc(inner, algorithm.curve, refuse);
}

function readRsa(inner: DerValue, refuse: Refuser): RsaPrivateKey {
  const [version, ...integers] = readSequence(inner, refuse);
  expectVersion(version, 0, refuse);
  if (integers.length !== 8) return refuse('its RSAPrivateKey does not have eight numbers');
  const [n, e, d, p, q, dp, dq, qi] = integers;
  const key: RsaPrivateKey = {
    kind: 'rsa',
    modulus: readUnsigned(n, refuse),
    publicExponent: readUnsigned(e, refuse),
    privateExponent: readUnsigned(d, refuse),
    prime1: readUnsigned(p, refuse),
    prime2: readUnsigned(q, refuse),
    exponent1: readUnsigned(dp, refuse),
    exponent2: readUnsigned(dq, refuse),
    coefficient: readUnsigned(qi, refuse),
  };
  const product = bytesToInteger(key.prime1) * bytesToInteger(key.prime2);
  return product === bytesToInteger(key.modulus) ? key : refuse('its modulus is not the product of its primes');
}

/** RFC 5915: version 1, the scalar, then optionally `[0]` the curve once more and `[1]` the public point. */
function readEc(inner: DerValue, curve: CurveName, refuse: Refuser): EcPrivateKey {
  const [version, octets, ...optional] = readSequence(inner, refuse);
  expectVersion(version, 1, refuse);
  const scalar = contentOf(octets, tags.octetString, refuse);
  if (scalar.length !== scalarBytes(curve)) return refuse(`its scalar has ${scalar.length} bytes`);
  const parameters = optional[0]?.tag === tags.context0 ? optional.shift() : undefined;
  if (parameters !== undefined) expectCurve(parameters, curve, refuse);
  const publicKey = optional[0]?.tag === tags.context1 ? optional.shift() : undefined;
  if (optional.length > 0) return refuse('its ECPrivateKey has members that do not belong there');
  const point =
    publicKey === undefined ? null : readPoint(readBits(readDer(publicKey.content, refuse), refuse), curve, refuse);
  return { kind: 'ec', curve, scalar, point };
}

function expectCurve(parameters: DerValue, curve: CurveName, refuse: Refuser): void {
  if (!equalBytes(parameters.content, hexToBytes(curveOids[curve]))) refuse('its ECPrivateKey names another curve');
}

function expectVersion(value: DerValue | undefined, version: 0 | 1, refuse: Refuser): void {
  const found = bytesToInteger(readUnsigned(value, refuse));
  if (found !== BigInt(version)) refuse(`a version is ${found.toString().slice(0, 8)} instead of ${version}`);
}
