import {
  closeSync,
  constants,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { verifyChain } from '../../app/audit/chain.ts';
import { entryBytes, parseEntryAt, type Entry } from '../../app/audit/entry.ts';
import { copyHeader, frameOf, readFrames } from '../../app/audit/frames.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { systemCode } from '../media/errors.ts';

/** The second copy of a log as it was read, as far as it is whole. */
export interface CopyFound {
  readonly entries: readonly Entry[];
  /** Bytes up to the end of the last whole entry, and how many come after it. */
  readonly end: number;
  readonly rest: number;
}

/**
 * The second copy of a log: a flat file in another place that entries are put at the end of, and synced, before anything
 * is said of them. Its form is the one of app/audit/frames.ts.
 */
export class LogCopy {
  readonly #file: number;
  /** Where what counts ends, and where what was written last does. */
  #end: number;
  #written: number;
  /** Something may lie behind the last entry that counts: it is cut off before the next one is written. */
  #isLonger = false;

  private constructor(file: number, end: number) {
    this.#file = file;
    this.#end = end;
    this.#written = end;
  }

  /**
   * Makes a copy with the entries that a log has so far, synced together with its name. The folder that it lies in is made
   * if need be; what that one lies in must be there, since it may be a medium.
   * @param path - of the file; there must be none
   */
  static make(path: string, entries: readonly Entry[]): void {
    const folder = dirname(path);
    const unfinished = `${path}.new`;
    makeFolder(folder);
    const file = openSync(unfinished, 'w', 0o600);
    try {
      writeWhole(file, copyHeader, 0);
      new LogCopy(file, copyHeader.length).#put(entries.map((entry) => [entry]));
    } finally {
      closeSync(file);
    }
    // It gets its name when it is whole: a half-made one would stand in the way of a whole one.
    renameSync(unfinished, path);
    syncFolder(folder);
    syncFolder(dirname(folder));
  }

  /**
   * Opens a copy that was read, to go on with it.
   * @param path - of the file
   * @param found - what was read; what comes after the last whole entry is cut off before the next one is written
   */
  static open(path: string, { end, rest }: CopyFound): LogCopy {
    const copy = new LogCopy(openSync(path, constants.O_RDWR), end);
    copy.#isLonger = rest > 0;
    return copy;
  }

  /**
   * Puts entries that belong together behind the end, all or none; they are synced to the disk when this returns, and count
   * once they are kept. What was put there before and not kept is cut off first.
   */
  append(entries: readonly Entry[]): void {
    this.#put([entries]);
  }

  #put(groups: readonly (readonly Entry[])[]): void {
    if (this.#isLonger) this.#cut();
    this.#isLonger = true;
    let end = this.#end;
    for (const group of groups) {
      const frame = frameOf(group.map(entryBytes));
      writeWhole(this.#file, frame, end);
      end += frame.length;
    }
    fdatasyncSync(this.#file);
    this.#written = end;
  }

  /** What was put at the end counts from now on. */
  keep(): void {
    this.#end = this.#written;
    this.#isLonger = false;
  }

  /** Takes off what does not count, since the log did not take it; what fails now is done before the next entry. */
  drop(): void {
    if (!this.#isLonger) return;
    try {
      this.#cut();
    } catch (error) {
      if (systemCode(error) === null) throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #cut(): void {
    ftruncateSync(this.#file, this.#end);
    fdatasyncSync(this.#file);
    this.#isLonger = false;
  }
}

/**
 * Reads the second copy of a log and follows its chain.
 * @param path - of the file
 * @returns what is whole of it
 * @throws Refused with LOG-COPY-PRESENT, or LOG-COPY-SOUND when it is none, or its entries are no log
 */
export function readCopy(path: string): CopyFound {
  const content = readFrames(readPresent(path));
  if (content === null) return refuse('LOG-COPY-SOUND', `${path} is no copy of a log.`);
  const { end, rest } = content;
  try {
    const entries = content.frames.flat().map((bytes, index) => parseEntryAt(bytes, index + 1));
    verifyChain(entries);
    return { entries, end, rest };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refuse('LOG-COPY-SOUND', `${path}: ${error.refusal.cause}`);
  }
}

function readPresent(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') refuse('LOG-COPY-PRESENT', `There is no file at ${path}.`, { code });
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** A write may take less than it was given, on a disk that is nearly full for one; the next one tells why. */
function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
