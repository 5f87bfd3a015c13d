import * as v from 'valibot';
import type { PublicKey } from '../../keys/spki.ts';
import { notRecognised, parseMembers } from '../inbound/candidates.ts';
import { beginsLikeSpki, readKey, type Recognised } from '../inbound/recognise.ts';
import { inboundBase64 } from '../inbound/rsa-kek.ts';
import { keyIdShape } from './destination.ts';

const secondsSince1970 = 'seconds since 1970, as a number or as digits';

/** The answer of get-parameters-for-import. The end is a number in all examples, a String in a table of Open Telekom Cloud. */
const answer = v.looseObject({
  key_id: v.string(),
  import_token: v.string(),
  public_key: v.string(),
  // No more than 11 digits: other calls of the service count milliseconds, and an end in the year 49000 is none.
  expiration_time: v.union(
    [
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(99_999_999_999)),
      v.pipe(v.string(), v.regex(/^\d{1,11}$/)),
    ],
    secondsSince1970,
  ),
});

export type HuaweiAnswer = v.InferOutput<typeof answer>;

/** One inbound file as Huawei's. */
export type HuaweiFile = { readonly file: string } & (
  | { readonly kind: 'answer'; readonly answer: HuaweiAnswer }
  | { readonly kind: 'key'; readonly publicKey: PublicKey }
  | { readonly kind: 'token'; readonly token: Uint8Array }
  | { readonly kind: 'readme' }
);

/**
 * Says what a recognised file is for Huawei. In base64 it is key or token, whatever its name; a token in raw bytes is
 * opaque, so that its name must say what it is.
 * @param found - the file
 * @returns what it is; whether its values are good is not yet known
 * @throws Refused with INBOUND-JSON-MEMBERS, INBOUND-BASE64-CANONICAL, INBOUND-NO-PRIVATE-KEY, INBOUND-DER-CANONICAL or
 * INBOUND-FILES-RECOGNISED
 */
export function asHuaweiFile(found: Recognised): HuaweiFile {
  const { file } = found;
  switch (found.kind) {
    case 'json':
      return { file, kind: 'answer', answer: parseMembers(answer, found.value, file) };
    case 'key':
      if (found.form === 'DER') return { file, kind: 'key', publicKey: found.publicKey };
      return notRecognised(found, 'a PEM public key, which Huawei does not hand out');
    case 'text': {
      const text = found.text.replaceAll('\n', '');
      return looksLikeBase64(text) ? fromBase64(text, file) : rawToken(found);
    }
    case 'bytes':
      return rawToken(found);
    case 'readme':
      return { file, kind: 'readme' };
  }
}

/** What the console of the older generation says of a download in its file name. */
interface DownloadName {
  readonly file: string;
  readonly keyId: string;
  /** As the name has it; empty when it has none. */
  readonly time: string;
}

const downloaded = new RegExp(`^(?:wrappingKey|importToken)_(${keyIdShape})(?:_([0-9a-z_-]+))?`, 'i');

/**
 * Reads `wrappingKey_<key id>_<download time>` and `importToken_<key id>_<download time>`.
 * @param file - name of a file that was recognised by its content
 * @returns null for every other name: a name that says nothing contradicts nothing
 */
export function downloadName(file: string): DownloadName | null {
  const [, keyId, time = ''] = downloaded.exec(baseName(file)) ?? [];
  return keyId === undefined ? null : { file, keyId: keyId.toLowerCase(), time };
}

function fromBase64(text: string, file: string): HuaweiFile {
  const bytes = inboundBase64(text, file);
  return beginsLikeSpki(bytes)
    ? { file, kind: 'key', publicKey: readKey(bytes, file) }
    : { file, kind: 'token', token: bytes };
}

/** Blanks, quotes and the alphabet of URLs are what people make of base64: refused as such, not as an unknown file. */
function looksLikeBase64(text: string): boolean {
  return /^[A-Za-z0-9+/=]+$/.test(text) || (/^[A-Za-z0-9+/=_ "'-]+$/.test(text) && /[A-Za-z0-9+/_-]{60}/.test(text));
}

function rawToken(found: Extract<Recognised, { readonly bytes: Uint8Array }>): HuaweiFile {
  const { file, bytes } = found;
  if (/^importToken/i.test(baseName(file))) return { file, kind: 'token', token: bytes };
  return notRecognised(found, 'neither JSON of get-parameters-for-import, nor a wrapping key, nor an import token');
}

/** Entries of an archive are named `<archive>/<entry>`. */
function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
