import { base64ToBytes, bytesToBase64 } from './bytes.ts';
import { refuser } from './refuser.ts';

/** RFC 7468: the label of a SubjectPublicKeyInfo. */
const label = 'PUBLIC KEY';

/**
 * Reads a PEM public key: exactly one block labelled PUBLIC KEY (RFC 7468 section 13), no text around it.
 * @param text - the decoded file, lines ended by LF
 * @param file - name of the file, for the cause
 * @returns the DER inside; not yet known to be a public key
 * @throws Refused with INBOUND-PEM-ONE-PUBLIC-KEY or INBOUND-BASE64-CANONICAL
 */
export function readPublicKeyPem(text: string, file: string): Uint8Array {
  const refuse = refuser('INBOUND-PEM-ONE-PUBLIC-KEY', file);
  const blocks = text.split('-----BEGIN ').length - 1;
  if (blocks !== 1) return refuse(`it holds ${blocks} PEM blocks`);
  const [, found, body = ''] = /^\s*-----BEGIN ([A-Z0-9 ]*)-----\n([^-]*)-----END \1-----\s*$/.exec(text) ?? [];
  if (found === undefined) return refuse('it is not one whole PEM block with nothing around it');
  if (found !== label) return refuse(`its PEM block is labelled "${found}"`);
  const der = base64ToBytes(body.replaceAll('\n', ''));
  return der ?? refuser('INBOUND-BASE64-CANONICAL', file)('the body of the PEM block is not canonical base64');
}

/**
 * Writes a public key as PEM.
 * @param spki - DER SubjectPublicKeyInfo
 * @returns one PUBLIC KEY block in lines of 64, each ended by LF
 */
export function encodePublicKeyPem(spki: Uint8Array): string {
  const lines = bytesToBase64(spki).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
