import * as v from 'valibot';
import { isApprovalKey } from '../../app/approval/signature.ts';
import { canonicalBytes } from '../../app/audit/canonical-json.ts';
import { equalBytes } from '../../app/keys/bytes.ts';
import { refuser } from '../../app/keys/refuser.ts';
import { parseStrictJson } from '../../app/keys/strict-json.ts';
import { sayIssue } from '../../app/rules/schema-issue.ts';

/** The fixed sizes of a seal in bytes, and what scrypt may be asked for: a changed file must not fill the memory. */
export const sealing = {
  keyBytes: 32,
  saltBytes: 16,
  ivBytes: 12,
  tagBytes: 16,
  /** For a passphrase that was generated, for one that was typed, and room for the next. */
  N: { generated: 2 ** 12, typed: 2 ** 17, most: 2 ** 18 },
  r: 8,
  p: 1,
} as const;

/** Far more than a sealed key takes; nothing larger is read. */
export const maxSealedFileBytes = 4096;

const hex = (bytes: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'u'), `it is not ${bytes} bytes of hex`));

/** PKCS#8 of a P-256 key in any encoder's taste, and the tag. */
const sealedPkcs8 = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}){64,256}$/u, 'it is not 64 to 256 bytes of hex'));

const kdfSchema = v.strictObject({
  name: v.literal('scrypt'),
  N: v.picklist(Object.values(sealing.N)),
  r: v.literal(sealing.r),
  p: v.literal(sealing.p),
  salt: hex(sealing.saltBytes),
});

const sealedKeySchema = v.strictObject({
  keyferryApprovalKey: v.literal(1),
  /** DER SubjectPublicKeyInfo. */
  publicKey: v.pipe(v.string(), v.check(isApprovalKey, 'it is no public key of P-256')),
  kdf: kdfSchema,
  iv: hex(sealing.ivBytes),
  /** Ciphertext and tag of AES-256-GCM. */
  sealed: sealedPkcs8,
});

/** The parameters of scrypt (RFC 7914), salt in hex. */
export type Kdf = Readonly<v.InferOutput<typeof kdfSchema>>;

/** An approval key as it lies on the disk. Nothing in it is secret without the passphrase; all binary members are hex. */
export type SealedKey = Readonly<v.InferOutput<typeof sealedKeySchema>>;

/**
 * Writes a sealed key.
 * @returns canonical JSON as UTF-8
 */
export function sealedFileBytes(sealed: SealedKey): Uint8Array {
  return canonicalBytes(sealed);
}

/**
 * Reads a sealed key, before anything is computed with what it says.
 * @param bytes - the whole file, at most {@link maxSealedFileBytes}
 * @param place - the file, for the refusal
 * @throws Refused with APPROVAL-KEY-FILE-INTACT when it is anything but what {@link sealedFileBytes} writes
 */
export function parseSealedFile(bytes: Uint8Array, place: string): SealedKey {
  const no = refuser('APPROVAL-KEY-FILE-INTACT', place);
  const parsed = v.safeParse(sealedKeySchema, parseStrictJson(bytes, no));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return no(`member "${v.getDotPath(issue) ?? 'sealed key'}": ${sayIssue(issue)}`);
  }
  return equalBytes(sealedFileBytes(parsed.output), bytes)
    ? parsed.output
    : no('it is not in the form Keyferry writes');
}
