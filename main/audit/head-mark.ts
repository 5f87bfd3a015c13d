import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { emptyChain, type ChainHead } from '../../app/audit/chain.ts';
import type { Entry } from '../../app/audit/entry.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { utf8ToBytes } from '../../app/keys/bytes.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { syncFolder } from '../media/sync-folder.ts';

/**
 * The mark beside a log: how long it was when it was last written, and the hash of its last entry. A log that was put
 * back from an older copy is whole in itself; the mark contradicts it. Whoever puts both back together is contradicted by
 * the head on the paper alone: the mark is no second copy of the log, and is not signed.
 *
 * It has two places that are written in turn, each with a check over itself, so that one of them is whole whatever a
 * crash cuts off. It is written after the entry is durable: the mark may be one entry behind the log, never ahead of it.
 */
export class HeadMark {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /**
   * Opens the mark to write it; another one that is not there is not made.
   * @param path - see {@link headMarkOf}
   */
  static open(path: string): HeadMark {
    return new HeadMark(openSync(path, 'r+'));
  }

  /** Notes where the log stands; it is synced to the disk when this returns. */
  write(head: ChainHead): void {
    const line = lineOf(head);
    writeSync(this.#file, line, 0, line.length, (head.size % places) * placeBytes);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Further apart than a disk writes at once, so that one torn write damages one of them. */
const placeBytes = 4096;
const places = 2;
const sizeDigits = 12;

/**
 * Where the mark of a log lies.
 * @param log - path of the log, `log.sqlite`
 * @returns path of the mark, `log.head`
 */
export function headMarkOf(log: string): string {
  return `${log.replace(/\.sqlite$/u, '')}.head`;
}

/**
 * Makes the mark of a log that has no entries yet, synced; it is there before the log is.
 * @param path - see {@link headMarkOf}
 * @throws Refused with LOG-FILE-PRESENT when a mark tells of a log with entries, which would be forgotten
 */
export function makeHeadMark(path: string): void {
  const seen = existsSync(path) ? newestIn(readFileSync(path)) : null;
  if (seen !== null && seen.size > 0) {
    refuse('LOG-FILE-PRESENT', `The log that belongs here had ${seen.size} entries and is gone.`);
  }
  remakeHeadMark(path, emptyChain);
}

/**
 * Makes a mark anew, whatever was there, synced together with its name.
 * @param path - see {@link headMarkOf}
 * @param head - where the log stands
 */
export function remakeHeadMark(path: string, head: ChainHead): void {
  const bytes = new Uint8Array(places * placeBytes).fill(0x20);
  bytes.set(lineOf(head), (head.size % places) * placeBytes);
  // Whoever finds it finds it whole: the old one, or the new.
  const unfinished = `${path}.new`;
  const file = openSync(unfinished, 'w', 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  syncFolder(dirname(path));
}

/**
 * Reads the mark of a log.
 * @param path - see {@link headMarkOf}
 * @returns where the log stood when it was last written
 * @throws Refused with LOG-AS-LAST-SEEN when there is none, or both of its places are damaged
 */
export function readHeadMark(path: string): ChainHead {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return refuse('LOG-AS-LAST-SEEN', 'The mark beside the log is gone.');
  const seen = size === places * placeBytes ? newestIn(readFileSync(path)) : null;
  return seen ?? refuse('LOG-AS-LAST-SEEN', 'The mark beside the log is damaged.');
}

/**
 * Holds a log against its mark.
 * @param seen - what the mark says
 * @param head - where the log ends
 * @param entries - the entries of the log, their chain followed
 * @throws Refused with LOG-AS-LAST-SEEN when the log has fewer entries, or another one at that place
 */
export function checkAgainstMark(seen: ChainHead, head: ChainHead, entries: readonly Entry[]): void {
  if (head.size < seen.size) {
    refuse('LOG-AS-LAST-SEEN', `The log has ${head.size} entries; it had ${seen.size} when it was last written.`);
  }
  const hash = entries[seen.size]?.previous ?? head.hash;
  if (hash !== seen.hash) refuse('LOG-AS-LAST-SEEN', `Entry ${seen.size} of the log is another than it was.`);
}

/** The later of the places that are whole; null when none is. */
function newestIn(bytes: Uint8Array): ChainHead | null {
  const found = [0, 1].flatMap((place) => headIn(bytes.subarray(place * placeBytes, (place + 1) * placeBytes)) ?? []);
  return found.toSorted((one, other) => other.size - one.size)[0] ?? null;
}

function headIn(place: Uint8Array): ChainHead | null {
  const text = Buffer.from(place).toString('latin1');
  const [, size, hash] = /^keyferry head (\d+) ([0-9a-f]{64}) /u.exec(text) ?? [];
  if (size === undefined || hash === undefined) return null;
  const head = { size: Number(size), hash };
  return text.startsWith(Buffer.from(lineOf(head)).toString('latin1')) ? head : null;
}

/** Always of the same length, so that a shorter one leaves nothing of a longer one behind. */
function lineOf({ size, hash }: ChainHead): Uint8Array {
  const said = `keyferry head ${String(size).padStart(sizeDigits, '0')} ${hash} `;
  return utf8ToBytes(`${said}${sha256Hex(utf8ToBytes(said))}\n`);
}
