import type * as v from 'valibot';
import { bytesToBase64 } from '../../keys/bytes.ts';
import { refuser } from '../../keys/refuser.ts';
import type { BlobSummary, Carried, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { importTokenBytes } from '../inbound/rsa-kek.ts';
import { unixEnd } from '../valid-to.ts';
import { base64Member, exactFiles, readJsonFile, requireMember } from './files.ts';
import { checkRsaPart, summaryOf } from './wrapped-shape.ts';

/** The file that holds the members of a call of ImportKeyMaterial. */
export const requestFileName = 'import-request.json';

/** The members that the call has at every cloud which takes it as JSON under these names; each adds the end of the key. */
export interface ImportRequest {
  readonly KeyId: string;
  readonly EncryptedKeyMaterial: string;
  readonly ImportToken: string;
}

/** A planned key, as far as a request names it. */
interface Planned {
  readonly keyId: string;
  readonly validTo?: string;
}

/**
 * Puts the members of a request together.
 * @param key - for the key that the plan names
 * @param parts - a direct wrap: one part
 * @param carried - the import token goes back unchanged
 */
export function importRequest(key: KeyToCarry<Planned>, parts: WrappedParts, { importToken }: Carried): ImportRequest {
  return {
    KeyId: key.destination.keyId,
    EncryptedKeyMaterial: bytesToBase64(parts.wrappedKey),
    ImportToken: bytesToBase64(importToken ?? new Uint8Array()),
  };
}

/**
 * Reads a request back: the form to the byte, key and end as planned, lengths that fit.
 * @param key - what it is for
 * @param files - the key's files
 * @param schema - strict, its members in the order in which they are written
 * @param end - takes the member that ends the key: seconds since 1970, 0 when it does not expire
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectRequest<R extends ImportRequest>(
  key: KeyToCarry<Planned>,
  files: readonly OutboundFile[],
  schema: v.GenericSchema<unknown, R>,
  end: (request: R) => number,
): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const [bytes = new Uint8Array()] = exactFiles(files, [requestFileName], refuse);
  const request = readJsonFile(bytes, schema, requestFileName, refuse);
  requireMember(request.KeyId, key.destination.keyId, 'KeyId', refuse);
  requireMember(String(end(request)), String(unixEnd(key.destination.validTo)), 'the end of the key', refuse);
  const token = base64Member(request.ImportToken, 'ImportToken', refuse);
  if (token.length < importTokenBytes.least || token.length > importTokenBytes.most) {
    refuse(`ImportToken has ${token.length} bytes`);
  }
  const part = base64Member(request.EncryptedKeyMaterial, 'EncryptedKeyMaterial', refuse);
  return summaryOf(files, [checkRsaPart(part, key, 'EncryptedKeyMaterial', refuse)], token);
}
