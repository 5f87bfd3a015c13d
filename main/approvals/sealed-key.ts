import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, scrypt, sign } from 'node:crypto';
import { isSignedBy } from '../../app/approval/signature.ts';
import { canonicalBytes } from '../../app/audit/canonical-json.ts';
import { hexToBytes } from '../../app/keys/bytes.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { sealing, type Kdf, type SealedKey } from './sealed-file.ts';

/** Whose key it is, and for which ceremony: the seal opens for no other. `person` is the id from roll call. */
export interface KeyContext {
  readonly ceremony: string;
  readonly person: string;
}

/**
 * How dear a guess at the passphrase is made: one that a person `typed` takes about a second of one core and 128 MiB.
 * One that was `generated` from 256 random bits, as the scripted people of a rehearsal have, nobody guesses.
 */
export type SealingCost = 'typed' | 'generated';

/** Node refuses to take more; twice 128 N r (RFC 7914 section 2), so that the largest allowed N still fits. */
const maxmem = 2 * 128 * sealing.N.most * sealing.r;

/**
 * Makes a P-256 key pair and seals its private half: PKCS#8 under AES-256-GCM, the key from the passphrase by scrypt.
 * @param passphrase - from `passphraseBytes`, and found good by `checkPassphrase`; the caller overwrites it
 * @param context - see {@link KeyContext}; authenticated with public key and scrypt parameters
 * @param cost - see {@link SealingCost}
 * @returns the sealed key, which may lie on a disk, and the public key as lower-case hex of DER SubjectPublicKeyInfo
 */
export async function sealNewKey(
  passphrase: Uint8Array,
  context: KeyContext,
  cost: SealingCost = 'typed',
): Promise<{ readonly sealed: SealedKey; readonly publicKey: string }> {
  const { N, r, p, saltBytes } = sealing;
  const kdf: Kdf = { name: 'scrypt', N: N[cost], r, p, salt: randomBytes(saltBytes).toString('hex') };
  const key = await deriveKey(passphrase, kdf);
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  try {
    const publicKey = pair.publicKey.toString('hex');
    const iv = randomBytes(sealing.ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: sealing.tagBytes });
    cipher.setAAD(boundData(context, publicKey, kdf));
    const ciphertext = Buffer.concat([cipher.update(pair.privateKey), cipher.final(), cipher.getAuthTag()]);
    const sealed = { keyferryApprovalKey: 1, publicKey, kdf, iv: iv.toString('hex'), sealed: ciphertext.toString('hex') } as const; // prettier-ignore
    return { sealed, publicKey };
  } finally {
    key.fill(0);
    pair.privateKey.fill(0);
  }
}

/**
 * Signs with a sealed key: ECDSA, P-256, SHA-256.
 * @param sealed - the key of this person, as the folder of the ceremony has it
 * @param passphrase - from `passphraseBytes`; the caller overwrites it
 * @param context - the ceremony and the person who is asked, not what some file says
 * @param messages - what is signed, one after the other, not their hashes
 * @returns for each the ECDSA-Sig-Value in DER as lower-case hex, found valid by the verifier in `app` as well
 * @throws Refused with APPROVAL-PASSPHRASE-ACCEPTED when passphrase, person, ceremony and sealed key do not belong
 *   together: an authenticated cipher does not tell which of them is wrong
 */
export async function signWith(
  sealed: SealedKey,
  passphrase: Uint8Array,
  context: KeyContext,
  messages: readonly Uint8Array[],
): Promise<readonly string[]> {
  const signatures = await openAndSign(sealed, passphrase, context, messages);
  return (
    signatures ??
    refuse('APPROVAL-PASSPHRASE-ACCEPTED', 'This passphrase does not open the approval key of this person.')
  );
}

/**
 * Signs for the first time, at roll call, with the passphrase as it was entered the second time. So nobody finds out in
 * the middle of the ceremony that the first entry had a slip of the finger in it.
 * @param sealed - what {@link sealNewKey} made of the first entry
 * @param again - the second entry, from `passphraseBytes`; the caller overwrites it
 * @param context - as at {@link sealNewKey}
 * @param message - the statement of the roll call
 * @returns the signature, as {@link signWith} gives it
 * @throws Refused with APPROVAL-PASSPHRASE-AGAIN when the second entry does not open what the first has sealed
 */
export async function signFirst(
  sealed: SealedKey,
  again: Uint8Array,
  context: KeyContext,
  message: Uint8Array,
): Promise<string> {
  const signatures = await openAndSign(sealed, again, context, [message]);
  return signatures?.[0] ?? refuse('APPROVAL-PASSPHRASE-AGAIN', 'The two entries of the passphrase are not the same.');
}

/** Null when the seal does not open. */
async function openAndSign(
  sealed: SealedKey,
  passphrase: Uint8Array,
  context: KeyContext,
  messages: readonly Uint8Array[],
): Promise<readonly string[] | null> {
  const pkcs8 = await unseal(sealed, passphrase, context);
  if (pkcs8 === null) return null;
  try {
    const key = { key: pkcs8, format: 'der', type: 'pkcs8', dsaEncoding: 'der' } as const;
    return messages.map((message) => {
      const signature = sign('sha256', message, key).toString('hex');
      // Two implementations agree on it before it stands in a log for ever.
      if (!isSignedBy(sealed.publicKey, message, signature)) throw new Error('A signature just made is not valid.');
      return signature;
    });
  } finally {
    pkcs8.fill(0);
  }
}

async function unseal(sealed: SealedKey, passphrase: Uint8Array, context: KeyContext): Promise<Buffer | null> {
  const key = await deriveKey(passphrase, sealed.kdf);
  const bytes = hexToBytes(sealed.sealed);
  const tagAt = bytes.length - sealing.tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, hexToBytes(sealed.iv), { authTagLength: sealing.tagBytes });
  key.fill(0);
  decipher.setAAD(boundData(context, sealed.publicKey, sealed.kdf));
  decipher.setAuthTag(bytes.subarray(tagAt));
  const plain = decipher.update(bytes.subarray(0, tagAt));
  try {
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return null;
  }
}

/** What the seal is bound to besides the passphrase: nothing of it can be exchanged. */
function boundData({ ceremony, person }: KeyContext, publicKey: string, kdf: Kdf): Uint8Array {
  return canonicalBytes({ keyferryApprovalKey: 1, ceremony, person, publicKey, kdf });
}

/** In a thread of its own: the window must go on while it takes its second. */
function deriveKey(passphrase: Uint8Array, { N, r, p, salt }: Kdf): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, hexToBytes(salt), sealing.keyBytes, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
