import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { appendEntry, followLink } from '../../app/audit/chain.ts';
import { entryBytes, parseEntry, type Entry } from '../../app/audit/entry.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { LogDatabase } from './database.ts';
import { guarded } from './guarded.ts';
import { HeadMark, headMarkOf, makeHeadMark, readHeadMark } from './head-mark.ts';
import { finding, findingOf, judge, sound, type Found } from './judgement.ts';
import { Ledger, type LogHead } from './ledger.ts';
import { LogCopy, readCopy } from './log-copy.ts';
import { ceremonyAt, type LogPlaces } from './places.ts';
import { repairLog, type Happened, type Reopening } from './repair.ts';

export type { LogHead };

/** An open log. It has one writer: no other process can open it meanwhile. */
export interface AuditLog {
  /**
   * Adds an entry; it is synced to the disk, in the log and in its copy, when this returns.
   * @param time - ISO 8601, UTC, milliseconds
   * @returns the entry
   * @throws Refused with LOG-DURABLE when it could not be kept, JSON-CANONICAL or LOG-ENTRY-CANONICAL when it is not plain
   */
  append(time: string, actor: string, event: JsonValue): Entry;
  /**
   * Adds entries that belong together, all or none; they are synced to the disk when this returns.
   * @returns the entries
   * @throws Refused, see {@link append}
   */
  appendAll(happened: readonly Happened[]): readonly Entry[];
  entries(): readonly Entry[];
  head(): LogHead;
  close(): void;
}

/**
 * Begins a log, its copy and the mark beside it, which says how long it is (main/audit/head-mark.ts). The log appears under
 * its name last.
 * @param places - where they lie
 * @returns the open, empty log
 * @throws Refused with LOG-NOT-REPLACED, LOG-FILE-PRESENT, LOG-DURABLE
 */
export function createLog(places: LogPlaces): AuditLog {
  const { file, copy } = places;
  if (existsSync(file)) refuse('LOG-NOT-REPLACED', `There is a file at ${file} already.`);
  guarded(file, () => {
    LogDatabase.make(file, [], () => {
      makeHeadMark(headMarkOf(file));
      makeEmptyCopy(copy);
    });
  });
  return openLog(places, { tell: nothingToTell, chosen: null });
}

/** A copy without entries is left over from a log that a power cut kept from being made. */
function makeEmptyCopy(path: string): void {
  if (existsSync(path)) {
    const left = finding(() => readCopy(path));
    if (!('entries' in left) || left.entries.length > 0) {
      refuse('LOG-NOT-REPLACED', `There is a file at ${path} already.`);
    }
    rmSync(path);
  }
  LogCopy.make(path, []);
}

function nothingToTell(): never {
  throw new Error('A log that was just made needed a repair');
}

/**
 * Opens a log that exists: follows the whole chain, compares it with its copy, and holds the end of the longer one against
 * the mark. What was cut off, lost with a -wal file or put back from an older copy leaves entries that are intact in
 * themselves: the other two tell. When all three are older, that takes a head kept elsewhere. What a power cut leaves
 * behind is repaired, and the first entry after it says so.
 * @param places - where log and copy lie
 * @param reopening - how a repair is told, and what the people chose where they had to
 * @returns the open log
 * @throws Refused with LOG-OF-ITS-CEREMONY, LOG-FILE-PRESENT, LOG-ONE-WRITER, LOG-FORMAT-KNOWN, LOG-FILE-SOUND, LOG-CHAIN-INTACT,
 * LOG-ENTRY-CANONICAL, LOG-COPY-PRESENT, LOG-COPY-SOUND, LOG-COPIES-AGREE, LOG-AS-LAST-SEEN, LOG-DURABLE
 */
export function openLog(places: LogPlaces, reopening: Reopening): AuditLog {
  const { file, copy } = places;
  const { database, found } = examine(places);
  try {
    const repair = judge(found, reopening.chosen);
    if (repair === null) return guarded(file, () => takeUp(places, database, found));
    guarded(file, () => repairLog(places, database, { found, repair, tell: reopening.tell }));
  } catch (error) {
    database?.close();
    throw error;
  }
  database?.close();
  // Read again from the disk: what was repaired must hold without any help.
  return openLog({ file, copy }, { tell: nothingToTell, chosen: null });
}

interface Examined {
  readonly database: LogDatabase | null;
  readonly found: Found;
}

function examine(places: LogPlaces): Examined {
  const { file, copy } = places;
  const ceremony = ceremonyAt(places);
  const database = finding(() => LogDatabase.open(file));
  const isOpen = database instanceof LogDatabase;
  try {
    const found = {
      log: isOpen ? findingOf(ceremony, () => database.entries()) : database,
      copy: findingOf(ceremony, () => guarded(copy, () => readCopy(copy))),
      mark: finding(() => guarded(file, () => readHeadMark(headMarkOf(file)))),
    };
    return { database: isOpen ? database : null, found };
  } catch (error) {
    if (isOpen) database.close();
    throw error;
  }
}

function foldersAbove(path: string, levels: number): readonly string[] {
  if (levels === 0) return [];
  const folder = dirname(path);
  return [folder, ...foldersAbove(folder, levels - 1)];
}

function takeUp({ file, copy }: LogPlaces, database: LogDatabase | null, found: Found): AuditLog {
  if (database === null) return refuse('LOG-FILE-PRESENT', `There is no log at ${file}.`);
  // The names of both, and of the folders that may have been made for them: whoever made them may have ended before.
  for (const folder of [...foldersAbove(file, 3), ...foldersAbove(copy, 2)]) {
    syncFolder(folder);
  }
  const ledger = new Ledger();
  for (const entry of sound(found.log)) ledger.follow(entry);
  const open = LogCopy.open(copy, sound(found.copy));
  // What a killed process put into the copy alone is a repair, which syncs it.
  database.sync();
  const mark = openMark(file, open);
  // A crash came between the last entry and its mark.
  if (sound(found.mark).size < ledger.chain.size) mark.write(ledger.chain);
  return new TwofoldLog(file, { database, copy: open, mark }, ledger);
}

/** Whoever cannot go on holds no file open. */
function openMark(file: string, copy: LogCopy): HeadMark {
  try {
    return HeadMark.open(headMarkOf(file));
  } catch (error) {
    copy.close();
    throw error;
  }
}

interface Open {
  readonly database: LogDatabase;
  readonly copy: LogCopy;
  readonly mark: HeadMark;
}

class TwofoldLog implements AuditLog {
  readonly #file: string;
  readonly #open: Open;
  readonly #ledger: Ledger;
  #isClosed = false;
  /** The last entry is in the log and its mark is not written: nobody goes on before that was looked at. */
  #isUnsure = false;

  constructor(file: string, open: Open, ledger: Ledger) {
    this.#file = file;
    this.#open = open;
    this.#ledger = ledger;
  }

  append(time: string, actor: string, event: JsonValue): Entry {
    const [entry] = this.appendAll([{ time, actor, event }]);
    if (entry === undefined) throw new Error('An entry was added and is not there');
    return entry;
  }

  appendAll(happened: readonly Happened[]): readonly Entry[] {
    if (this.#isUnsure) refuse('LOG-DURABLE', `What became of the last entry of ${this.#file} is not known.`);
    let { chain } = this.#ledger;
    const entries = happened.map((one) => {
      // As it will be read later, members in canonical order: what is made from the log is the same before and after.
      const entry = parseEntry(entryBytes(appendEntry(chain, one)));
      chain = followLink(chain, entry);
      return entry;
    });
    if (entries.length === 0) return [];
    guarded(this.#file, () => {
      this.#keep(entries);
      this.#isUnsure = true;
      this.#open.mark.write(chain);
      this.#isUnsure = false;
    });
    for (const entry of entries) this.#ledger.follow(entry);
    return entries;
  }

  entries(): readonly Entry[] {
    return this.#ledger.entries();
  }

  head(): LogHead {
    return this.#ledger.head();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { database, copy, mark } = this.#open;
    mark.close();
    copy.close();
    database.close();
  }

  /**
   * In the copy first, then in the log: a log is never further than its copy. Should a failed commit reach the disk after
   * all, the next entry collides with its number: the chain cannot fork.
   */
  #keep(entries: readonly Entry[]): void {
    const { database, copy } = this.#open;
    try {
      database.insert(entries, () => copy.append(entries));
      copy.keep();
    } catch (error) {
      copy.drop();
      throw error;
    }
  }
}
