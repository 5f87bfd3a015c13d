import { constants, createDecipheriv, privateDecrypt, type KeyObject } from 'node:crypto';
import type { OaepHash, SealedNonce, WrappedParts } from '../../app/byok/format.ts';

/**
 * Opens what a token wrapped, and shares no line with the product: written from the standards, as shortly as they allow.
 * It throws on whatever is not exactly as they say.
 * @param parts - what the token made
 * @param kek - the private half of the KEK
 * @param hash - the hash of OAEP and its MGF1; null for RSAES-PKCS1-v1_5
 */
export function unwrap({ wrappedEphemeral, wrappedKey }: WrappedParts, kek: KeyObject, hash: OaepHash | null): Buffer {
  const open = hash === null ? openPkcs1 : (part: Uint8Array) => openOaep(part, kek, hash);
  return wrappedEphemeral === null ? open(wrappedKey, kek) : openKwp(wrappedKey, open(wrappedEphemeral, kek));
}

function openOaep(part: Uint8Array, key: KeyObject, oaepHash: OaepHash): Buffer {
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, part);
}

/** RFC 8017 section 7.2.2 step 3: 00 02, at least 8 bytes other than zero, 00, the message. */
function openPkcs1(part: Uint8Array, key: KeyObject): Buffer {
  const frame = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, part).toString('hex');
  const [, message] = /^0002(?:(?!00)..){8,}?00((?:..)*)$/u.exec(frame) ?? [];
  if (message === undefined) throw new Error('not RSAES-PKCS1-v1_5');
  return Buffer.from(message, 'hex');
}

/** RFC 5649 section 4.2 on the rounds of RFC 3394 section 2.2.2, for keys of more than 8 bytes. */
function openKwp(wrapped: Uint8Array, key: Uint8Array): Buffer {
  const aes = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  let [a = Buffer.alloc(0), ...r] = Array.from({ length: wrapped.length / 8 }, (_, at) =>
    Buffer.from(wrapped.slice(8 * at, 8 * at + 8)),
  );
  const n = r.length;
  for (let t = 6 * n; t > 0; t--) {
    const counter = Buffer.alloc(8);
    counter.writeUInt32BE(t, 4);
    const i = (t - 1) % n;
    const b = aes.update(Buffer.concat([a.map((byte, at) => byte ^ (counter[at] ?? 0)), r[i] ?? Buffer.alloc(0)]));
    a = b.subarray(0, 8);
    r = r.with(i, b.subarray(8));
  }
  const padded = Buffer.concat(r);
  const length = a.readUInt32BE(4);
  const isSound =
    a.readUInt32BE(0) === 0xa65959a6 &&
    Math.ceil(length / 8) === n &&
    padded.subarray(length).every((byte) => byte === 0);
  if (!isSound) throw new Error('not RFC 5649');
  return padded.subarray(0, length);
}

/**
 * Opens a nonce by AES-GCM without additional data, the tag of 16 bytes last (NIST SP 800-38D).
 * @param key - 16, 24 or 32 bytes
 */
export function unseal({ iv, sealed }: SealedNonce, key: Uint8Array): Buffer {
  const cipher = createDecipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, iv);
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}
