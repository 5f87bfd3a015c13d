import { concatBytes } from '../../keys/bytes.ts';
import type { Refuser } from '../../keys/refuser.ts';
import type { KeyToCarry, WrappedParts } from '../format.ts';
import { checkKwpPart, checkRsaPart, splitHybrid } from './wrapped-shape.ts';

/**
 * Puts what the token gave out in one piece, as CKM_RSA_AES_KEY_WRAP does (PKCS#11 3.1 section 6.1.21): the RSA part,
 * where there is one, then the part that holds the target key.
 */
export function joinParts({ wrappedEphemeral, wrappedKey }: WrappedParts): Uint8Array {
  return wrappedEphemeral === null ? wrappedKey : concatBytes(wrappedEphemeral, wrappedKey);
}

/**
 * Takes such a piece apart again, and checks what can be seen of its parts.
 * @param blob - of {@link joinParts}
 * @param key - its wrap plan says whether there is one part or two
 * @param name - what holds the piece, for the cause
 * @returns the parts in the order in which the token gave them out
 */
export function checkJoined(
  blob: Uint8Array,
  key: KeyToCarry<unknown>,
  name: string,
  refuse: Refuser,
): readonly Uint8Array[] {
  if (key.wrap.method !== 'rsa-aes') return [checkRsaPart(blob, key, name, refuse)];
  const [rsaPart, kwpPart] = splitHybrid(blob, key);
  return [
    checkRsaPart(rsaPart, key, `the RSA part of ${name}`, refuse),
    checkKwpPart(kwpPart, key, `the RFC 5649 part of ${name}`, refuse),
  ];
}
