import type { SealedNonce, WrapPlan } from '../../app/byok/format.ts';
import { sealedNonceBytes } from '../../app/byok/outbound/wrapped-shape.ts';
import { bytesToHex, equalBytes } from '../../app/keys/bytes.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { gcm } from './mechanisms.ts';
import type { CryptokiSession, ObjectHandle } from './pkcs11.ts';

/**
 * Checks that there is a nonce where the plan seals one, and nowhere else.
 * @param plan - how the key is wrapped
 * @param nonce - as the service gave it
 * @throws Refused with NONCE-SEALED-IN-TOKEN or IMPORT-NONCE-SIZED
 */
export function checkNonce(plan: WrapPlan, nonce: Uint8Array | null): void {
  if (nonce === null) {
    if (sealsNonce(plan)) refuse('NONCE-SEALED-IN-TOKEN', 'The destination wants a nonce encrypted, and none came in.');
    return;
  }
  if (!sealsNonce(plan)) refuse('NONCE-SEALED-IN-TOKEN', 'A nonce came in that this way of wrapping does not encrypt.');
  if (nonce.length !== sealedNonceBytes.nonce) {
    refuse('IMPORT-NONCE-SIZED', `The nonce has ${nonce.length} bytes instead of ${sealedNonceBytes.nonce}.`);
  }
}

/** Whether a nonce goes under the target key too. */
export function sealsNonce(plan: WrapPlan): boolean {
  return plan.method === 'oaep' && plan.nonce === 'aes-gcm';
}

/**
 * Refuses a target key that may not encrypt, before anything is wrapped.
 * @throws Refused with NONCE-SEALED-IN-TOKEN
 */
export function checkMaySeal(session: CryptokiSession, target: ObjectHandle, plan: WrapPlan): void {
  if (!sealsNonce(plan) || session.attribute(target, 'CKA_ENCRYPT') === true) return;
  refuse(
    'NONCE-SEALED-IN-TOKEN',
    'The target key may not encrypt (CKA_ENCRYPT), and the destination wants a nonce encrypted under it.',
  );
}

/**
 * Encrypts a service's nonce under the target key by AES-GCM without additional data, inside the token, under a new IV
 * from its random generator. It is done twice: two IVs, or two results, that are the same show a broken generator, or a
 * token that puts its own IV in the place of the one it was given.
 * @param session - the session of the wrap
 * @param target - an AES key that may encrypt
 * @param nonce - 12 bytes
 * @returns IV and ciphertext of the first time, with their shape checked
 * @throws Refused with NONCE-SEALED-IN-TOKEN; CryptokiError
 */
export function sealNonce(session: CryptokiSession, target: ObjectHandle, nonce: Uint8Array): SealedNonce {
  const [first, second] = [newIv(session), newIv(session)];
  if (equalBytes(first, second)) refuse('NONCE-SEALED-IN-TOKEN', 'The token gave the same random bytes twice.');
  const sealed = sealUnder(session, target, nonce, first);
  if (equalBytes(sealed, sealUnder(session, target, nonce, second))) {
    refuse('NONCE-SEALED-IN-TOKEN', 'Encrypting the nonce under two IVs gave the same bytes.');
  }
  return { iv: first, sealed };
}

function newIv(session: CryptokiSession): Uint8Array {
  const iv = session.generateRandom(sealedNonceBytes.iv);
  const isUsable = iv.length === sealedNonceBytes.iv && iv.some((byte) => byte !== 0);
  return isUsable ? iv : refuse('NONCE-SEALED-IN-TOKEN', 'The token gave no random bytes for an IV.');
}

function sealUnder(session: CryptokiSession, target: ObjectHandle, nonce: Uint8Array, iv: Uint8Array): Uint8Array {
  const sealed = session.encrypt(gcm(iv), target, nonce);
  if (sealed.length !== sealedNonceBytes.sealed) {
    const wanted = `${sealedNonceBytes.nonce} bytes and the tag of ${sealedNonceBytes.tag}`;
    refuse('NONCE-SEALED-IN-TOKEN', `The encrypted nonce has ${sealed.length} bytes, not the ${wanted}.`);
  }
  if (bytesToHex(sealed).includes(bytesToHex(nonce))) {
    refuse('NONCE-SEALED-IN-TOKEN', 'The encrypted nonce holds the nonce in the clear.');
  }
  return sealed;
}
