import { concatBytes } from '@noble/hashes/utils.js';
import { refuse } from '../rules/refusal.ts';
import { entryBytes, parseEntryAt, type Entry } from './entry.ts';

const lineFeed = 0x0a;

/**
 * Writes entries as text that can be read in ten years: one canonical entry per line.
 * @param entries - the log from its first entry on
 * @returns UTF-8, every line ended by LF
 */
export function extractBytes(entries: readonly Entry[]): Uint8Array {
  return concatBytes(...entries.flatMap((entry) => [entryBytes(entry), Uint8Array.of(lineFeed)]));
}

/**
 * Reads such an extract back; accepts exactly what {@link extractBytes} writes. The chain is not followed here.
 * @param bytes - the extract
 * @returns the entries in order
 * @throws Refused with LOG-ENTRY-CANONICAL
 */
export function parseExtract(bytes: Uint8Array): Entry[] {
  if (bytes.length > 0 && bytes.at(-1) !== lineFeed) {
    refuse('LOG-ENTRY-CANONICAL', 'The log extract ends in the middle of a line.');
  }
  const entries: Entry[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(lineFeed, start);
    entries.push(parseEntryAt(bytes.subarray(start, end), entries.length + 1));
    start = end + 1;
  }
  return entries;
}
