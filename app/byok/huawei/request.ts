import * as v from 'valibot';
import { bytesToBase64, equalBytes } from '../../keys/bytes.ts';
import { refuser, type Refuser } from '../../keys/refuser.ts';
import type { BlobSummary, Carried, KeyToCarry, OutboundFile, WrappedParts } from '../format.ts';
import { base64Member, exactFiles, jsonFile, materialFileName, readJsonFile, requireMember, tokenFileName } from '../outbound/files.ts'; // prettier-ignore
import { requestFileName } from '../outbound/import-request.ts';
import { checkKwpPart, checkRsaPart, summaryOf } from '../outbound/wrapped-shape.ts';
import { unixEnd } from '../valid-to.ts';
import { isTokenSized, type HuaweiDestination } from './destination.ts';

/**
 * The body of import-key-material. `encrypted_privatekey` for key pairs only; `expiration_time` is a Long, seconds since
 * 1970 (support.huaweicloud.com, api-dew/ImportKeyMaterial; Open Telekom Cloud's table says String, its example a number).
 */
const requestSchema = v.strictObject({
  key_id: v.string(),
  import_token: v.string(),
  encrypted_key_material: v.string(),
  encrypted_privatekey: v.exactOptional(v.string()),
  expiration_time: v.exactOptional(v.pipe(v.number(), v.safeInteger())),
});

type Request = v.InferOutput<typeof requestSchema>;

/** The same values as raw bytes, as the console takes them. The first two names are those of Huawei's user guide. */
const binaries = {
  encrypted_key_material: materialFileName,
  import_token: tokenFileName,
  encrypted_privatekey: 'EncryptedPrivateKey.bin',
} as const;

/**
 * Builds the body of import-key-material, and its values as files. A key pair goes as two values that are never joined:
 * the ephemeral key under the wrapping key, and the private key under the ephemeral key.
 * @param key - for the key that the plan names
 * @param parts - as the token produced them
 * @param carried - the import token goes back unchanged
 */
export function assembleRequest(
  key: KeyToCarry<HuaweiDestination>,
  { wrappedEphemeral, wrappedKey }: WrappedParts,
  { importToken }: Carried,
): readonly OutboundFile[] {
  const { keyId, validTo } = key.destination;
  const token = importToken ?? new Uint8Array();
  const underKek = isPair(key) ? (wrappedEphemeral ?? new Uint8Array()) : wrappedKey;
  const request: Request = {
    key_id: keyId,
    import_token: bytesToBase64(token),
    encrypted_key_material: bytesToBase64(underKek),
    ...(isPair(key) ? { encrypted_privatekey: bytesToBase64(wrappedKey) } : {}),
    ...(validTo === undefined ? {} : { expiration_time: unixEnd(validTo) }),
  };
  const files = [
    { name: requestFileName, bytes: jsonFile(request) },
    { name: binaries.encrypted_key_material, bytes: underKek },
    { name: binaries.import_token, bytes: token },
    ...(isPair(key) ? [{ name: binaries.encrypted_privatekey, bytes: wrappedKey }] : []),
  ];
  inspectRequest(key, files);
  return files;
}

/**
 * Reads a request back: the form to the byte, key and end as planned, the values equal to their files, lengths that fit.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function inspectRequest(key: KeyToCarry<HuaweiDestination>, files: readonly OutboundFile[]): BlobSummary {
  const refuse = refuser('BLOB-SHAPE-VALID', `key ${key.keyId}`);
  const named = isPair(key) ? [binaries.encrypted_privatekey] : [];
  const wanted = [requestFileName, binaries.encrypted_key_material, binaries.import_token, ...named];
  const [json = new Uint8Array(), underKek = new Uint8Array(), token = new Uint8Array(), privateKey = null] =
    exactFiles(files, wanted, refuse);
  const request = readJsonFile(json, requestSchema, requestFileName, refuse);
  requireMember(request.key_id, key.destination.keyId, 'key_id', refuse);
  requireEnd(request, key.destination, refuse);
  requireSame(request, 'import_token', token, refuse);
  requireSame(request, 'encrypted_key_material', underKek, refuse);
  requireSame(request, 'encrypted_privatekey', privateKey, refuse);
  if (!isTokenSized(token)) refuse(`${binaries.import_token} has ${token.length} bytes`);
  const parts = [
    checkRsaPart(underKek, key, binaries.encrypted_key_material, refuse),
    ...(privateKey === null ? [] : [checkKwpPart(privateKey, key, binaries.encrypted_privatekey, refuse)]),
  ];
  return summaryOf(files, parts, token);
}

/** Key pairs are the ones that go by an ephemeral key. */
function isPair({ wrap }: KeyToCarry<HuaweiDestination>): boolean {
  return wrap.method === 'rsa-aes';
}

function requireEnd({ expiration_time: end }: Request, { validTo }: HuaweiDestination, refuse: Refuser): void {
  const wanted = validTo === undefined ? undefined : unixEnd(validTo);
  if (end !== wanted) refuse(`expiration_time is ${end ?? 'absent'} instead of ${wanted ?? 'absent'}`);
}

/** A value that stands in the request and beside it is one value; one that is not there is in neither. */
function requireSame(request: Request, member: keyof typeof binaries, file: Uint8Array | null, refuse: Refuser): void {
  const text = request[member];
  const inRequest = text === undefined ? null : base64Member(text, member, refuse);
  const isSame = inRequest === null || file === null ? inRequest === file : equalBytes(inRequest, file);
  if (!isSame) refuse(`${member} of ${requestFileName} is not what ${binaries[member]} holds`);
}
