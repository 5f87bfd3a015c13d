import { maxInboundBytes, maxPublicKeyFileBytes } from '../../keys/limits.ts';
import { readDerPrefix, readSequence, tags } from '../../keys/der.ts';
import { readPublicKeyPem } from '../../keys/pem.ts';
import { holdsPrivateKey, holdsPrivateKeyInside } from '../../keys/private-key.ts';
import { refuser, type Refuser } from '../../keys/refuser.ts';
import { readSpki, type PublicKey } from '../../keys/spki.ts';
import { parseStrictJsonText } from '../../keys/strict-json.ts';
import { decodeText, type InboundText } from '../../keys/text.ts';
import { refuse } from '../../rules/refusal.ts';
import type { InboundFile, Notice } from '../format.ts';

/** What a file of the inbound media is, before anybody asks which destination it is for. */
export type Recognised = { readonly file: string; readonly encoding: InboundText['encoding'] } & (
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'key'; readonly form: 'PEM' | 'DER'; readonly publicKey: PublicKey }
  /** The bytes too: an opaque file may happen to be text. */
  | { readonly kind: 'text'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The cloud's own explanation, which is left alone: its wording is nobody's format. */
  | { readonly kind: 'readme' }
);

/**
 * Recognises one inbound file by its content; only a README is known by its name.
 * @param inbound - the file as the media, or the archive it came in, gave it
 * @returns what it is, parsed strictly; whether its values are good is not yet known
 * @throws Refused with INBOUND-SIZE-CAPPED, INBOUND-NO-PRIVATE-KEY, INBOUND-TEXT-ENCODING, INBOUND-JSON-STRICT,
 * INBOUND-PEM-ONE-PUBLIC-KEY, INBOUND-BASE64-CANONICAL or INBOUND-DER-CANONICAL
 */
export function recogniseFile(inbound: InboundFile): Recognised {
  const { name: file, bytes } = inbound;
  if (bytes.length > maxInboundBytes) refuse('INBOUND-SIZE-CAPPED', `${file} has ${bytes.length} bytes.`);
  refusePrivateKey(bytes, file);
  const decoded = decodeText(bytes);
  const encoding = decoded?.encoding ?? 'UTF-8';
  if (decoded === null && isWideText(bytes)) refuse('INBOUND-TEXT-ENCODING', `${file} is UTF-16 without its mark.`);
  const text = decoded?.text.trim() ?? '';
  // A README is prose: JSON of that name may be anything, a private key too.
  if (isReadme(file) && !text.startsWith('{')) return { file, encoding, kind: 'readme' };
  if (decoded === null) return { file, encoding, ...recogniseBytes(bytes, file) };
  if (text.startsWith('{')) return { file, encoding, kind: 'json', value: readJson(text, file) };
  if (!text.includes('-----BEGIN ')) return { file, encoding, kind: 'text', text, bytes };
  capKey(bytes, file);
  return { file, encoding, kind: 'key', form: 'PEM', publicKey: readKey(readPublicKeyPem(text, file), file) };
}

/**
 * Reads a public key that came inside another file, such as a base64 member of its JSON.
 * @param der - SubjectPublicKeyInfo
 * @param place - file and member, for the cause
 * @throws Refused with INBOUND-NO-PRIVATE-KEY or INBOUND-DER-CANONICAL
 */
export function readKey(der: Uint8Array, place: string): PublicKey {
  refusePrivateKey(der, place);
  return readSpki(der, refuser('INBOUND-DER-CANONICAL', place));
}

/**
 * Refuses what holds a private key, wherever it came from.
 * @throws Refused with INBOUND-NO-PRIVATE-KEY
 */
export function refusePrivateKey(bytes: Uint8Array, place: string): void {
  if (holdsPrivateKey(bytes)) refuse('INBOUND-NO-PRIVATE-KEY', `${place} holds a private key.`);
}

/** A notice for each text that PowerShell wrote in UTF-16. */
export function encodingNotices(found: readonly Recognised[]): Notice[] {
  return found
    .filter(({ encoding }) => encoding === 'UTF-16')
    .map(({ file }) => ({
      rule: 'INBOUND-TEXT-ENCODING',
      text: `${file} is UTF-16, as PowerShell writes it; converted.`,
    }));
}

/** READMEs of the clouds, also inside their archives: `README.txt`, `README_<key id>_<time>.txt`. */
function isReadme(file: string): boolean {
  return /^readme(?:[._][^/]*)?$/i.test(file.slice(file.lastIndexOf('/') + 1));
}

function readJson(text: string, file: string): unknown {
  const value = parseStrictJsonText(text, refuser('INBOUND-JSON-STRICT', file));
  if (holdsPrivateKeyInside(value)) refuse('INBOUND-NO-PRIVATE-KEY', `${file} holds a private key in a member.`);
  return value;
}

/** Import tokens are opaque: whatever does not begin like a public key may be one. */
function recogniseBytes(bytes: Uint8Array, file: string) {
  if (!beginsLikeSpki(bytes)) return { kind: 'bytes', bytes } as const;
  capKey(bytes, file);
  return { kind: 'key', form: 'DER', publicKey: readKey(bytes, file) } as const;
}

/** Every second byte zero from the start: text that lost its mark, never a token. */
function isWideText(bytes: Uint8Array): boolean {
  const isHalfZero = (first: number): boolean =>
    bytes.length >= 16 && bytes.every((byte, index) => (byte === 0) === (index % 2 === first));
  return isHalfZero(0) || isHalfZero(1);
}

/** SEQUENCE of a SEQUENCE and a BIT STRING, whatever follows it. */
export function beginsLikeSpki(bytes: Uint8Array): boolean {
  const ask: Refuser = () => {
    throw new Error('not DER');
  };
  try {
    const [identifier, key] = readSequence(readDerPrefix(bytes, ask), ask);
    return identifier?.tag === tags.sequence && key?.tag === tags.bitString;
  } catch {
    // A question, not a parsing: what is no DER is no public key.
    return false;
  }
}

function capKey(bytes: Uint8Array, file: string): void {
  if (bytes.length > maxPublicKeyFileBytes) refuse('INBOUND-SIZE-CAPPED', `${file} has ${bytes.length} bytes.`);
}
