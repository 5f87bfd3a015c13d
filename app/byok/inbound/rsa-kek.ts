import { base64ToBytes } from '../../keys/bytes.ts';
import { refuser } from '../../keys/refuser.ts';
import { checkWrappingKey, isUsualExponent } from '../../keys/rsa-public.ts';
import { encodeSpki, type PublicKey } from '../../keys/spki.ts';
import { refuse } from '../../rules/refusal.ts';
import type { Kek, Notice } from '../format.ts';
import { refusePrivateKey } from './recognise.ts';

/** The part of a KEK that its numbers tell. */
type KekNumbers = Pick<Kek, 'spki' | 'modulus' | 'exponent' | 'bits'>;

/**
 * Checks a public key that is to wrap keys.
 * @param key - as it was read
 * @param allowedBits - the modulus sizes the cloud makes wrapping keys of
 * @param place - the file or member, for the cause
 * @throws Refused with KEK-ALGORITHM-RSA, KEK-SIZE-ALLOWED, KEK-EXPONENT-SOUND, KEK-MODULUS-SOUND or KEK-NOT-ROCA
 */
export function rsaKek(key: PublicKey, allowedBits: readonly number[], place: string): KekNumbers {
  if (key.kind !== 'rsa') return refuse('KEK-ALGORITHM-RSA', `${place} holds an elliptic curve key.`);
  const { modulus, exponent } = key;
  return { spki: encodeSpki(key), modulus, exponent, bits: checkWrappingKey(key, allowedBits, place) };
}

/** A notice when the exponent is not 65537. */
export function exponentNotices({ exponent }: Pick<Kek, 'exponent'>, place: string): Notice[] {
  if (isUsualExponent(exponent)) return [];
  return [{ rule: 'KEK-EXPONENT-USUAL', text: `${place}: the public exponent of the wrapping key is not 65537.` }];
}

/**
 * Decodes base64 from a cloud's file.
 * @param text - base64 with padding, without white space
 * @param place - the file and member, for the cause
 * @throws Refused with INBOUND-BASE64-CANONICAL or INBOUND-NO-PRIVATE-KEY
 */
export function inboundBase64(text: string, place: string): Uint8Array {
  const bytes = base64ToBytes(text) ?? refuser('INBOUND-BASE64-CANONICAL', place)('it is not canonical base64');
  refusePrivateKey(bytes, place);
  return bytes;
}

/** What AWS, and the clouds that follow its API, hand out and take back: 1 to 6144 bytes (ImportKeyMaterial). */
export const importTokenBytes = { least: 1, most: 6144 } as const;

/**
 * Checks the size of an import token.
 * @param token - decoded
 * @throws Refused with IMPORT-TOKEN-SIZED
 */
export function checkedToken(token: Uint8Array, place: string): Uint8Array {
  const { least, most } = importTokenBytes;
  if (token.length >= least && token.length <= most) return token;
  return refuse('IMPORT-TOKEN-SIZED', `${place}: an import token has ${least} to ${most} bytes, not ${token.length}.`);
}
