import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyChain } from '../../../app/audit/chain.ts';
import { entryBytes } from '../../../app/audit/entry.ts';
import { leafHash, treeRoot } from '../../../app/audit/tree.ts';
import { headMarkOf } from '../../../main/audit/head-mark.ts';
import { readLog } from '../../../main/audit/read-log.ts';
import type { AuditLog } from '../../../main/audit/store.ts';
import { newLog, placesBeside, reopenLog, rewriteRows, tamper } from '../../support/logs.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';

const time = '2026-11-23T14:07:32.000Z';
const source = new URL('../../support/logs.ts', import.meta.url);
let folder: string;
let file: string;
let open: AuditLog[];

function use(log: AuditLog): AuditLog {
  open.push(log);
  return log;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  file = join(folder, 'ceremony', 'log.sqlite');
  open = [];
});
afterEach(() => {
  for (const log of open) log.close();
  rmSync(folder, { recursive: true });
});

function writeLog(count: number): void {
  const log = newLog(file);
  for (let n = 1; n <= count; n += 1) log.append(time, 'operator', { type: 'note', n });
  log.close();
}

/** Runs code against the store in a process of its own. */
function elsewhere(code: string, shell = ''): { status: number | null; stdout: string; stderr: string } {
  const script = join(folder, 'elsewhere.mjs');
  writeFileSync(
    script,
    `import { newLog, placesBeside, reopenLog } from '${source.href}';\nconst file = ${JSON.stringify(file)};\n${code}`,
  );
  const command = `${shell} exec '${process.execPath}' '${script}'`;
  return spawnSync('sh', ['-c', command], {
    timeout: 15_000,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
}

describe('a log', () => {
  it('comes back as it was written, with chain and tree', () => {
    const log = use(newLog(file));
    expect(log.head()).toEqual({
      size: 0,
      hash: '0'.repeat(64),
      root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    });
    const written = [1, 2, 3].map((n) => log.append(time, 'Ada', { n }));
    const head = log.head();
    log.close();
    const again = use(reopenLog(file));
    expect(again.entries()).toEqual(written);
    expect(again.head()).toEqual(head);
    expect(head).toMatchObject(verifyChain(written));
    const root = treeRoot(written.map((entry) => leafHash(entryBytes(entry))));
    expect(head.root).toBe(Buffer.from(root).toString('hex'));
    expect(again.append(time, 'Ada', 4).sequence).toBe(4);
  });

  it('is readable by its owner only', () => {
    writeLog(1);
    const log = use(reopenLog(file));
    log.append(time, 'a', 1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
    expect(statSync(headMarkOf(file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'ceremony')).mode & 0o777).toBe(0o700);
  });

  it('survives SIGKILL right after an append', () => {
    const { stdout } = elsewhere(
      `const log = newLog(file); log.append('${time}', 'a', 1); console.log(log.append('${time}', 'a', 2).sequence);
       process.kill(process.pid, 'SIGKILL');`,
    );
    expect(stdout.trim()).toBe('2');
    expect(use(reopenLog(file)).head().size).toBe(2);
  });

  it('is begun anew after a crash in the middle of its making', () => {
    writeLog(0);
    rmSync(file);
    expect(existsSync(placesBeside(file).copy)).toBe(true);
    writeFileSync(`${file}.new`, 'half');
    expect(use(newLog(file)).head().size).toBe(0);
    expect(readdirSync(join(folder, 'ceremony')).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('is opened only with a sync at every commit, set and read back', () => {
    writeLog(1);
    const asked = vi.spyOn(Database.prototype, 'pragma');
    use(reopenLog(file));
    const statements = asked.mock.calls.map(([statement]) => statement);
    expect(statements.slice(statements.indexOf('synchronous = 2'))).toContain('synchronous');
    expect(statements).toContain('journal_mode = wal');
    asked.mockRestore();
  });

  it.each([
    ['synchronous', 1],
    ['journal_mode', 'delete'],
    ['locking_mode', 'normal'],
  ])('is not opened when the database answers %s = %s', (name, answer) => {
    writeLog(1);
    const real = Database.prototype.pragma;
    const asked = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (
      this: Database.Database,
      ...given
    ) {
      const [statement] = given;
      return statement === name ? answer : Reflect.apply(real, this, given);
    });
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-DURABLE');
    asked.mockRestore();
  });
});

describe('the store refuses', () => {
  it('a second writer in this process and in another one', () => {
    use(newLog(file)).append(time, 'a', 1);
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-ONE-WRITER');
    const { stdout } = elsewhere(
      `try { reopenLog(file) } catch (error) { console.log(error.refusal.rule, error.refusal.code) }`,
    );
    expect(stdout.trim()).toBe('LOG-ONE-WRITER SQLITE_BUSY');
  });

  it('to begin a log over a file', () => {
    writeLog(1);
    expect(ruleOf(() => newLog(file))).toBe('LOG-NOT-REPLACED');
    expect(use(reopenLog(file)).head().size).toBe(1);
  });

  it('a log that is not there, and makes none', () => {
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FILE-PRESENT');
    expect(existsSync(file)).toBe(false);
  });

  it('an emptied file, and keeps the -wal beside it', () => {
    const log = use(newLog(file));
    log.append(time, 'a', 1);
    const copy = join(folder, 'copy.sqlite');
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    writeFileSync(copy, '');
    expect(ruleOf(() => reopenLog(copy))).toBe('LOG-FILE-PRESENT');
    expect(statSync(`${copy}-wal`).size).toBeGreaterThan(0);
  });

  it('a file that is no database', () => {
    writeLog(1);
    writeFileSync(file, 'no database '.repeat(1000));
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FORMAT-KNOWN');
  });

  it('a database of somebody else, and leaves it as it is', () => {
    writeLog(0);
    rmSync(file);
    tamper(file, (database) => database.exec('CREATE TABLE t (a); PRAGMA application_id = 7'));
    const before = readFileSync(file);
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FORMAT-KNOWN');
    expect(readFileSync(file)).toEqual(before);
  });

  it('another version of the format', () => {
    writeLog(1);
    tamper(file, (database) => database.pragma('user_version = 2'));
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FORMAT-KNOWN');
  });

  it('a log without its triggers', () => {
    writeLog(1);
    tamper(file, (database) => database.exec('DROP TRIGGER entry_stays'));
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FORMAT-KNOWN');
  });

  it.each(["UPDATE entry SET bytes = x'00' WHERE sequence = 2", 'DELETE FROM entry WHERE sequence = 3'])(
    'in the database itself: %s',
    (sql) => {
      writeLog(3);
      expect(() => tamper(file, (database) => database.exec(sql))).toThrow();
      expect(use(reopenLog(file)).head().size).toBe(3);
    },
  );

  it.each([
    "INSERT OR REPLACE INTO entry VALUES (2, x'00')",
    "REPLACE INTO entry VALUES (2, x'00')",
    "INSERT INTO entry VALUES (5, x'00')",
    "INSERT INTO entry VALUES (4, 'text')",
    'INSERT INTO entry VALUES (4, NULL)',
  ])('in the database itself: %s', (sql) => {
    writeLog(3);
    expect(() => tamper(file, (database) => database.exec(sql))).toThrow();
    expect(use(reopenLog(file)).head().size).toBe(3);
  });

  it('events that are not plain JSON, and stays usable', () => {
    const log = use(newLog(file));
    expect(ruleOf(() => log.append(time, 'a', { x: '\ud800' }))).toBe('JSON-CANONICAL');
    expect(ruleOf(() => log.append(time, 'a', { x: NaN }))).toBe('LOG-ENTRY-CANONICAL');
    expect(ruleOf(() => log.append('yesterday', 'a', 1))).toBe('LOG-ENTRY-CANONICAL');
    expect(log.append(time, 'a', 1).sequence).toBe(1);
  });
});

describe('damage to the file', () => {
  it.each([
    ['a row taken out', 'DELETE FROM entry WHERE sequence = 2', 'LOG-CHAIN-INTACT'],
    ['the first row taken out', 'DELETE FROM entry WHERE sequence = 1', 'LOG-CHAIN-INTACT'],
    [
      'rows renumbered',
      'DELETE FROM entry WHERE sequence = 2; UPDATE entry SET sequence = 2 WHERE sequence = 3',
      'LOG-CHAIN-INTACT',
    ],
    [
      'an event changed',
      'UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), \'"n":2\', \'"n":9\') AS BLOB)',
      'LOG-CHAIN-INTACT',
    ],
    ['bytes that are no entry', "UPDATE entry SET bytes = x'7b7d' WHERE sequence = 3", 'LOG-ENTRY-CANONICAL'],
  ])('%s is found', (_, sql, rule) => {
    writeLog(4);
    rewriteRows(file, sql);
    expect(ruleOf(() => reopenLog(file))).toBe(rule);
  });

  it('is found for every flipped bit of a stored entry', () => {
    writeLog(2);
    const whole = readFileSync(file);
    const at = whole.indexOf('"n":1');
    for (let bit = 0; bit < 40; bit += 1) {
      const damaged = Buffer.from(whole);
      damaged[at + (bit >> 3)] = (damaged[at + (bit >> 3)] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, damaged);
      expect(['LOG-CHAIN-INTACT', 'LOG-ENTRY-CANONICAL', 'JSON-CANONICAL']).toContain(ruleOf(() => reopenLog(file)));
    }
  });

  it('is found when a page of the database is broken', () => {
    writeLog(200);
    const damaged = readFileSync(file);
    damaged.fill(0xff, 4096 * 2, 4096 * 2 + 16);
    writeFileSync(file, damaged);
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FILE-SOUND');
  });

  it('is found where only the integrity check sees it: a free page that is not there', () => {
    writeLog(3);
    const damaged = readFileSync(file);
    // SQLite file format, section 1.3: the number of free pages lies at offset 36 of the header.
    damaged.writeUInt32BE(1, 36);
    writeFileSync(file, damaged);
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-FILE-SOUND');
  });

  it('is found where only the tail is cut: the mark beside the log tells', () => {
    writeLog(4);
    rewriteRows(file, 'DELETE FROM entry WHERE sequence > 2');
    expect(ruleOf(() => readLog(file))).toBe('LOG-AS-LAST-SEEN');
  });

  it('is found where the -wal is missing: the entries in it are gone like a cut tail', () => {
    const log = use(newLog(file));
    log.append(time, 'a', 1);
    const copy = join(folder, 'copy.sqlite');
    copyFileSync(file, copy);
    copyFileSync(headMarkOf(file), headMarkOf(copy));
    expect(ruleOf(() => readLog(copy))).toBe('LOG-AS-LAST-SEEN');
  });
});

describe('a disk that fails', () => {
  it('refuses the append, keeps the code, and loses nothing that was acknowledged', () => {
    // A file size limit is a full disk that needs no root: SQLite reports its own write error.
    const { stdout } = elsewhere(
      `const log = newLog(file);
       try { for (;;) log.append('${time}', 'a', 'x'.repeat(5000)); }
       catch (error) { console.log(error.refusal.rule, error.refusal.code, log.head().size); }`,
      'ulimit -f 256;',
    );
    const [rule, code, size] = stdout.trim().split(' ');
    expect(rule).toBe('LOG-DURABLE');
    expect(code).toMatch(/^(?:SQLITE_(?:FULL|IOERR)|EFBIG)/);
    expect(Number(size)).toBeGreaterThan(5);
    expect(use(reopenLog(file)).head().size).toBe(Number(size));
  });

  it('refuses to begin where nothing can be written', () => {
    file = '/dev/null/ceremony/log.sqlite';
    expect(refusalOf(() => newLog(file))).toMatchObject({ rule: 'LOG-DURABLE', code: 'ENOTDIR' });
  });
});

describe('reading without changing', () => {
  it('gives the entries and leaves file and -wal as they are', () => {
    elsewhere(`const log = newLog(file); log.append('${time}', 'a', 1); process.kill(process.pid, 'SIGKILL');`);
    const before = [readFileSync(file), readFileSync(`${file}-wal`)];
    expect(readLog(file)).toHaveLength(1);
    expect([readFileSync(file), readFileSync(`${file}-wal`)]).toEqual(before);
  });

  it('refuses like an open does', () => {
    expect(ruleOf(() => readLog(file))).toBe('LOG-FILE-PRESENT');
    writeLog(2);
    rewriteRows(file, 'DELETE FROM entry WHERE sequence = 1');
    expect(ruleOf(() => readLog(file))).toBe('LOG-CHAIN-INTACT');
  });
});
