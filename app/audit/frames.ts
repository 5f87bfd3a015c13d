import { sha256Hex } from '../keys/fingerprint.ts';
import { concatBytes, utf8ToBytes } from '../keys/bytes.ts';

/**
 * The form of the second copy of a log: a first line that says what it is, then one frame for each entry. A frame is a
 * line with the length of the entry in bytes and the SHA-256 over them, the entry itself, and a line end; so the file can
 * be read with the eye, and a frame that was cut off is told from one that is whole.
 */
export const copyHeader = utf8ToBytes('keyferry log copy 1\n');

/** An entry is never longer: keeps a damaged length from making somebody wait for the rest. */
const mostDigits = 9;
const lineFeed = 0x0a;
const digestDigits = 64;

/** What a copy holds, as far as its frames are whole. */
export interface CopyContent {
  /** Bytes of the entries, in order. */
  readonly entries: readonly Uint8Array[];
  /** Where the last whole frame ends, in bytes from the beginning of the file. */
  readonly end: number;
  /** How many bytes come after it: a frame that a power cut tore, or damage. */
  readonly rest: number;
}

/**
 * Frames an entry.
 * @param entry - its bytes, as app/audit/entry.ts writes them
 * @returns the frame, to be put at the end of a copy
 */
export function frameOf(entry: Uint8Array): Uint8Array {
  return concatBytes(utf8ToBytes(`${entry.length} ${sha256Hex(entry)}\n`), entry, Uint8Array.of(lineFeed));
}

/**
 * Reads a copy up to its first frame that is not whole. The entries are not read, and their chain is not followed here.
 * @param bytes - the whole file
 * @returns null when it does not begin as a copy does
 */
export function readFrames(bytes: Uint8Array): CopyContent | null {
  if (!copyHeader.every((byte, at) => bytes[at] === byte)) return null;
  const entries: Uint8Array[] = [];
  let end = copyHeader.length;
  for (let frame = frameAt(bytes, end); frame !== null; frame = frameAt(bytes, end)) {
    entries.push(frame.entry);
    end = frame.end;
  }
  return { entries, end, rest: bytes.length - end };
}

function frameAt(bytes: Uint8Array, start: number): { readonly entry: Uint8Array; readonly end: number } | null {
  const head = bytes.subarray(start, start + mostDigits + digestDigits + 2);
  const line = head.indexOf(lineFeed);
  if (line < 0) return null;
  const said = String.fromCharCode(...head.subarray(0, line));
  const [, length, digest] = /^([1-9]\d*) ([0-9a-f]{64})$/u.exec(said) ?? [];
  const begin = start + line + 1;
  const end = begin + Number(length);
  if (length === undefined || bytes[end] !== lineFeed) return null;
  const entry = bytes.subarray(begin, end);
  return sha256Hex(entry) === digest ? { entry, end: end + 1 } : null;
}
