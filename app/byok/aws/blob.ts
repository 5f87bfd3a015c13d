import { refuser } from '../../keys/refuser.ts';
import type { BlobSummary, Carried, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { importTokenBytes } from '../inbound/rsa-kek.ts';
import { exactFiles, materialFileName, tokenFileName } from '../outbound/files.ts';
import { checkJoined, joinParts } from '../outbound/joined-parts.ts';
import { summaryOf } from '../outbound/wrapped-shape.ts';
import type { AwsDestination } from './destination.ts';

/**
 * Writes the parameters of ImportKeyMaterial as raw bytes: the wrapped key, in the hybrid form both parts in one piece,
 * and the import token as it came.
 * @param key - what it is for
 * @param parts - as the token produced them
 * @param carried - the import token
 */
export function assembleAws(
  key: KeyToCarry<AwsDestination>,
  parts: WrappedParts,
  { importToken }: Carried,
): readonly OutboundFile[] {
  const files = [
    { name: materialFileName, bytes: joinParts(parts) },
    { name: tokenFileName, bytes: importToken ?? new Uint8Array() },
  ];
  inspectAws(key, files);
  return files;
}

/**
 * Reads both files back: lengths that fit the KEK and the key, and a token of a length that AWS takes.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectAws(key: KeyToCarry<AwsDestination>, files: readonly OutboundFile[]): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const names = [materialFileName, tokenFileName];
  const [material = new Uint8Array(), token = new Uint8Array()] = exactFiles(files, names, refuse);
  if (token.length < importTokenBytes.least || token.length > importTokenBytes.most) {
    refuse(`${tokenFileName} has ${token.length} bytes`);
  }
  return summaryOf(files, checkJoined(material, key, materialFileName, refuse), token);
}
