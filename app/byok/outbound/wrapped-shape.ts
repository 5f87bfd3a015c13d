import { sha256Hex } from '../../keys/fingerprint.ts';
import type { Refuser } from '../../keys/refuser.ts';
import { keySpecs, type KeySpec } from '../../keys/specs.ts';
import { scalarBytes } from '../../keys/spki.ts';
import type { BlobSummary, KeyToCarry, OutboundFile } from '../format.ts';

/**
 * AES-GCM over a service's nonce, in bytes: the nonce as IBM Key Protect hands it out, the IV that AES-GCM uses as it is
 * (NIST SP 800-38D section 8.2.1), its tag, and the nonce with that tag.
 */
export const sealedNonceBytes = { nonce: 12, iv: 12, tag: 16, sealed: 28 } as const;

/**
 * Splits what a hybrid wrap gives in one piece, where the modulus of the KEK ends.
 * @param blob - RSA part, then RFC 5649 part
 * @param key - for the size of its KEK
 */
export function splitHybrid(
  blob: Uint8Array,
  { kek }: Pick<KeyToCarry<unknown>, 'kek'>,
): readonly [Uint8Array, Uint8Array] {
  const rsaBytes = kek.bits / 8;
  return [blob.subarray(0, rsaBytes), blob.subarray(rsaBytes)];
}

/**
 * Checks what can be seen of a part that RSA made: as long as the modulus, and not blank.
 * @param part - the output of RSAES-OAEP or RSAES-PKCS1-v1_5
 * @param key - for the size of its KEK
 * @param name - what the part is called, for the cause
 */
export function checkRsaPart(
  part: Uint8Array,
  { kek }: Pick<KeyToCarry<unknown>, 'kek'>,
  name: string,
  refuse: Refuser,
): Uint8Array {
  if (part.length !== kek.bits / 8) return refuse(`${name} has ${part.length} bytes, the modulus ${kek.bits / 8}`);
  return notBlank(part, name, refuse);
}

/**
 * Checks what can be seen of a key wrapped by RFC 5649: whole blocks, of a number that fits the key.
 * @param part - the output of RFC 5649
 * @param key - for its spec
 * @param name - what the part is called, for the cause
 */
export function checkKwpPart(
  part: Uint8Array,
  { spec }: Pick<KeyToCarry<unknown>, 'spec'>,
  name: string,
  refuse: Refuser,
): Uint8Array {
  const isPlausible = payloadBands(spec).some(
    ([least, most]) => part.length >= wrappedLength(least) && part.length <= wrappedLength(most),
  );
  if (part.length % 8 !== 0 || !isPlausible)
    return refuse(`${name} has ${part.length} bytes, which no ${spec} key gives`);
  return notBlank(part, name, refuse);
}

/** Checks the length of a part that is of one length only. */
export function checkLength(part: Uint8Array, bytes: number, name: string, refuse: Refuser): Uint8Array {
  if (part.length !== bytes) return refuse(`${name} has ${part.length} bytes instead of ${bytes}`);
  return notBlank(part, name, refuse);
}

/**
 * Sums finished files up.
 * @param files - all files of the key
 * @param parts - what the token gave out, in its order
 * @param importToken - as it goes back to the cloud; null where there is none
 */
export function summaryOf(
  files: readonly OutboundFile[],
  parts: readonly Uint8Array[],
  importToken: Uint8Array | null,
): BlobSummary {
  return {
    bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    parts: parts.map((part) => ({ sha256: sha256Hex(part), bytes: part.length })),
    importTokenSha256: importToken === null ? null : sha256Hex(importToken),
  };
}

function notBlank(part: Uint8Array, name: string, refuse: Refuser): Uint8Array {
  return part.every((byte) => byte === 0) ? refuse(`${name} is all zero`) : part;
}

/**
 * How long the wrapped payload may plausibly be, from and to. Secret keys are exact. Key pairs are PKCS#8, where tokens
 * differ by some bytes: EC with or without the public point, the curve named twice; RSA numbers that happen to be shorter.
 */
function payloadBands(spec: KeySpec): readonly (readonly [number, number])[] {
  const info = keySpecs[spec];
  switch (info.kind) {
    case 'aes':
    case 'hmac':
      return [[info.bits / 8, info.bits / 8]];
    case 'ec': {
      const scalar = scalarBytes(info.curve);
      return [
        [scalar + 30, scalar + 60],
        [3 * scalar + 35, 3 * scalar + 60],
      ];
    }
    case 'rsa': {
      // RSAPrivateKey holds 4.5 moduli: n, d, and five numbers of half the length.
      const numbers = (info.bits / 8) * 4.5;
      return [[numbers + 40, numbers + 110]];
    }
  }
}

/** Length of RFC 5649 output. */
function wrappedLength(payload: number): number {
  return 8 * Math.ceil(payload / 8) + 8;
}
