import { bytesToBase64, bytesToUtf8, utf8ToBytes } from '../../keys/bytes.ts';
import { refuser } from '../../keys/refuser.ts';
import type { BlobSummary, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { base64Member, exactFiles } from '../outbound/files.ts';
import { checkJoined, joinParts } from '../outbound/joined-parts.ts';
import { summaryOf } from '../outbound/wrapped-shape.ts';
import type { VaultDestination } from './destination.ts';

/** One text; the name is ours. */
export const wrappedTextFile = 'wrapped.b64';

/**
 * Writes the value of the parameter `ciphertext`: base64 (RFC 4648 section 4) of the RSA part and the RFC 5649 part. The
 * command line hands the file over as it is, so it has no line end.
 * @param parts - both parts, as the token produced them
 */
export function wrappedText(key: KeyToCarry<VaultDestination>, parts: WrappedParts): readonly OutboundFile[] {
  const files = [{ name: wrappedTextFile, bytes: utf8ToBytes(bytesToBase64(joinParts(parts))) }];
  inspectWrappedText(key, files);
  return files;
}

/**
 * Reads the text back: canonical base64 and nothing else, and lengths that fit.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectWrappedText(key: KeyToCarry<VaultDestination>, files: readonly OutboundFile[]): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const [bytes = new Uint8Array()] = exactFiles(files, [wrappedTextFile], refuse);
  const text = bytesToUtf8(bytes) ?? refuse(`${wrappedTextFile} is not text`);
  const blob = base64Member(text, wrappedTextFile, refuse);
  return summaryOf(files, checkJoined(blob, key, wrappedTextFile, refuse), null);
}
