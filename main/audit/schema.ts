/** `KFLG`: marks a database file as a Keyferry log. */
export const applicationId = 0x4b464c47;

/** Raised with every change of the tables below; a log of another version is refused, never converted in silence. */
export const schemaVersion = 1;

/**
 * The whole schema, statement by statement, as SQLite keeps it: compared with what a log holds at every open, so that a
 * trigger that was dropped is noticed. The bytes are the entry (app/audit/entry.ts); the number is there to find it.
 * The insert trigger also stops INSERT OR REPLACE, which deletes without firing a delete trigger.
 */
export const schema: readonly string[] = [
  'CREATE TABLE entry (sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT',
  `CREATE TRIGGER entry_follows BEFORE INSERT ON entry
     WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM entry)
     BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END`,
  `CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END`,
  `CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END`,
];
