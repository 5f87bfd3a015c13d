import * as crypto from 'node:crypto';
import { isApprovalKey, isSignedBy } from '../../app/approval/signature.ts';
import { logNamesOf } from '../../app/ceremony/log-key.ts';
import { bytesToHex, concatBytes, utf8ToBytes } from '../../app/keys/bytes.ts';
import { der, derUnsigned, tags } from '../../app/keys/der.ts';
import { encodeSpki } from '../../app/keys/spki.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { makeKey, plainPoint, unsigned, type KeyObjects, type KeyPlan } from './key-objects.ts';
import { namesakes, withId } from './locate-key.ts';
import { differencesFrom, discardKey, readBackKey } from './made-keys.ts';
import { plain } from './mechanisms.ts';
import type { CryptokiSession, ObjectHandle } from './pkcs11.ts';
import type { LogKey, LogKeyName, LogMessage } from './port.ts';
import { differencesText } from './session.ts';
import * as templates from './templates.ts';

/** ECDSA with P-256, which tokens have that have any curve; Ed25519 is in few. */
const spec = 'ec-p256';
/** Bytes of r and of s. */
const half = 32;
/** What the proof of a new key signs begins so: it is no text that a log ever has signed. */
const purpose = utf8ToBytes('Keyferry: proof that the key of this log signs\n');

/**
 * Makes the key that signs the log of a ceremony, in the token: P-256, sign-only, sensitive, never extractable (PKCS#11 3.1,
 * "Elliptic curve key pair generation"). Every attribute is read back, and the key signs something new. A key that is there
 * already, since a crash came between, gets the same checks and is not made twice.
 * @param session - an open session, logged in
 * @param name - the ceremony
 * @returns the public key, DER SubjectPublicKeyInfo of 91 bytes in lower-case hex, and the attributes as asked and found
 * @throws Refused with LOG-KEY-AS-ASKED or LOG-KEY-SIGNS, after which nothing of a new key is left and a key that was found
 *   stays; with LOG-KEY-DESTROYED when a new one cannot be removed; with LOG-KEY-PRESENT or LOG-KEY-UNIQUE for half a pair
 *   or for more than one
 */
export function makeLogKey(session: CryptokiSession, { ceremony }: LogKeyName): LogKey {
  const plan = planOf(ceremony);
  const found = locate(session, ceremony);
  if (found !== null) return describe(session, found, plan);
  const made = makeKey(session, spec, plan);
  try {
    return describe(session, locatePresent(session, ceremony), plan);
  } catch (error) {
    discardKey(session, made, { rule: 'LOG-KEY-DESTROYED', key: 'log key' }, error);
    throw error;
  }
}

/**
 * Signs with the log key: ECDSA with P-256 over the SHA-256 of a message (FIPS 186-5 section 6.4.1). The hash is made here,
 * the signature in the token by CKM_ECDSA (PKCS#11 3.1, "ECDSA without hashing"), since not every token hashes as well.
 * @param session - an open session, logged in
 * @param signed - the ceremony, and the message of any length
 * @returns the ECDSA-Sig-Value in DER, 8 to 72 bytes in lower-case hex; it is valid under the public half in the token, which
 *   the caller holds against the one in the log
 * @throws Refused with LOG-KEY-PRESENT, LOG-KEY-UNIQUE, LOG-KEY-AS-ASKED when the public half is none of P-256, or
 *   LOG-KEY-SIGNS
 */
export function signWithLogKey(session: CryptokiSession, { ceremony, message }: LogMessage): string {
  const pair = locatePresent(session, ceremony);
  return sign(session, pair.key, readPublicKey(session, pair), message);
}

/**
 * Destroys the log key, or the half of it that an interruption left, and looks that nothing of it is there any more.
 * @returns how many objects were destroyed; 0 when there was nothing
 * @throws Refused with LOG-KEY-UNIQUE, nothing destroyed, when something else has its CKA_ID; LOG-KEY-DESTROYED when something
 *   is left
 */
export function destroyLogKey(session: CryptokiSession, { ceremony }: LogKeyName): number {
  const { ckaId } = logNamesOf(ceremony);
  const { keys, publicHalves } = onlyPair(session, ckaId);
  const objects = [...keys, ...publicHalves];
  for (const object of objects) session.destroyObject(object);
  const left = withId(session, ckaId).length;
  if (left > 0) refuse('LOG-KEY-DESTROYED', `The token still holds ${left} objects with the CKA_ID ${ckaId}.`);
  return objects.length;
}

/** A log key with both its halves. */
interface Pair extends KeyObjects {
  readonly publicHalf: ObjectHandle;
}

function planOf(ceremony: string): KeyPlan {
  const { ckaId, keyLabel } = logNamesOf(ceremony);
  const place = { ckaId, label: keyLabel, lives: 'in-token' } as const;
  return {
    key: templates.logPrivate(place),
    publicHalf: templates.logPublic(place),
    consequences: templates.logConsequences,
  };
}

/** Null when nothing has the CKA_ID of the log key. */
function locate(session: CryptokiSession, ceremony: string): Pair | null {
  const { ckaId } = logNamesOf(ceremony);
  const { keys, publicHalves } = onlyPair(session, ckaId);
  const [key] = keys;
  const [publicHalf] = publicHalves;
  if (key === undefined && publicHalf === undefined) return null;
  if (key !== undefined && publicHalf !== undefined) return { key, publicHalf };
  const missing = key === undefined ? 'private' : 'public';
  return refuse('LOG-KEY-PRESENT', `The ${missing} half of the log key ${ckaId} is missing in the token.`);
}

function locatePresent(session: CryptokiSession, ceremony: string): Pair {
  const absent = `The token shows no log key of the ceremony ${ceremony}.`;
  return locate(session, ceremony) ?? refuse('LOG-KEY-PRESENT', absent);
}

/** The halves that have the CKA_ID, none of them twice and nothing beside them. */
function onlyPair(
  session: CryptokiSession,
  ckaId: string,
): Pick<ReturnType<typeof namesakes>, 'keys' | 'publicHalves'> {
  const { keys, publicHalves, others } = namesakes(session, ckaId, spec);
  if (keys.length <= 1 && publicHalves.length <= 1 && others.length === 0) return { keys, publicHalves };
  const found = `${keys.length} private keys, ${publicHalves.length} public keys and ${others.length} other objects`;
  return refuse('LOG-KEY-UNIQUE', `With the CKA_ID ${ckaId} of the log key, the token shows ${found}.`);
}

function describe(session: CryptokiSession, pair: Pair, plan: KeyPlan): LogKey {
  const attributes = readBackKey(session, pair, plan);
  const differing = differencesFrom(plan, attributes);
  if (differing.length > 0) {
    refuse('LOG-KEY-AS-ASKED', `The log key is not as it was asked for: ${differencesText(differing)}.`);
  }
  const publicKey = readPublicKey(session, pair);
  sign(session, pair.key, publicKey, concatBytes(purpose, crypto.randomBytes(32)));
  return { publicKey, attributes };
}

/** SubjectPublicKeyInfo, hex. */
function readPublicKey(session: CryptokiSession, { publicHalf }: Pair): string {
  const told = session.attribute(publicHalf, 'CKA_EC_POINT');
  const point = told instanceof Uint8Array ? plainPoint(told, 'P-256') : null;
  const publicKey = point === null ? '' : bytesToHex(encodeSpki({ kind: 'ec', curve: 'P-256', point }));
  if (isApprovalKey(publicKey)) return publicKey;
  return refuse('LOG-KEY-AS-ASKED', 'The public half of the log key has no uncompressed point of P-256.');
}

function sign(session: CryptokiSession, key: ObjectHandle, publicKey: string, message: Uint8Array): string {
  const digest = crypto.createHash('sha256').update(message).digest();
  const raw = session.sign(plain('CKM_ECDSA'), key, digest);
  if (raw.length !== 2 * half) {
    refuse('LOG-KEY-SIGNS', `The token gave ${raw.length} bytes for a signature of P-256, which has ${2 * half}.`);
  }
  const signature = bytesToHex(der(tags.sequence, derInteger(raw.slice(0, half)), derInteger(raw.slice(half))));
  if (isSignedBy(publicKey, message, signature)) return signature;
  return refuse('LOG-KEY-SIGNS', 'What the log key signed is not valid under its public half in the token.');
}

/** A number of fixed length as an INTEGER of DER, which has no more bytes than it needs. */
function derInteger(fixed: Uint8Array): Uint8Array {
  return derUnsigned(unsigned(fixed));
}
