import * as v from 'valibot';
import { bytesToBase64 } from '../../keys/bytes.ts';
import { refuser } from '../../keys/refuser.ts';
import type { BlobSummary, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { base64Member, exactFiles, jsonFile, readJsonFile, requireMember } from '../outbound/files.ts';
import { checkLength, checkRsaPart, sealedNonceBytes, summaryOf } from '../outbound/wrapped-shape.ts';
import type { IbmDestination } from './destination.ts';

/** The file that holds the body of POST /api/v2/keys. */
export const createKeyFileName = 'create-key.json';

/** IBM's name of a key as a resource, and of its media type. */
export const keyMediaType = 'application/vnd.ibm.kms.key+json';

/** The body of POST /api/v2/keys: ibm-cloud-docs/key-protect, tutorials/secure-import.md, step 8. */
const createKeySchema = v.strictObject({
  metadata: v.strictObject({ collectionType: v.literal(keyMediaType), collectionTotal: v.literal(1) }),
  resources: v.strictTuple([
    v.strictObject({
      type: v.literal(keyMediaType),
      name: v.string(),
      // A root key; IBM imports no other with an import token.
      extractable: v.literal(false),
      payload: v.string(),
      encryptionAlgorithm: v.literal('RSAES_OAEP_SHA_256'),
      encryptedNonce: v.string(),
      iv: v.string(),
    }),
  ]),
});

/**
 * Builds the body of the call that creates the key.
 * @param key - for the name that the plan gives it
 * @param parts - a direct wrap, and the nonce under the target key
 * @returns the one file of this destination
 */
export function assembleCreateKey(key: KeyToCarry<IbmDestination>, parts: WrappedParts): readonly OutboundFile[] {
  const { iv, sealed } = parts.sealedNonce ?? { iv: new Uint8Array(), sealed: new Uint8Array() };
  const body: v.InferOutput<typeof createKeySchema> = {
    metadata: { collectionType: keyMediaType, collectionTotal: 1 },
    resources: [
      {
        type: keyMediaType,
        name: key.destination.keyName,
        extractable: false,
        payload: bytesToBase64(parts.wrappedKey),
        encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
        encryptedNonce: bytesToBase64(sealed),
        iv: bytesToBase64(iv),
      },
    ],
  };
  const files = [{ name: createKeyFileName, bytes: jsonFile(body) }];
  inspectCreateKey(key, files);
  return files;
}

/**
 * Reads the body back: the form to the byte, the name as planned, lengths that fit. Whether the nonce opens under the key
 * is what the service checks.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectCreateKey(key: KeyToCarry<IbmDestination>, files: readonly OutboundFile[]): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const [bytes = new Uint8Array()] = exactFiles(files, [createKeyFileName], refuse);
  const { resources } = readJsonFile(bytes, createKeySchema, createKeyFileName, refuse);
  const [{ name, payload, encryptedNonce, iv }] = resources;
  requireMember(name, key.destination.keyName, 'name', refuse);
  const parts = [
    checkRsaPart(base64Member(payload, 'payload', refuse), key, 'payload', refuse),
    checkLength(base64Member(iv, 'iv', refuse), sealedNonceBytes.iv, 'iv', refuse),
    checkLength(
      base64Member(encryptedNonce, 'encryptedNonce', refuse),
      sealedNonceBytes.sealed,
      'encryptedNonce',
      refuse,
    ),
  ];
  return summaryOf(files, parts, null);
}
