import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain } from '../../app/audit/chain.ts';
import type { Entry } from '../../app/audit/entry.ts';
import { parseExtract } from '../../app/audit/extract.ts';
import { layout } from '../../app/bundle/layout.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { readLog } from '../audit/read-log.ts';
import { systemCode } from '../media/errors.ts';
import { recordNames } from '../media/record-names.ts';

/** What a file of SQLite begins with. */
const sqliteMagic = 'SQLite format 3\0';
const maxLogBytes = 256 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
const maxLineBytes = 64 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Reads a log, wherever it is, and follows its chain.
 * @param place - the folder of a bundle or of a saved record, a log as lines, or a log.sqlite that nobody has open
 * @returns all entries
 * @throws Refused with LOG-FILE-PRESENT when there is none, or with what is wrong with it
 */
export function readLogFrom(place: string): readonly Entry[] {
  try {
    const file = statSync(place).isDirectory() ? fileIn(place) : place;
    if (beginningOf(file) === sqliteMagic) return readLog(file, 'if-there');
    const entries = parseExtract(bytesOf(file));
    verifyChain(entries);
    return entries;
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return refuse('LOG-FILE-PRESENT', `${place} could not be read.`, { code });
  }
}

/** Whether a file begins as a log that is written as lines does. */
export function isLines(path: string): boolean {
  return beginningOf(path).startsWith('{"');
}

/**
 * Reads a log as lines, one after the other.
 * @param path - of the file
 * @returns the bytes of each line, without its end
 * @throws Refused with LOG-ENTRY-CANONICAL for a line that is too long, or does not end
 */
export function* linesOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.alloc(chunkBytes);
      const length = readSync(file, chunk, 0, chunkBytes, null);
      if (length === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, length)]);
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
        yield Uint8Array.from(bytes.subarray(start, end));
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > maxLineBytes) refuse('LOG-ENTRY-CANONICAL', `${path} holds a line that is no entry.`);
    }
    if (rest.length > 0) refuse('LOG-ENTRY-CANONICAL', 'The log extract ends in the middle of a line.');
  } finally {
    closeSync(file);
  }
}

function fileIn(folder: string): string {
  const found = [layout.log, recordNames.log].map((name) => join(folder, name)).find((path) => existsSync(path));
  return found ?? refuse('LOG-FILE-PRESENT', `${folder} holds no ${layout.log}, and no ${recordNames.log}.`);
}

function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(sqliteMagic.length);
    readSync(file, bytes, 0, bytes.length, 0);
    return Buffer.from(bytes).toString('latin1');
  } finally {
    closeSync(file);
  }
}

function bytesOf(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > maxLogBytes) refuse('LOG-FORMAT-KNOWN', `${path} has ${size} bytes; at most ${maxLogBytes} are read.`);
    return Uint8Array.from(readFileSync(file));
  } finally {
    closeSync(file);
  }
}
