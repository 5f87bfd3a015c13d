import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import Database from 'better-sqlite3';
import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { appendEntry, emptyChain, followLink, type ChainHead } from '../../app/audit/chain.ts';
import { entryBytes, parseEntry, type Entry } from '../../app/audit/entry.ts';
import { emptyTree, growTree, rootOf, type GrowingTree } from '../../app/audit/growing-tree.ts';
import { leafHash } from '../../app/audit/tree.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { checkAgainstMark, HeadMark, headMarkOf, makeHeadMark, readHeadMark } from './head-mark.ts';
import { applicationId, schema, schemaVersion } from './schema.ts';
import { syncFolder } from '../media/sync-folder.ts';

/** How long the log is, the hash of its last entry and the RFC 6962 root over all of them; both lower-case hex. */
export interface LogHead {
  readonly size: number;
  readonly hash: string;
  readonly root: string;
}

/** An open log. It has one writer: no other process can open it meanwhile. */
export interface AuditLog {
  /**
   * Adds an entry; it is synced to the disk when this returns.
   * @param time - ISO 8601, UTC, milliseconds
   * @returns the entry
   * @throws Refused with LOG-DURABLE when it could not be kept, JSON-CANONICAL or LOG-ENTRY-CANONICAL when it is not plain
   */
  append(time: string, actor: string, event: JsonValue): Entry;
  entries(): readonly Entry[];
  head(): LogHead;
  close(): void;
}

/**
 * Begins a log: a file of mode 0600, in a folder of mode 0700 when the folder is new. The file appears under its name
 * only when it is whole, so a crash in between leaves no half-made log to stumble over. The mark beside it, which says
 * how long it is (main/audit/head-mark.ts), is there first.
 * @param file - path of the file to make
 * @returns the open, empty log
 * @throws Refused with LOG-NOT-REPLACED, LOG-FILE-PRESENT, LOG-DURABLE
 */
export function createLog(file: string): AuditLog {
  if (existsSync(file)) refuse('LOG-NOT-REPLACED', `There is a file at ${file} already.`);
  guarded(file, () => {
    const unfinished = `${file}.new`;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    for (const leftover of [unfinished, `${unfinished}-wal`]) rmSync(leftover, { force: true });
    closeSync(openSync(unfinished, 'wx', 0o600));
    const database = new Database(unfinished);
    makeDurable(database);
    database.transaction(() => {
      for (const statement of schema) database.exec(statement);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${schemaVersion}`);
    })();
    database.close();
    makeHeadMark(headMarkOf(file));
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  });
  return openLog(file);
}

/**
 * Opens a log that exists, follows the whole chain and holds its end against the mark beside it. A tail that was cut, or
 * lost with a missing or damaged -wal file, or an older copy of the log leave entries that are intact in themselves: the
 * mark tells. When mark and log are both older, that takes a head kept elsewhere.
 * @param file - path of the log
 * @returns the open log
 * @throws Refused with LOG-FILE-PRESENT, LOG-ONE-WRITER, LOG-FORMAT-KNOWN, LOG-FILE-SOUND, LOG-CHAIN-INTACT,
 * LOG-ENTRY-CANONICAL, LOG-AS-LAST-SEEN, LOG-DURABLE
 */
export function openLog(file: string): AuditLog {
  const log = openSqlite(file);
  try {
    guarded(file, () => log.mark(headMarkOf(file)));
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
}

function openSqlite(file: string): SqliteLog {
  const found = guarded(file, () => statSync(file, { throwIfNoEntry: false }));
  if (found === undefined) refuse('LOG-FILE-PRESENT', `There is no log at ${file}.`);
  // SQLite takes an empty file for a new database and throws the -wal beside it away.
  if (found.size === 0) refuse('LOG-FILE-PRESENT', `The log at ${file} is empty: its content was lost.`);
  return guarded(file, () => {
    const database = new Database(file, { fileMustExist: true, timeout: 0 });
    try {
      checkFormat(database, file);
      makeDurable(database);
      checkFile(database, file);
      return new SqliteLog(database, file);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/**
 * Reads a log without changing it: opening the file itself would fold the -wal file into it. The copy it works on is
 * removed again.
 * @param file - path of a log that nobody has open
 * @param mark - `needed` for a log where it was written; where a log was brought from elsewhere its mark may not be with it
 * @returns all entries, their chain followed
 * @throws Refused, see {@link openLog}
 */
export function readLog(file: string, mark: 'needed' | 'if-there' = 'needed'): readonly Entry[] {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-log-'));
  try {
    const copy = join(folder, basename(file));
    const isMarked = mark === 'needed' || existsSync(headMarkOf(file));
    guarded(file, () => {
      // What is wrong with the log itself is told first. Read before the log, which may be further when another Keyferry writes.
      if (isMarked && existsSync(file) && existsSync(headMarkOf(file)))
        copyFileSync(headMarkOf(file), headMarkOf(copy));
      if (existsSync(file)) copyFileSync(file, copy);
      if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    });
    const log = openSqlite(copy);
    try {
      if (isMarked) guarded(file, () => log.checkMark(readHeadMark(headMarkOf(copy))));
    } finally {
      log.close();
    }
    return log.entries();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class SqliteLog implements AuditLog {
  readonly #database: Database.Database;
  readonly #insert: Database.Statement<[number, Uint8Array]>;
  readonly #file: string;
  readonly #entries: Entry[] = [];
  #chain: ChainHead = emptyChain;
  #tree: GrowingTree = emptyTree;
  #mark: HeadMark | null = null;

  constructor(database: Database.Database, file: string) {
    this.#database = database;
    this.#file = file;
    this.#insert = database.prepare('INSERT INTO entry (sequence, bytes) VALUES (?, ?)');
    const rows = database.prepare<[], { bytes: Uint8Array }>('SELECT bytes FROM entry ORDER BY sequence').all();
    for (const { bytes } of rows) this.#follow(parseEntry(Uint8Array.from(bytes)));
  }

  /** Throws Refused with LOG-AS-LAST-SEEN when the mark contradicts the log. */
  checkMark(seen: ChainHead): void {
    checkAgainstMark(seen, this.#chain, this.#entries);
  }

  /** Holds the log against its mark, and keeps the mark from then on. */
  mark(path: string): void {
    const seen = readHeadMark(path);
    this.checkMark(seen);
    this.#mark = HeadMark.open(path);
    // A crash came between the last entry and its mark.
    if (seen.size < this.#chain.size) this.#mark.write(this.#chain);
  }

  append(time: string, actor: string, event: JsonValue): Entry {
    const bytes = Buffer.from(entryBytes(appendEntry(this.#chain, { time, actor, event })));
    // As it will be read later, members in canonical order: what is made from the log is the same before and after.
    const entry = parseEntry(Uint8Array.from(bytes));
    // Should a failed commit reach the disk after all, the next entry collides with its number: the chain cannot fork.
    guarded(this.#file, () => {
      this.#insert.run(entry.sequence, bytes);
      this.#mark?.write(followLink(this.#chain, entry));
    });
    this.#follow(entry);
    return entry;
  }

  entries(): readonly Entry[] {
    return [...this.#entries];
  }

  head(): LogHead {
    return { ...this.#chain, root: bytesToHex(rootOf(this.#tree)) };
  }

  close(): void {
    guarded(this.#file, () => this.#database.close());
    this.#mark?.close();
    this.#mark = null;
  }

  #follow(entry: Entry): void {
    this.#chain = followLink(this.#chain, entry);
    this.#tree = growTree(this.#tree, leafHash(entryBytes(entry)));
    this.#entries.push(entry);
  }
}

/** Reads only: a database that is not ours stays as it is. */
function checkFormat(database: Database.Database, file: string): void {
  database.pragma('locking_mode = EXCLUSIVE');
  if (pragma(database, 'application_id') !== applicationId) refuse('LOG-FORMAT-KNOWN', `${file} is no Keyferry log.`);
  const version = pragma(database, 'user_version');
  if (version !== schemaVersion) {
    refuse('LOG-FORMAT-KNOWN', `The log has format ${String(version)}; this application writes ${schemaVersion}.`);
  }
  const found = database.prepare<[], string>('SELECT sql FROM sqlite_schema ORDER BY name').pluck().all();
  if (found.join('\n') !== schema.join('\n')) {
    refuse('LOG-FORMAT-KNOWN', `The tables or triggers of ${file} are not those of a Keyferry log.`);
  }
}

/** better-sqlite3 is built with synchronous=NORMAL for WAL, which may lose the last entries with the power. */
function makeDurable(database: Database.Database): void {
  const wanted = { locking_mode: 'exclusive', journal_mode: 'wal', synchronous: 2, fullfsync: 1 };
  for (const [name, value] of Object.entries(wanted)) {
    database.pragma(`${name} = ${value}`);
    const found = pragma(database, name);
    if (found !== value) refuse('LOG-DURABLE', `The database keeps ${name} at ${String(found)} instead of ${value}.`);
  }
}

function checkFile(database: Database.Database, file: string): void {
  const result = pragma(database, 'integrity_check');
  if (result !== 'ok') refuse('LOG-FILE-SOUND', `The integrity check of ${file} found: ${String(result)}`);
}

function pragma(database: Database.Database, name: string): unknown {
  return database.pragma(name, { simple: true });
}

/** Runs work on the log's files and turns what SQLite or the system reports into a refusal that keeps the raw code. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
    if (code === null) throw error;
    if (/^SQLITE_(?:BUSY|LOCKED)/u.test(code)) refuse('LOG-ONE-WRITER', `${file} is open elsewhere.`, { code });
    if (code === 'SQLITE_NOTADB') refuse('LOG-FORMAT-KNOWN', `${file} is no Keyferry log.`, { code });
    if (code.startsWith('SQLITE_CORRUPT')) refuse('LOG-FILE-SOUND', `${file} is damaged.`, { code });
    return refuse('LOG-DURABLE', `${file} could not be read or written.`, { code });
  }
}
