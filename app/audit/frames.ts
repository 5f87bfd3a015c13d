import { sha256Hex } from '../keys/fingerprint.ts';
import { concatBytes, utf8ToBytes } from '../keys/bytes.ts';

/**
 * The form of the second copy of a log: a first line that says what it is, then frames. A frame holds the entries that were
 * put there together: a line with the length of its content in bytes and the SHA-256 over it, the content, which is one entry a
 * line, and a line end. So the file can be read with the eye, a frame that was cut off is told from one that is whole, and what one
 * command led to is in a copy whole or not at all.
 */
export const copyHeader = utf8ToBytes('keyferry log copy 1\n');

/** A frame is never longer: keeps a damaged length from making somebody wait for the rest. */
const mostDigits = 9;
const lineFeed = 0x0a;
const digestDigits = 64;

/** What a copy holds, as far as its frames are whole. */
export interface CopyContent {
  /** Bytes of the entries, in order, those together that one frame holds. */
  readonly frames: readonly (readonly Uint8Array[])[];
  /** Where the last whole frame ends, in bytes from the beginning of the file. */
  readonly end: number;
  /** How many bytes come after it: a frame that a power cut tore, or damage. */
  readonly rest: number;
}

/**
 * Frames entries that belong together.
 * @param entries - bytes of each, at least one, as app/audit/entry.ts writes them: without a line end
 * @returns the frame, to be put at the end of a copy
 */
export function frameOf(entries: readonly Uint8Array[]): Uint8Array {
  const lineEnd = Uint8Array.of(lineFeed);
  const content = concatBytes(...entries.flatMap((entry, index) => (index === 0 ? [entry] : [lineEnd, entry])));
  return concatBytes(utf8ToBytes(`${content.length} ${sha256Hex(content)}\n`), content, lineEnd);
}

/**
 * Reads a copy up to its first frame that is not whole. The entries are not read, and their chain is not followed here.
 * @param bytes - the whole file
 * @returns null when it does not begin as a copy does
 */
export function readFrames(bytes: Uint8Array): CopyContent | null {
  if (!copyHeader.every((byte, at) => bytes[at] === byte)) return null;
  const frames: (readonly Uint8Array[])[] = [];
  let end = copyHeader.length;
  for (let frame = frameAt(bytes, end); frame !== null; frame = frameAt(bytes, end)) {
    frames.push(linesOf(frame.content));
    end = frame.end;
  }
  return { frames, end, rest: bytes.length - end };
}

function frameAt(bytes: Uint8Array, start: number): { readonly content: Uint8Array; readonly end: number } | null {
  const head = bytes.subarray(start, start + mostDigits + digestDigits + 2);
  const line = head.indexOf(lineFeed);
  if (line < 0) return null;
  const said = String.fromCharCode(...head.subarray(0, line));
  const [, length, digest] = /^([1-9]\d*) ([0-9a-f]{64})$/u.exec(said) ?? [];
  const begin = start + line + 1;
  const end = begin + Number(length);
  if (digest === undefined || bytes[end] !== lineFeed) return null;
  const content = bytes.subarray(begin, end);
  return sha256Hex(content) === digest ? { content, end: end + 1 } : null;
}

function linesOf(content: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  let begin = 0;
  for (let end = content.indexOf(lineFeed); end >= 0; end = content.indexOf(lineFeed, begin)) {
    lines.push(content.subarray(begin, end));
    begin = end + 1;
  }
  return [...lines, content.subarray(begin)];
}
