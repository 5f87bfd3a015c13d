import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractBytes } from '../../../app/audit/extract.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { reportBytes, reportOf } from '../../../app/record/report.ts';
import { newLog } from '../../support/logs.ts';
import { readLogFrom } from '../../../main/cli/log-source.ts';
import { readOptions } from '../../../main/cli/paper-options.ts';
import { readPdf } from '../../support/pdf-text.ts';
import { runCli, type Run } from '../../support/rehearsal.ts';
import { logOf } from '../../support/report-log.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';
import { azureKey, opened, planWith, toTheEnd } from '../../support/walk.ts';

// Somebody prints the script before the day, and somebody else prints it again to see that it is the same.

let scratch: ReturnType<typeof scratchFolder>;
let planFile: string;
const plan = planWith([azureKey('payroll-root')]);

beforeEach(() => {
  scratch = scratchFolder();
  planFile = join(scratch.folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
});

afterEach(() => scratch.remove());

const out = (name: string): string => join(scratch.folder, name);
const script = (...more: string[]): Run => runCli('paper', ['script', '--plan', planFile, ...more]);

interface Told {
  readonly file: string;
  readonly sha256: string;
  readonly planSha256: string;
  readonly mode: string;
}

describe('npm run paper -- script', () => {
  it('writes the script, says its hash and the plan’s, and anybody gets the same file again', () => {
    const first = script('--out', out('one.pdf'));
    expect([first.code, first.stderr]).toEqual([0, '']);
    const told = JSON.parse(first.stdout) as Told;
    const bytes = readFileSync(out('one.pdf'));
    const { sha256: planSha256 } = parsePlanDocument(plan);
    expect(told).toEqual({ file: out('one.pdf'), sha256: sha256Hex(bytes), planSha256, mode: 'rehearsal' });
    expect(readPdf(bytes).pages[0]).toContain('REHEARSAL');
    expect((JSON.parse(script('--out', out('two.pdf')).stdout) as Told).sha256).toBe(told.sha256);
  });

  it('overwrites nothing', () => {
    writeFileSync(out('kept.pdf'), 'kept');
    const { code, stdout, stderr } = script('--out', out('kept.pdf'));
    expect([code, stdout, stderr.split(': ')[1]]).toEqual([1, '', 'MEDIA-NOTHING-OVERWRITTEN']);
    expect(readFileSync(out('kept.pdf'), 'utf8')).toBe('kept');
  });

  it('refuses a plan that is none, and writes nothing', () => {
    writeFileSync(planFile, JSON.stringify({ ...plan, note: 'x' }));
    const { code, stderr } = script('--out', out('none.pdf'));
    expect([code, stderr.split(': ')[1]]).toEqual([1, 'PLAN-SCHEMA']);
    expect(existsSync(out('none.pdf'))).toBe(false);
  });

  it('says how it is used when it is used in another way', () => {
    const { code, stdout, stderr } = runCli('paper', ['script', '--plan', planFile]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^usage: /u);
  });
});

describe('npm run paper -- report', () => {
  const log = logOf(toTheEnd(opened(plan)));
  const place = (...path: string[]): string => join(scratch.folder, ...path);
  const put = (path: string): string => {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), extractBytes(log));
    return place(path);
  };

  it('prints the report of a log, says its hash and where the log stood, and writes the same as JSON', () => {
    const { code, stdout, stderr } = runCli('paper', ['report', '--log', put('log.jsonl'), '--out', out('r.pdf'), '--json', out('r.json')]); // prettier-ignore
    expect([code, stderr]).toEqual([0, '']);
    const report = reportOf(log);
    const bytes = readFileSync(out('r.pdf'));
    expect(JSON.parse(stdout)).toEqual({
      file: out('r.pdf'),
      sha256: sha256Hex(bytes),
      json: { file: out('r.json'), sha256: sha256Hex(reportBytes(report)) },
      ceremony: report.ceremony,
      planSha256: report.planSha256,
      mode: 'rehearsal',
      end: 'completed',
      log: report.log,
    });
    expect(readFileSync(out('r.json'), 'utf8')).toBe(new TextDecoder().decode(reportBytes(report)));
  });

  it('reads the log of a bundle, of a saved record, as lines and as the ceremony keeps it', () => {
    put('bundle/record/log.jsonl');
    put('saved/log.jsonl');
    const kept = newLog(place('ceremony', 'log.sqlite'));
    for (const { time, actor, event } of log) kept.append(time, actor, event);
    kept.close();
    for (const from of ['bundle', 'saved', 'saved/log.jsonl', 'ceremony/log.sqlite']) {
      expect([from, readLogFrom(place(from))]).toEqual([from, log]);
    }
  });

  it('reads no log that is not there, is none, or whose chain is broken', () => {
    mkdirSync(place('empty'));
    expect(ruleOf(() => readLogFrom(place('empty')))).toBe('LOG-FILE-PRESENT');
    expect(ruleOf(() => readLogFrom(place('nowhere')))).toBe('LOG-FILE-PRESENT');
    expect(ruleOf(() => readLogFrom(planFile))).toBe('LOG-ENTRY-CANONICAL');
    writeFileSync(place('cut.jsonl'), extractBytes(log.toSpliced(3, 1)));
    expect(ruleOf(() => readLogFrom(place('cut.jsonl')))).toBe('LOG-CHAIN-INTACT');
  });
});

describe('the options of npm run paper', () => {
  it('of a report name the log, and the JSON only where it is wanted', () => {
    const args = ['report', '--log', 'log.jsonl', '--out', 'report.pdf'];
    const options = { paper: 'report', log: resolve('log.jsonl'), out: resolve('report.pdf') };
    expect(readOptions(args)).toEqual({ ...options, json: null });
    expect(readOptions([...args, '--json', 'report.json'])).toEqual({ ...options, json: resolve('report.json') });
  });

  it('are a rehearsal’s unless they say otherwise, with absolute paths', () => {
    const args = ['script', '--plan', 'plan.json', '--out', 'script.pdf'];
    expect(readOptions(args)).toEqual({
      paper: 'script',
      plan: resolve('plan.json'),
      out: resolve('script.pdf'),
      mode: 'rehearsal',
    });
    expect(readOptions([...args, '--production'])).toMatchObject({ mode: 'production' });
  });

  it.each([
    ['nothing', []],
    ['no file to write', ['script', '--plan', 'plan.json']],
    ['no plan', ['script', '--out', 'x.pdf']],
    ['another paper', ['poster', '--plan', 'plan.json', '--out', 'x.pdf']],
    ['a report of no log', ['report', '--out', 'x.pdf']],
    ['a report that goes nowhere', ['report', '--log', 'x.jsonl']],
    ['a plan for a report', ['report', '--log', 'x.jsonl', '--out', 'x.pdf', '--plan', 'plan.json']],
    ['an unknown option', ['script', '--plan', 'plan.json', '--out', 'x.pdf', '--colour']],
  ])('are wrong with %s', (_, args) => {
    expect(readOptions(args)).toBeNull();
  });
});
