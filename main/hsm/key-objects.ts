import { bytesToHex, equalBytes } from '../../app/keys/bytes.ts';
import { aesCheckValue, hmacCheckValue, type KeyCheckValue } from '../../app/keys/kcv.ts';
import { curveOids, keySpecs, type CurveName, type KeySpec } from '../../app/keys/specs.ts';
import { scalarBytes, type PublicKey } from '../../app/keys/spki.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { liesOnCurve } from './curve-points.ts';
import { attributeText, type Attribute, type AttributeName } from './attributes.ts';
import { generators, plain } from './mechanisms.ts';
import { CryptokiError, type CryptokiSession, type ObjectHandle } from './pkcs11.ts';
import { provePossession } from './possession.ts';
import * as templates from './templates.ts';

/** The objects of one key: the secret or private key, and the public half of a pair. */
export interface KeyObjects {
  readonly key: ObjectHandle;
  readonly publicHalf: ObjectHandle | null;
}

/** The attributes asked of the key and of its public half, and what the token must say by itself of the key. */
export interface KeyPlan {
  readonly key: readonly Attribute[];
  readonly publicHalf: readonly Attribute[] | null;
  readonly consequences: readonly Attribute[];
}

/**
 * Plans the attributes of a key.
 * @param spec - the key spec
 * @param place - how it is named and how long it lives
 */
export function planKey(spec: KeySpec, place: templates.KeyPlace): KeyPlan {
  const info = keySpecs[spec];
  const consequences = templates.consequences(info.kind);
  switch (info.kind) {
    case 'aes':
      return { key: templates.targetAes(info.bits, place), publicHalf: null, consequences };
    case 'hmac':
      return { key: templates.targetHmac(info.bits, place), publicHalf: null, consequences };
    case 'rsa':
      return {
        key: templates.targetPrivate(place),
        publicHalf: templates.targetRsaPublic(info.bits, place),
        consequences,
      };
    case 'ec':
      return {
        key: templates.targetPrivate(place),
        publicHalf: templates.targetEcPublic(info.curve, place),
        consequences,
      };
  }
}

/**
 * Makes a key in the token. A token that refuses the template is asked once more without the dispensable attributes.
 * @param session - an open session, logged in
 * @param spec - the key spec
 * @param plan - its attributes
 */
export function makeKey(session: CryptokiSession, spec: KeySpec, plan: KeyPlan): KeyObjects {
  try {
    return generate(session, spec, plan);
  } catch (error) {
    if (!(error instanceof CryptokiError) || !error.isAboutAttributes) throw error;
    return generate(session, spec, {
      ...plan,
      key: plan.key.filter(isIndispensable),
      publicHalf: plan.publicHalf?.filter(isIndispensable) ?? null,
    });
  }
}

const isIndispensable = (attribute: Attribute): boolean => attribute.dispensable !== true;

function generate(session: CryptokiSession, spec: KeySpec, plan: KeyPlan): KeyObjects {
  const mechanism = plain(generators[keySpecs[spec].kind]);
  if (plan.publicHalf === null) return { key: session.generateKey(mechanism, plan.key), publicHalf: null };
  const { privateKey, publicKey } = session.generateKeyPair(mechanism, plan.publicHalf, plan.key);
  return { key: privateKey, publicHalf: publicKey };
}

/**
 * Reads a key's public half, checks that it is of its spec (modulus length and exponent, or curve and point) and has the
 * private half prove that it belongs to it.
 * @returns the public key, null for secret keys, whose type and length are checked instead
 * @throws Refused with TARGET-KEY-SPEC-AS-PLANNED or TARGET-KEY-HALVES-MATCH
 */
export function readPublicHalf(session: CryptokiSession, objects: KeyObjects, spec: KeySpec): PublicKey | null {
  const info = keySpecs[spec];
  const keyType = session.attribute(objects.key, 'CKA_KEY_TYPE');
  if (keyType !== templates.keyTypes[info.kind]) {
    const found = attributeText('CKA_KEY_TYPE', keyType);
    return refuse(
      'TARGET-KEY-SPEC-AS-PLANNED',
      `The key in the token is no ${spec} key: its CKA_KEY_TYPE is ${found}.`,
    );
  }
  if (info.kind === 'rsa' || info.kind === 'ec') {
    const publicKey = info.kind === 'rsa' ? readRsa(session, objects, info.bits) : readEc(session, objects, info.curve);
    provePossession(session, objects.key, publicKey);
    return publicKey;
  }
  const bytes = session.attribute(objects.key, 'CKA_VALUE_LEN');
  if (bytes !== null && bytes !== info.bits / 8) {
    const found = attributeText('CKA_VALUE_LEN', bytes);
    return refuse('TARGET-KEY-SPEC-AS-PLANNED', `The key in the token is no ${spec} key: it has ${found} bytes.`);
  }
  return null;
}

function readRsa(session: CryptokiSession, objects: KeyObjects, bits: number): PublicKey {
  const holder = objects.publicHalf ?? objects.key;
  const modulus = unsigned(readBytes(session, holder, 'CKA_MODULUS'));
  const exponent = unsigned(readBytes(session, holder, 'CKA_PUBLIC_EXPONENT'));
  const found = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (found !== bits || bytesToHex(exponent) !== '010001') {
    const key = `a modulus of ${found} bits and the exponent 0x${bytesToHex(exponent)}`;
    return refuse(
      'TARGET-KEY-SPEC-AS-PLANNED',
      `The RSA key in the token has ${key}; planned are ${bits} and 0x010001.`,
    );
  }
  // The private half tells its own numbers on most tokens; the proof of possession says the same of the others.
  const own = session.attribute(objects.key, 'CKA_MODULUS');
  if (own instanceof Uint8Array && !equalBytes(unsigned(own), modulus)) {
    return refuse('TARGET-KEY-HALVES-MATCH', 'The two halves of the RSA key in the token have different moduli.');
  }
  return { kind: 'rsa', modulus, exponent };
}

function readEc(session: CryptokiSession, objects: KeyObjects, curve: CurveName): PublicKey {
  const holder = objects.publicHalf;
  if (holder === null) {
    return refuse('TARGET-KEY-PRESENT', 'The token holds the private key, but not the public half with its CKA_ID.');
  }
  const parameters = bytesToHex(readBytes(session, holder, 'CKA_EC_PARAMS'));
  const point = plainPoint(readBytes(session, holder, 'CKA_EC_POINT'), curve);
  if (parameters !== curveOids[curve] || point === null || !liesOnCurve(point, curve)) {
    return refuse('TARGET-KEY-SPEC-AS-PLANNED', `The EC key in the token has no uncompressed point of ${curve}.`);
  }
  return { kind: 'ec', curve, point };
}

/**
 * Takes CKA_EC_POINT out of its wrapping. PKCS#11 asks for a DER OCTET STRING; some tokens give the bare point. Both
 * begin with 0x04, so the length tells them apart.
 * @returns 0x04 X Y, or null when it is neither form
 */
export function plainPoint(value: Uint8Array, curve: CurveName): Uint8Array | null {
  const length = 1 + 2 * scalarBytes(curve);
  const header = length < 0x80 ? [0x04, length] : [0x04, 0x81, length];
  if (value.length === length) return value;
  const isOctets = value.length === header.length + length && header.every((byte, at) => value[at] === byte);
  return isOctets ? value.slice(header.length) : null;
}

function readBytes(session: CryptokiSession, object: ObjectHandle, name: AttributeName): Uint8Array {
  const value = session.attribute(object, name);
  if (value instanceof Uint8Array) return value;
  return refuse('TARGET-KEY-SPEC-AS-PLANNED', `The token does not tell ${name}, so the public key cannot be read.`);
}

/** A big-endian number without leading zeros; CKA_MODULUS of some tokens has one. */
export function unsigned(value: Uint8Array): Uint8Array {
  const start = value.findIndex((byte) => byte !== 0);
  return Uint8Array.from(value.subarray(Math.max(start, 0)));
}

/**
 * Makes the check value of a secret key in the token; its value never leaves for this.
 * @returns none for key pairs, and none when the token does not do it with this key
 */
export function readCheckValues(session: CryptokiSession, key: ObjectHandle, spec: KeySpec): readonly KeyCheckValue[] {
  const { kind } = keySpecs[spec];
  try {
    if (kind === 'aes') return [aesCheckValue(session.encrypt(plain('CKM_AES_ECB'), key, new Uint8Array(16)))];
    if (kind === 'hmac') return [hmacCheckValue(session.digestKey(plain('CKM_SHA256'), key))];
    return [];
  } catch (error) {
    if (error instanceof CryptokiError && (error.isLackOfMechanism || error.isPolicy)) return [];
    throw error;
  }
}
