import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { readOptions } from '../../../main/cli/paper-options.ts';
import { readPdf } from '../../support/pdf-text.ts';
import { runCli, type Run } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';
import { azureKey, planWith } from '../../support/walk.ts';

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

describe('the options of npm run paper', () => {
  it('are a rehearsal’s unless they say otherwise, with absolute paths', () => {
    const args = ['script', '--plan', 'plan.json', '--out', 'script.pdf'];
    expect(readOptions(args)).toEqual({ plan: resolve('plan.json'), out: resolve('script.pdf'), mode: 'rehearsal' });
    expect(readOptions([...args, '--production'])).toMatchObject({ mode: 'production' });
  });

  it.each([
    ['nothing', []],
    ['no file to write', ['script', '--plan', 'plan.json']],
    ['no plan', ['script', '--out', 'x.pdf']],
    ['another paper', ['poster', '--plan', 'plan.json', '--out', 'x.pdf']],
    ['an unknown option', ['script', '--plan', 'plan.json', '--out', 'x.pdf', '--colour']],
  ])('are wrong with %s', (_, args) => {
    expect(readOptions(args)).toBeNull();
  });
});
