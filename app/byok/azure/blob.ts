import * as v from 'valibot';
import { base64UrlToBytes, bytesToBase64Url, concatBytes, equalBytes, utf8ToBytes } from '../../keys/bytes.ts';
import { refuser, type Refuser } from '../../keys/refuser.ts';
import { keySpecs, type KeySpec } from '../../keys/specs.ts';
import { scalarBytes } from '../../keys/spki.ts';
import { sha256Hex } from '../../keys/fingerprint.ts';
import { parseStrictJson } from '../../keys/strict-json.ts';
import type { BlobSummary, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import type { AzureDestination } from './destination.ts';

/** The key transfer blob: MicrosoftDocs/azure-security-docs, articles/key-vault/keys/byok-specification.md. */
const blobSchema = v.strictObject({
  schema_version: v.literal('1.0.0'),
  header: v.strictObject({
    kid: v.string(),
    alg: v.literal('dir'),
    enc: v.literal('CKM_RSA_AES_KEY_WRAP'),
  }),
  ciphertext: v.string(),
  generator: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
});

type Blob = v.InferOutput<typeof blobSchema>;

/** The name Microsoft's own toolset gives the file. */
export function blobFileName(destination: AzureDestination): string {
  return `KeyTransferPackage-${destination.keyName}.byok`;
}

/**
 * Builds the `.byok` file: UTF-8 JSON without BOM, members in the order of the specification, ciphertext as unpadded
 * base64url of RSA part and KWP part.
 * @param key - its `kek.id` is written as the kid, exactly as the cloud gave it
 * @param parts - both parts, as the token produced them
 * @param generator - names product and HSM; informational
 * @returns the one file of this destination
 */
export function assembleBlob(
  key: KeyToCarry<AzureDestination>,
  parts: WrappedParts,
  generator: string,
): readonly OutboundFile[] {
  const ciphertext = concatBytes(parts.wrappedEphemeral ?? new Uint8Array(), parts.wrappedKey);
  const file = {
    name: blobFileName(key.destination),
    bytes: encodeBlob({
      schema_version: '1.0.0',
      header: { kid: key.kek.id ?? '', alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' },
      ciphertext: bytesToBase64Url(ciphertext),
      generator,
    }),
  };
  inspectBlob(key, [file]);
  return [file];
}

/**
 * Reads a `.byok` back: the form to the byte, the kid, and lengths that fit the KEK and the key.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectBlob(key: KeyToCarry<AzureDestination>, files: readonly OutboundFile[]): BlobSummary {
  const [file, ...others] = files;
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const name = blobFileName(key.destination);
  if (file?.name !== name || others.length > 0) return refuse(`its files are not exactly ${name}`);
  const blob = parseBlob(file.bytes, refuse);
  if (key.kek.id === null || blob.header.kid !== key.kek.id) return refuse(`${name} names another wrapping key`);
  const ciphertext = base64UrlToBytes(blob.ciphertext) ?? refuse(`the ciphertext of ${name} is not unpadded base64url`);
  const parts = partsOf(ciphertext, key.kek.bits / 8, key.spec, refuse);
  return {
    bytes: file.bytes.length,
    parts: parts.map((part) => ({ sha256: sha256Hex(part), bytes: part.length })),
  };
}

function encodeBlob(blob: Blob): Uint8Array {
  const { schema_version, header, ciphertext, generator } = blob;
  const { kid, alg, enc } = header;
  return utf8ToBytes(
    `${JSON.stringify({ schema_version, header: { kid, alg, enc }, ciphertext, generator }, null, 2)}\n`,
  );
}

function parseBlob(bytes: Uint8Array, refuse: Refuser): Blob {
  const parsed = v.safeParse(blobSchema, parseStrictJson(bytes, refuse));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return refuse(`member "${v.getDotPath(issue) ?? ''}" of the blob: ${issue.message}`);
  }
  const isExact = equalBytes(encodeBlob(parsed.output), bytes);
  return isExact ? parsed.output : refuse('the blob is not written exactly as Keyferry writes it');
}

/** Splits where the modulus of the KEK ends, and checks what can be seen of both parts. */
function partsOf(ciphertext: Uint8Array, rsaPartBytes: number, spec: KeySpec, refuse: Refuser): Uint8Array[] {
  const rsaPart = ciphertext.subarray(0, rsaPartBytes);
  const keyPart = ciphertext.subarray(rsaPartBytes);
  const isPlausible = payloadBands(spec).some(
    ([least, most]) => keyPart.length >= wrappedLength(least) && keyPart.length <= wrappedLength(most),
  );
  if (keyPart.length % 8 !== 0 || !isPlausible) {
    return refuse(`${keyPart.length} bytes after the RSA part of ${rsaPartBytes} do not fit a ${spec} key`);
  }
  const parts = [rsaPart, keyPart];
  const isBlank = parts.some((part) => part.every((byte) => byte === 0));
  return isBlank ? refuse('a part of the ciphertext is all zero') : parts;
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
