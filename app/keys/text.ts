import { bytesToUtf8 } from './bytes.ts';

/** Text from media, decoded: no BOM, lines ended by LF. */
export interface InboundText {
  readonly text: string;
  readonly encoding: 'UTF-8' | 'UTF-16';
}

/**
 * Decodes a text file from removable media. UTF-8 with or without a BOM, or UTF-16 with one: PowerShell 5 writes
 * UTF-16LE when output is redirected with `>`.
 * @param bytes - the whole file
 * @returns the text with CRLF made LF, or null when the bytes are no such text
 */
export function decodeText(bytes: Uint8Array): InboundText | null {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'little' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'big' : null;
  const raw = wide === null ? bytesToUtf8(bytes) : decodeUtf16(bytes, wide);
  // U+0000 is no text: it betrays UTF-16 without a BOM and binary files that happen to be UTF-8.
  if (raw === null || raw.includes('\0')) return null;
  return { text: raw.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'), encoding: wide === null ? 'UTF-8' : 'UTF-16' };
}

function decodeUtf16(bytes: Uint8Array, order: 'little' | 'big'): string | null {
  if (bytes.length % 2 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const units = Array.from({ length: bytes.length / 2 }, (_, index) => view.getUint16(index * 2, order === 'little'));
  const text = units.map((unit) => String.fromCharCode(unit)).join('');
  return text.isWellFormed() ? text : null;
}

/** What Python takes for white space, and JavaScript does not. */
const separators: ReadonlySet<string> = new Set(['\u001c', '\u001d', '\u001e', '\u001f', '\u0085']);

/**
 * Whether words that people should have said say nothing.
 * @param text - any
 */
export function isBlank(text: string): boolean {
  return partsOf(text).length === 0;
}

/**
 * What people wrote with white space between: as Unicode, JavaScript and Python have it, all of them together.
 * @param text - any
 * @returns the parts, none of them empty
 */
export function partsOf(text: string): readonly string[] {
  const spaced = Array.from(text, (character) => (separators.has(character) ? ' ' : character)).join('');
  return spaced.split(/\s+/u).filter((part) => part !== '');
}
