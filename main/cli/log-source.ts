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
