import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeadMark, headMarkOf, readHeadMark } from '../../../main/audit/head-mark.ts';
import { readLog } from '../../../main/audit/read-log.ts';
import type { AuditLog } from '../../../main/audit/store.ts';
import { newLog, placesBeside, reopenLog } from '../../support/logs.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

const time = '2026-11-23T14:07:32.000Z';
/** Where the second place of the mark begins: that of odd sizes. */
const secondPlace = 4096;

let scratch: ReturnType<typeof scratchFolder>;
let file: string;
let mark: string;
let copy: string;
let open: AuditLog[];

beforeEach(() => {
  scratch = scratchFolder();
  file = join(scratch.folder, 'ceremony', 'log.sqlite');
  mark = headMarkOf(file);
  ({ copy } = placesBeside(file));
  open = [];
});

afterEach(() => {
  for (const log of open) log.close();
  scratch.remove();
});

function use(log: AuditLog): AuditLog {
  open.push(log);
  return log;
}

function append(log: AuditLog, count: number): void {
  for (let n = 1; n <= count; n += 1) log.append(time, 'operator', { type: 'note', n });
}

/** A log with so many entries, closed. */
function written(count: number): void {
  const log = newLog(file);
  append(log, count);
  log.close();
}

/** Keeps files, to put them back later as somebody with a backup would. */
function kept(...paths: string[]): () => void {
  const bytes = paths.map((path) => [path, readFileSync(path)] as const);
  return () => {
    for (const [path, whole] of bytes) writeFileSync(path, whole);
  };
}

describe('a log that is put back from an older copy', () => {
  it('is not taken up again, nor shown as if it were whole', () => {
    written(3);
    const putBack = kept(file, copy);
    const log = reopenLog(file);
    append(log, 2);
    log.close();
    putBack();
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-AS-LAST-SEEN');
    expect(ruleOf(() => readLog(file))).toBe('LOG-AS-LAST-SEEN');
  });

  it('is not taken up again when it went on from there, and is as long by now', () => {
    written(3);
    const putBack = kept(file, copy, mark);
    const log = reopenLog(file);
    append(log, 2);
    log.close();
    const keptMark = readFileSync(mark);
    putBack();
    const other = reopenLog(file);
    other.append(time, 'somebody', 'else');
    append(other, 3);
    other.close();
    writeFileSync(mark, keptMark);
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-AS-LAST-SEEN');
  });

  it('is taken up again when it is the latest copy', () => {
    written(3);
    const putBack = kept(file, copy);
    writeFileSync(file, 'lost');
    putBack();
    expect(use(reopenLog(file)).head().size).toBe(3);
  });

  it('is found when its mark was taken away with the newer entries, and not when it was brought to somebody to read', () => {
    written(3);
    rmSync(mark);
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-AS-LAST-SEEN');
    expect(ruleOf(() => readLog(file))).toBe('LOG-AS-LAST-SEEN');
    expect(existsSync(mark)).toBe(false);
    expect(readLog(file, 'if-there')).toHaveLength(3);
  });

  it('is found where it was brought from elsewhere together with a mark that contradicts it', () => {
    written(3);
    const putBack = kept(file, copy);
    const log = reopenLog(file);
    append(log, 1);
    log.close();
    putBack();
    expect(ruleOf(() => readLog(file, 'if-there'))).toBe('LOG-AS-LAST-SEEN');
  });
});

describe('a crash between an entry and its mark', () => {
  it('loses nothing: the log is one entry further, and the mark follows when it is opened', () => {
    written(3);
    const putBack = kept(mark);
    const log = reopenLog(file);
    append(log, 1);
    log.close();
    putBack();
    expect(readHeadMark(mark).size).toBe(3);
    const { size, hash } = use(reopenLog(file)).head();
    expect(size).toBe(4);
    expect(readHeadMark(mark)).toEqual({ size, hash });
  });

  it('in the middle of a write leaves the place before it, which is whole', () => {
    written(5);
    const bytes = readFileSync(mark);
    // The fifth entry has the second place; half of what should be there is.
    bytes.fill(0x20, secondPlace + 60, secondPlace + 200);
    writeFileSync(mark, bytes);
    expect(readHeadMark(mark).size).toBe(4);
    expect(use(reopenLog(file)).head().size).toBe(5);
    expect(readHeadMark(mark).size).toBe(5);
  });
});

describe('the mark', () => {
  it('follows every entry', () => {
    const log = use(newLog(file));
    expect(readHeadMark(mark)).toEqual({ size: 0, hash: '0'.repeat(64) });
    for (let n = 1; n <= 4; n += 1) {
      append(log, 1);
      const { size, hash } = log.head();
      expect(readHeadMark(mark)).toEqual({ size, hash });
    }
  });

  it.each([
    ['is empty', () => Buffer.alloc(0)],
    ['is cut off', (whole: Buffer) => whole.subarray(0, secondPlace)],
    ['is something else', (whole: Buffer) => Buffer.alloc(whole.length, 'x')],
    ['has a wrong check in both places', (whole: Buffer) => Buffer.from(whole.toString('latin1').replaceAll(/[0-9a-f]\n/gu, 'x\n'))], // prettier-ignore
    ['says of both places that they are further', (whole: Buffer) => Buffer.from(whole.toString('latin1').replaceAll(/head 0{11}/gu, 'head 00000000001'))], // prettier-ignore
  ])('that %s says nothing, and the log is not opened by it', (_, damage) => {
    written(3);
    writeFileSync(mark, damage(readFileSync(mark)));
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-AS-LAST-SEEN');
  });

  it('tells of a log that is gone: none is begun in its place', () => {
    written(2);
    rmSync(file);
    expect(ruleOf(() => newLog(file))).toBe('LOG-FILE-PRESENT');
    expect(existsSync(file)).toBe(false);
  });

  it('that cannot be written is like an entry that cannot: nothing goes on before the log was opened again', () => {
    const log = use(newLog(file));
    append(log, 1);
    const failing = vi.spyOn(HeadMark.prototype, 'write').mockImplementation(() => {
      throw Object.assign(new Error('as scripted'), { code: 'EIO' });
    });
    expect(ruleOf(() => append(log, 1))).toBe('LOG-DURABLE');
    failing.mockRestore();
    expect(log.head().size).toBe(1);
    expect(ruleOf(() => append(log, 1))).toBe('LOG-DURABLE');
    log.close();
    // It was durable after all, and whoever takes the ceremony up again settles what follows from it.
    const again = use(reopenLog(file));
    append(again, 1);
    expect(again.head().size).toBe(3);
  });
});
