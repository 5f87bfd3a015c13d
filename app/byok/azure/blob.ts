import * as v from 'valibot';
import { base64UrlToBytes, bytesToBase64Url, concatBytes } from '../../keys/bytes.ts';
import { refuser } from '../../keys/refuser.ts';
import type { BlobSummary, Carried, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { exactFiles, jsonFile, readJsonFile, requireMember } from '../outbound/files.ts';
import { checkKwpPart, checkRsaPart, splitHybrid, summaryOf } from '../outbound/wrapped-shape.ts';
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
  /** Characters are code points. */
  generator: v.pipe(
    v.string(),
    v.minLength(1),
    v.check((text) => Array.from(text).length <= 256),
  ),
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
 * @param _carried - nothing: Azure hands out no import token
 * @param generator - names product and HSM; informational
 * @returns the one file of this destination
 */
export function assembleBlob(
  key: KeyToCarry<AzureDestination>,
  parts: WrappedParts,
  _carried: Carried,
  generator: string,
): readonly OutboundFile[] {
  const ciphertext = concatBytes(parts.wrappedEphemeral ?? new Uint8Array(), parts.wrappedKey);
  const blob: Blob = {
    schema_version: '1.0.0',
    header: { kid: key.kek.id ?? '', alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' },
    ciphertext: bytesToBase64Url(ciphertext),
    generator,
  };
  const files = [{ name: blobFileName(key.destination), bytes: jsonFile(blob) }];
  inspectBlob(key, files);
  return files;
}

/**
 * Reads a `.byok` back: the form to the byte, the kid, and lengths that fit the KEK and the key.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectBlob(key: KeyToCarry<AzureDestination>, files: readonly OutboundFile[]): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const name = blobFileName(key.destination);
  const [bytes = new Uint8Array()] = exactFiles(files, [name], refuse);
  const { header, ciphertext } = readJsonFile(bytes, blobSchema, name, refuse);
  requireMember(header.kid, key.kek.id ?? refuse('the wrapping key has no kid'), 'header.kid', refuse);
  const blob = base64UrlToBytes(ciphertext) ?? refuse(`the ciphertext of ${name} is not unpadded base64url`);
  const [rsaPart, kwpPart] = splitHybrid(blob, key);
  const parts = [
    checkRsaPart(rsaPart, key, 'the RSA part of the ciphertext', refuse),
    checkKwpPart(kwpPart, key, 'the RFC 5649 part of the ciphertext', refuse),
  ];
  return summaryOf(files, parts, null);
}
