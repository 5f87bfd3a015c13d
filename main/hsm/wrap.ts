import { bytesToInteger, equalBytes } from '../../app/keys/bytes.ts';
import { isAsymmetric, keySpecs, type KeySpec } from '../../app/keys/specs.ts';
import type { WrapPlan, WrappedParts } from '../../app/byok/format.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { plain, rsaEncryption, type KwpMechanism, type Mechanism } from './mechanisms.ts';
import type { CryptokiSession, ObjectHandle } from './pkcs11.ts';
import { checkNonce, sealNonce, sealsNonce } from './seal-nonce.ts';
import { differences, differencesText, readBack, type Work } from './session.ts';
import * as templates from './templates.ts';

/** The public key to wrap under, big-endian without leading zeros. */
export interface KekNumbers {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** A wrap plan with the token's proven mechanism for its second half. */
export interface WrapWay {
  readonly spec: KeySpec;
  readonly plan: WrapPlan;
  /** Null for plans without KWP. */
  readonly kwp: KwpMechanism | null;
  /** 12 bytes for plans that seal a nonce, null for the others. */
  readonly nonce: Uint8Array | null;
}

/**
 * Refuses plans that cannot carry the key. A token puts no private key under RSA directly: only RSA-AES does. Only an AES
 * key encrypts a nonce.
 * @throws Refused with WRAP-METHOD-FITS-KEY
 */
export function checkMethod(spec: KeySpec, plan: WrapPlan): void {
  if (plan.method !== 'rsa-aes' && isAsymmetric(spec)) {
    refuse('WRAP-METHOD-FITS-KEY', `The key spec ${spec} is a key pair, which no token puts under RSA directly.`);
  }
  if (sealsNonce(plan) && keySpecs[spec].kind !== 'aes') {
    refuse('WRAP-METHOD-FITS-KEY', `The key spec ${spec} is no AES key, so it encrypts no nonce.`, {
      remedy: 'Plan an AES key for this destination.',
    });
  }
}

/**
 * Refuses a target key that must not or cannot leave the token in the composed way.
 * @throws Refused with TARGET-KEY-MAY-LEAVE, naming the attribute
 */
export function checkMayLeave(session: CryptokiSession, target: ObjectHandle): void {
  const may = (condition: boolean, cause: string): void => {
    if (!condition) refuse('TARGET-KEY-MAY-LEAVE', cause);
  };
  may(session.attribute(target, 'CKA_EXTRACTABLE') === true, 'The target key is not marked as extractable.');
  may(session.attribute(target, 'CKA_SENSITIVE') === true, 'The target key can be read in the clear (CKA_SENSITIVE).');
  may(
    session.attribute(target, 'CKA_ALWAYS_SENSITIVE') !== false,
    'The target key could once be read in the clear (CKA_ALWAYS_SENSITIVE is false).',
  );
  may(
    session.attribute(target, 'CKA_WRAP_WITH_TRUSTED') !== true,
    'The target key may be wrapped only by a key the security officer trusts (CKA_WRAP_WITH_TRUSTED); ' +
      'neither the KEK of a ceremony nor an ephemeral key can be one.',
  );
}

/**
 * Wraps a key under a KEK inside the token. RSA-AES is composed: an ephemeral AES-256 key is made, wrapped under the KEK
 * by RSA, and wraps the target key by RFC 5649 (with OAEP the same bytes as CKM_RSA_AES_KEY_WRAP, PKCS#11 3.1 section
 * 6.1.21, whose two parts are kept apart here).
 * @param work - the session; KEK and ephemeral key end with it
 * @param kek - the KEK's numbers
 * @param target - the key to wrap
 * @param way - how
 * @returns the parts, with their shape checked
 * @throws Refused with WRAP-METHOD-FITS-KEY, KEK-IMPORTED-UNCHANGED, WRAP-OUTPUT-WELL-FORMED, NONCE-SEALED-IN-TOKEN or
 *   IMPORT-NONCE-SIZED; CryptokiError
 */
export function wrapUnderKek(work: Work, kek: KekNumbers, target: ObjectHandle, way: WrapWay): WrappedParts {
  const { plan, spec, kwp, nonce } = way;
  checkMethod(spec, plan);
  checkNonce(plan, nonce);
  const kekObject = importKek(work, kek);
  const underKek = (key: ObjectHandle): Uint8Array =>
    wrapTwice(work.session, rsaEncryption(plan.oaepHash), kekObject, key, kek);
  if (plan.method !== 'rsa-aes') {
    const wrappedKey = underKek(target);
    const sealedNonce = nonce === null ? null : sealNonce(work.session, target, nonce);
    return { wrappedEphemeral: null, wrappedKey, sealedNonce };
  }
  if (kwp === null) throw new Error('RSA-AES key wrap needs a proven KWP mechanism');
  const ephemeral = makeEphemeral(work);
  const wrappedEphemeral = underKek(ephemeral);
  const wrappedKey = work.session.wrapKey(plain(kwp), ephemeral, target);
  checkKwpShape(wrappedKey, spec);
  return { wrappedEphemeral, wrappedKey, sealedNonce: null };
}

function importKek(work: Work, kek: KekNumbers): ObjectHandle {
  const template = templates.kek(kek.modulus, kek.exponent);
  const object = work.temporary(work.session.createObject(template));
  const differing = differences(readBack(work.session, object, template), template);
  if (differing.length > 0) {
    const names = differing.map(({ name }) => name).join(', ');
    refuse('KEK-IMPORTED-UNCHANGED', `The KEK reads back from the token with other values of ${names}.`);
  }
  return object;
}

function makeEphemeral(work: Work): ObjectHandle {
  const object = work.temporary(work.session.generateKey(plain('CKM_AES_KEY_GEN'), templates.ephemeral));
  const differing = differences(readBack(work.session, object, templates.ephemeral), templates.ephemeral);
  if (differing.length > 0) {
    refuse('TOKEN-POLICY-ALLOWS', `The token changed the ephemeral key: ${differencesText(differing)}.`);
  }
  return object;
}

/** OAEP and PKCS#1 v1.5 are randomised: two equal results mean a broken random generator, and the key would show. */
function wrapTwice(
  session: CryptokiSession,
  mechanism: Mechanism,
  kekObject: ObjectHandle,
  key: ObjectHandle,
  kek: KekNumbers,
): Uint8Array {
  const wrapped = session.wrapKey(mechanism, kekObject, key);
  const again = session.wrapKey(mechanism, kekObject, key);
  if (wrapped.length !== kek.modulus.length) {
    refuse('WRAP-OUTPUT-WELL-FORMED', `The RSA part has ${wrapped.length} bytes, the modulus ${kek.modulus.length}.`);
  }
  if (bytesToInteger(wrapped) >= bytesToInteger(kek.modulus)) {
    refuse('WRAP-OUTPUT-WELL-FORMED', 'The RSA part is not below the modulus, so RSA did not make it.');
  }
  if (equalBytes(wrapped, again)) {
    refuse('WRAP-OUTPUT-WELL-FORMED', 'Wrapping the same key twice under the KEK gave the same bytes.');
  }
  return wrapped;
}

/** RFC 5649: 8 bytes more than the key padded to a multiple of 8. The length of a PKCS#8 is known to the proof only. */
function checkKwpShape(wrapped: Uint8Array, spec: KeySpec): void {
  const info = keySpecs[spec];
  const expected = 'bits' in info && info.kind !== 'rsa' ? Math.ceil(info.bits / 64) * 8 + 8 : null;
  const isWhole = wrapped.length >= 16 && wrapped.length % 8 === 0;
  if (!isWhole || (expected !== null && wrapped.length !== expected)) {
    refuse(
      'WRAP-OUTPUT-WELL-FORMED',
      `The wrapped ${spec} key has ${wrapped.length} bytes, which RFC 5649 does not give.`,
    );
  }
}
