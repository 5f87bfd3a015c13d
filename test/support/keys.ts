import { p256 } from '@noble/curves/nist.js';
import { checkpointBytes, originOf } from '../../app/audit/checkpoint.ts';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../app/keys/bytes.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';

/** Keys of made-up people, each following from their id, and the one that signs the log: what is signed is always the same. */

/** Whose key stands for the one in the token. */
export const logKeyName = 'log';
/** Whose key somebody has put in its place. */
export const newerKeyName = 'thief';

/** DER SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point (RFC 5480). */
const spkiPrefix = '3059301306072a8648ce3d020106082a8648ce3d030107034200';

function secretOf(person: string): Uint8Array {
  return hexToBytes(sha256Hex(utf8ToBytes(`approval key of ${person}`)));
}

/** The public key of a made-up person, DER SubjectPublicKeyInfo in hex. */
export function publicKeyOf(person: string): string {
  return spkiPrefix + bytesToHex(p256.getPublicKey(secretOf(person), false));
}

/** The same signature is made once: it follows from who signs and what. */
const signatures = new Map<string, string>();

/** The signature of a made-up person, DER in hex. */
export function signatureOf(person: string, message: Uint8Array): string {
  const name = `${person} ${sha256Hex(message)}`;
  const signature =
    signatures.get(name) ?? bytesToHex(p256.sign(message, secretOf(person), { prehash: true, format: 'der' }));
  signatures.set(name, signature);
  return signature;
}

/** What the log key of a made-up ceremony signs of a checkpoint. */
export function checkpointSignature(
  ceremony: string,
  head: { readonly size: number; readonly root: string },
  by = logKeyName,
): string {
  return signatureOf(by, checkpointBytes({ origin: originOf(ceremony), ...head }));
}
