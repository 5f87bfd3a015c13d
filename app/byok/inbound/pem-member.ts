import { utf8ToBytes } from '../../keys/bytes.ts';
import { readPublicKeyPem } from '../../keys/pem.ts';
import type { PublicKey } from '../../keys/spki.ts';
import { readKey, refusePrivateKey } from './recognise.ts';

/**
 * Reads a public key that stands as PEM in a member of a cloud's JSON.
 * @param text - the member, its lines ended by LF or CRLF
 * @param place - file and member, for the cause
 * @throws Refused with INBOUND-NO-PRIVATE-KEY, INBOUND-PEM-ONE-PUBLIC-KEY, INBOUND-BASE64-CANONICAL or
 * INBOUND-DER-CANONICAL
 */
export function readPemMember(text: string, place: string): PublicKey {
  refusePrivateKey(utf8ToBytes(text), place);
  return readKey(readPublicKeyPem(text.replaceAll('\r\n', '\n'), place), place);
}
