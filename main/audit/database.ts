import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { verifyChain } from '../../app/audit/chain.ts';
import { entryBytes, parseEntryAt, type Entry } from '../../app/audit/entry.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { guarded } from './guarded.ts';
import { applicationId, schema, schemaVersion } from './schema.ts';

/** The database of a log, open: no other process can open it meanwhile. */
export class LogDatabase {
  readonly #database: Database.Database;
  readonly #insert: Database.Statement<[number, Uint8Array]>;
  readonly #file: string;

  private constructor(database: Database.Database, file: string) {
    this.#database = database;
    this.#file = file;
    this.#insert = database.prepare('INSERT INTO entry (sequence, bytes) VALUES (?, ?)');
  }

  /**
   * Makes a database with entries: a file of mode 0600, in a folder of mode 0700 when the folder is new. It appears under
   * its name only when it is whole, so a crash in between leaves no half-made one to stumble over; whoever opens it syncs
   * the name.
   * @param file - path of the file to make; there must be none
   * @param entries - what it begins with
   * @param before - done when the database is whole and has not its name yet
   */
  static make(file: string, entries: readonly Entry[], before: () => void): void {
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
    new LogDatabase(database, unfinished).insert(entries);
    database.close();
    before();
    renameSync(unfinished, file);
  }

  /**
   * Opens a database that exists.
   * @param file - path of the file
   * @throws Refused with LOG-FILE-PRESENT, LOG-ONE-WRITER, LOG-FORMAT-KNOWN, LOG-FILE-SOUND, LOG-DURABLE
   */
  static open(file: string): LogDatabase {
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
        return new LogDatabase(database, file);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  /**
   * All entries, their chain followed.
   * @throws Refused with LOG-CHAIN-INTACT, LOG-ENTRY-CANONICAL, LOG-FILE-SOUND
   */
  entries(): readonly Entry[] {
    return guarded(this.#file, () => {
      const rows = this.#database.prepare<[], { bytes: Uint8Array }>('SELECT bytes FROM entry ORDER BY sequence').all();
      const entries = rows.map(({ bytes }, index) => parseEntryAt(Uint8Array.from(bytes), index + 1));
      verifyChain(entries);
      return entries;
    });
  }

  /**
   * Syncs what is read now: a process that was killed leaves entries that the system holds in memory alone, and they would be gone
   * after a power cut although somebody was shown them.
   */
  sync(): void {
    // SQLite syncs the -wal file before it folds it into the database, and the database after that. It is not cut off here: what a
    // power cut left of it would be older pages than those of the database.
    this.#database.pragma('wal_checkpoint(FULL)');
  }

  /** The bytes of each entry in order, unread; only one of them is in memory at a time. */
  *each(): Generator<Uint8Array> {
    const rows = this.#database
      .prepare<[], { bytes: Uint8Array }>('SELECT bytes FROM entry ORDER BY sequence')
      .iterate();
    for (const { bytes } of rows) yield Uint8Array.from(bytes);
  }

  /**
   * Puts entries at the end, all or none; they are synced to the disk when this returns.
   * @param entries - that follow the last one
   * @param before - done when the database has taken them, before they are there for good; if it fails they are not
   */
  insert(entries: readonly Entry[], before: () => void = () => undefined): void {
    this.#database.transaction(() => {
      for (const entry of entries) this.#insert.run(entry.sequence, Buffer.from(entryBytes(entry)));
      before();
    })();
  }

  close(): void {
    guarded(this.#file, () => this.#database.close());
  }
}

/** Every file that a database consists of, by the path of the first of them. */
export function filesOf(file: string): readonly string[] {
  return [file, `${file}-wal`, `${file}-shm`].filter((path) => existsSync(path));
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
