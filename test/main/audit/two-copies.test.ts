import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryBytes } from '../../../app/audit/entry.ts';
import { frameOf, readFrames } from '../../../app/audit/frames.ts';
import { HeadMark, headMarkOf, readHeadMark } from '../../../main/audit/head-mark.ts';
import { LogCopy, readCopy } from '../../../main/audit/log-copy.ts';
import { lookAtLog } from '../../../main/audit/read-log.ts';
import type { AuditLog } from '../../../main/audit/store.ts';
import { newLog, placesBeside, reopenLog } from '../../support/logs.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

const time = '2026-11-23T14:07:32.000Z';

let scratch: ReturnType<typeof scratchFolder>;
let file: string;
let copy: string;
let open: AuditLog[];

beforeEach(() => {
  scratch = scratchFolder();
  file = join(scratch.folder, 'ceremony', 'log.sqlite');
  ({ copy } = placesBeside(file));
  open = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const log of open) log.close();
  scratch.remove();
});

function use(log: AuditLog): AuditLog {
  open.push(log);
  return log;
}

function append(log: AuditLog, count: number, actor = 'operator'): void {
  for (let n = 1; n <= count; n += 1) log.append(time, actor, { type: 'note', n });
}

/** A log with so many entries, closed. */
function written(count: number, actor?: string): void {
  const log = newLog(file);
  append(log, count, actor);
  log.close();
}

/** The files of the log itself, of its mark or its copy, as they are now; gives what puts them back. */
function kept(...paths: string[]): () => void {
  const bytes = paths.map((path) => [path, readFileSync(path)] as const);
  return () => {
    for (const [path, whole] of bytes) writeFileSync(path, whole);
  };
}

/** What the log says of repairs, and that log and copy are the same afterwards. */
function repairs(log: AuditLog): unknown[] {
  const copied = readFrames(new Uint8Array(readFileSync(copy)));
  expect(copied?.frames.flat()).toEqual(log.entries().map(entryBytes));
  expect(copied?.rest).toBe(0);
  const { size, hash } = log.head();
  expect(readHeadMark(headMarkOf(file))).toEqual({ size, hash });
  const told = log.entries().filter(({ actor }) => actor === 'keyferry');
  return told.map(({ sequence, event }) => ({ sequence, ...(event as object) }));
}

describe('the second copy of a log', () => {
  it('has every entry before it is said to be kept, readable by this user only', () => {
    const log = use(newLog(file));
    for (let n = 1; n <= 3; n += 1) {
      append(log, 1);
      expect(readCopy(copy)).toMatchObject({ entries: log.entries(), rest: 0 });
    }
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(copy)).mode & 0o777).toBe(0o700);
  });

  it('is opened with the log, and nothing is told when both are the same', () => {
    written(3);
    const log = use(reopenLog(file));
    append(log, 1);
    expect(repairs(log)).toEqual([]);
    expect(log.head().size).toBe(4);
  });

  it('is not made over a file that holds entries', () => {
    written(2);
    for (const path of [file, headMarkOf(file)]) rmSync(path);
    expect(ruleOf(() => newLog(file))).toBe('LOG-NOT-REPLACED');
    expect(readCopy(copy).entries).toHaveLength(2);
  });
});

describe('what a power cut leaves behind', () => {
  it('an entry in the copy that the log has not taken is brought into the log, and told', () => {
    written(3);
    const putBack = kept(file, headMarkOf(file));
    append(use(reopenLog(file)), 1);
    open.pop()?.close();
    putBack();
    const log = use(reopenLog(file));
    expect(repairs(log)).toMatchObject([{ sequence: 5, kept: 'copy', other: 'extended', missing: 1, rule: null }]);
  });

  it('half an entry at the end of the copy is cut off, and told', () => {
    written(3);
    const torn = Buffer.concat([readFileSync(copy), Buffer.from('120 1234')]);
    writeFileSync(copy, torn);
    const log = use(reopenLog(file));
    expect(repairs(log)).toMatchObject([{ sequence: 4, kept: 'log', other: 'extended', missing: 0, cut: 8 }]);
  });

  it('what one command led to comes back whole or not at all, wherever its writing was cut off', () => {
    written(2);
    const [before, putBack] = [readFileSync(copy).length, kept(file, headMarkOf(file))];
    const log = use(reopenLog(file));
    log.appendAll([1, 2, 3].map((n) => ({ time, actor: 'operator', event: { type: 'note', n } })));
    open.pop()?.close();
    const whole = readFileSync(copy);
    for (let end = before; end <= whole.length; end += 1) {
      putBack();
      writeFileSync(copy, whole.subarray(0, end));
      const again = use(reopenLog(file));
      const notes = again.entries().filter(({ actor }) => actor === 'operator').length;
      expect(notes, `cut at byte ${end}`).toBe(end === whole.length ? 5 : 2);
      open.pop()?.close();
    }
  });

  it('a copy that lost its end is brought up to the log, and told', () => {
    written(3);
    const whole = readCopy(copy);
    truncateSync(copy, whole.end - 5);
    const log = use(reopenLog(file));
    expect(repairs(log)).toMatchObject([{ kept: 'log', other: 'extended', missing: 1, rule: null }]);
  });

  it('a repair that was cut off is done again, and told of again', () => {
    written(3);
    const putBack = kept(copy);
    append(use(reopenLog(file)), 1);
    open.pop()?.close();
    putBack();
    // The log took the entry that tells of it; then the power went, before the copy was brought up.
    const failing = vi.spyOn(LogCopy.prototype, 'append').mockImplementation(() => {
      throw Object.assign(new Error('as scripted'), { code: 'EIO' });
    });
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-DURABLE');
    failing.mockRestore();
    expect(repairs(use(reopenLog(file)))).toMatchObject([
      { sequence: 5, missing: 1 },
      { sequence: 6, missing: 1 },
    ]);
  });
});

describe('an accident to one of the two', () => {
  it('a log that was put back from an older one is brought up to its copy, and told', () => {
    written(3);
    const putBack = kept(file);
    append(use(reopenLog(file)), 4);
    open.pop()?.close();
    putBack();
    expect(repairs(use(reopenLog(file)))).toMatchObject([{ kept: 'copy', other: 'extended', missing: 4 }]);
  });

  it.each([
    ['lost', () => rmSync(copy), 'LOG-COPY-PRESENT', null],
    ['emptied', () => writeFileSync(copy, ''), 'LOG-COPY-SOUND', null],
    ['something else', () => writeFileSync(copy, 'no copy'), 'LOG-COPY-SOUND', null],
    ['changed in its middle', () => flip(copy, 300), 'LOG-COPY-SOUND', 1],
    ['of another log', () => anotherCopy(), 'LOG-COPIES-AGREE', 4],
    ['with an entry that follows from nothing', () => unchained(), 'LOG-COPY-SOUND', null],
  ])('a copy that is %s is refused; the people may go on with the log', (_, harm, rule, size) => {
    written(4);
    harm();
    const before = existsSync(copy) ? readFileSync(copy) : null;
    expect(ruleOf(() => reopenLog(file))).toBe(rule);
    const { unsound } = lookAtLog({ file, copy });
    expect(unsound).toMatchObject({ refusal: { rule }, heads: { log: { size: 4 } } });
    expect(unsound?.heads.copy?.size ?? null).toBe(size);
    expect(unsound?.choices).toEqual(['log']);
    expect(ruleOf(() => reopenLog(file, 'copy'))).not.toBe(null);
    const log = use(reopenLog(file, 'log'));
    const aside = before === null ? null : 'log.copy.aside-1';
    expect(repairs(log)).toMatchObject([{ kept: 'log', other: 'replaced', rule, aside }]);
    if (aside !== null) expect(readFileSync(join(dirname(copy), aside))).toEqual(before);
  });

  it.each([
    ['lost', () => rmSync(file), 'LOG-FILE-PRESENT', []],
    ['emptied', () => writeFileSync(file, ''), 'LOG-FILE-PRESENT', ['log.sqlite.aside-1']],
    ['something else', () => writeFileSync(file, 'no log '.repeat(900)), 'LOG-FORMAT-KNOWN', ['log.sqlite.aside-1']],
  ])('a log that is %s is refused; the people may go on with its copy', (_, harm, rule, aside) => {
    written(4);
    harm();
    expect(ruleOf(() => reopenLog(file))).toBe(rule);
    expect(lookAtLog({ file, copy })).toMatchObject({
      unsound: {
        refusal: { rule, cause: expect.stringContaining(file) as string },
        heads: { log: null, copy: { size: 4 } },
        choices: ['copy'],
      },
    });
    const log = use(reopenLog(file, 'copy'));
    expect(repairs(log)).toMatchObject([{ sequence: 5, kept: 'copy', other: 'replaced', missing: 4, rule }]);
    expect(readdirSync(dirname(file)).filter((name) => name.includes('aside'))).toEqual(aside);
  });

  it('a log of another ceremony is not taken up here, nor its copy, nor both with their mark; the own one is still there', () => {
    const opened = (ceremony: string): void => {
      const log = newLog(file);
      log.append(time, 'p1', { type: 'ceremony-opened', ceremony });
      append(log, 2);
      log.close();
    };
    opened('another');
    const [another, itsCopy, itsMark] = [kept(file, headMarkOf(file)), kept(copy), kept(headMarkOf(file))];
    for (const path of [file, headMarkOf(file), copy]) rmSync(path);
    opened(basename(dirname(file)));
    const [own, itsOwnCopy] = [kept(file, headMarkOf(file)), kept(copy)];
    const choicesWith = (...put: (() => void)[]): readonly string[] | undefined => {
      for (const files of [own, itsOwnCopy, ...put]) files();
      expect(ruleOf(() => reopenLog(file))).toBe('LOG-OF-ITS-CEREMONY');
      const { unsound } = lookAtLog({ file, copy });
      expect(unsound?.refusal).not.toHaveProperty('foreign');
      return unsound?.choices;
    };
    expect(choicesWith(another, itsCopy)).toEqual([]);
    expect(ruleOf(() => reopenLog(file, 'log'))).toBe('LOG-OF-ITS-CEREMONY');
    // A mark that came along tells of the other one; a mark of its own still keeps an older log from being chosen.
    expect(choicesWith(another)).toEqual(['copy']);
    expect(choicesWith(itsCopy, itsMark)).toEqual(['log']);
    expect(choicesWith(itsCopy)).toEqual(['log']);
    expect(repairs(use(reopenLog(file, 'log')))).toMatchObject([{ other: 'replaced', aside: 'log.copy.aside-1' }]);
  });

  it('a mark that cannot be opened leaves no file of the log open', () => {
    written(2);
    vi.spyOn(HeadMark, 'open').mockImplementation(() => {
      throw Object.assign(new Error('as scripted'), { code: 'EACCES' });
    });
    const closed = vi.spyOn(LogCopy.prototype, 'close');
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-DURABLE');
    expect(closed).toHaveBeenCalledOnce();
    vi.restoreAllMocks();
    expect(use(reopenLog(file)).head().size).toBe(2);
  });

  it('a mark that is gone is made anew when the people say so', () => {
    written(3);
    rmSync(headMarkOf(file));
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-AS-LAST-SEEN');
    expect(repairs(use(reopenLog(file, 'log')))).toMatchObject([
      { other: 'none', rule: 'LOG-AS-LAST-SEEN', aside: null },
    ]);
  });
});

describe('nobody goes on', () => {
  it('without entries that both have, though the mark is gone', () => {
    written(3);
    const putBack = kept(file);
    append(use(reopenLog(file)), 5);
    open.pop()?.close();
    putBack();
    rmSync(headMarkOf(file));
    expect(ruleOf(() => reopenLog(file))).toBe('LOG-AS-LAST-SEEN');
    expect(lookAtLog({ file, copy }).unsound?.choices).toEqual(['copy']);
    expect(ruleOf(() => reopenLog(file, 'log'))).toBe('LOG-COPIES-AGREE');
    expect(use(reopenLog(file, 'copy')).head().size).toBe(9);
  });

  it('from an older log, whatever is chosen, when its copy is as old and the mark tells', () => {
    written(3);
    const putBack = kept(file, copy);
    append(use(reopenLog(file)), 2);
    open.pop()?.close();
    putBack();
    for (const chosen of [null, 'log', 'copy'] as const) {
      expect(ruleOf(() => reopenLog(file, chosen))).toBe('LOG-AS-LAST-SEEN');
    }
    expect(lookAtLog({ file, copy }).unsound?.choices).toEqual([]);
  });

  it('with a fork that the mark contradicts; with the other one they may', () => {
    written(3);
    const putBack = kept(file, headMarkOf(file));
    const before = readFileSync(copy);
    append(use(reopenLog(file)), 2, 'thief');
    open.pop()?.close();
    const forked = readFileSync(copy);
    putBack();
    writeFileSync(copy, before);
    append(use(reopenLog(file)), 2);
    open.pop()?.close();
    writeFileSync(copy, forked);
    expect(refusalOf(() => reopenLog(file))?.cause).toContain('Entry 4 ');
    expect(ruleOf(() => reopenLog(file, 'copy'))).toBe('LOG-AS-LAST-SEEN');
    expect(repairs(use(reopenLog(file, 'log')))).toMatchObject([{ kept: 'log', rule: 'LOG-COPIES-AGREE' }]);
  });

  it('by choosing, where another process has the log open', () => {
    written(1);
    use(reopenLog(file));
    expect(ruleOf(() => reopenLog(file, 'copy'))).toBe('LOG-ONE-WRITER');
  });
});

describe('a disk that takes no more', () => {
  it('leaves log and copy at the last entry that was kept, and takes the next one when there is room', () => {
    const log = use(newLog(file));
    append(log, 2);
    const full = vi.spyOn(LogCopy.prototype, 'append').mockImplementationOnce(() => {
      throw Object.assign(new Error('as scripted'), { code: 'ENOSPC' });
    });
    expect(refusalOf(() => append(log, 1))).toMatchObject({ rule: 'LOG-DURABLE', code: 'ENOSPC' });
    full.mockRestore();
    expect(log.head().size).toBe(2);
    append(log, 1);
    log.close();
    expect(repairs(use(reopenLog(file)))).toEqual([]);
  });

  it('after the copy took the entry takes it off the copy again', () => {
    const log = use(newLog(file));
    append(log, 2);
    const real = LogCopy.prototype.append;
    vi.spyOn(LogCopy.prototype, 'append').mockImplementationOnce(function (this: LogCopy, entries) {
      Reflect.apply(real, this, [entries]);
      throw Object.assign(new Error('the commit, as scripted'), { code: 'SQLITE_FULL' });
    });
    expect(ruleOf(() => append(log, 1))).toBe('LOG-DURABLE');
    expect(readCopy(copy)).toMatchObject({ entries: log.entries(), rest: 0 });
    append(log, 2);
    log.close();
    expect(repairs(use(reopenLog(file)))).toEqual([]);
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  writeFileSync(path, bytes);
}

/** The copy of another ceremony is put in place of this one. */
function anotherCopy(): void {
  const mine = file;
  file = join(scratch.folder, 'another', 'log.sqlite');
  written(4, 'somebody else');
  const other = readFileSync(placesBeside(file).copy);
  file = mine;
  writeFileSync(copy, other);
}

/** A whole frame whose entry does not carry the hash of the one before it. */
function unchained(): void {
  const { entries } = readCopy(copy);
  const last = entries.at(-1);
  if (last === undefined) throw new Error(`nothing in ${basename(copy)}`);
  const next = { ...last, sequence: last.sequence + 1 };
  writeFileSync(copy, Buffer.concat([readFileSync(copy), frameOf([entryBytes(next)])]));
}
