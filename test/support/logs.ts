import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Side } from '../../app/audit/two-copies.ts';
import type { LogPlaces } from '../../main/audit/places.ts';
import type { Reopening } from '../../main/audit/repair.ts';
import { createLog, openLog, type AuditLog } from '../../main/audit/store.ts';

/** A log of a test with its copy in a folder beside it. */
export function placesBeside(file: string): LogPlaces {
  return { file, copy: join(dirname(file), 'copies', 'log.copy') };
}

/** Tells of a repair as the application does, at a time of its own. */
export const tellOfRepair: Reopening['tell'] = (repair) => ({
  time: '2026-11-23T15:00:00.000Z',
  actor: 'keyferry',
  event: { type: 'log-repaired', ...repair },
});

/** Works on the raw database of a log as somebody with the file in hand could. */
export function tamper(file: string, work: (database: Database.Database) => void): void {
  const database = new Database(file);
  try {
    work(database);
  } finally {
    database.close();
  }
}

/** Changes rows of a log as a thief of the file could: triggers off, then the schema restored. */
export function rewriteRows(file: string, sql: string): void {
  tamper(file, (database) => {
    const triggers = database.prepare<[], string>("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
    const names = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
    for (const name of names) database.exec(`DROP TRIGGER ${name}`);
    database.exec(sql);
    for (const trigger of triggers) database.exec(trigger);
  });
}

export function newLog(file: string): AuditLog {
  return createLog(placesBeside(file));
}

export function reopenLog(file: string, chosen: Side | null = null): AuditLog {
  return openLog(placesBeside(file), { tell: tellOfRepair, chosen });
}
