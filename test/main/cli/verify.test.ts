import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout } from '../../../app/bundle/layout.ts';
import { newLog } from '../../support/logs.ts';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { foreignBundle, sampleBundle, sampleEvents } from '../../app/bundle/sample-bundle.ts';

const program = fileURLToPath(new URL('../../../main/cli/verify.ts', import.meta.url));
const sample = sampleBundle();
let folder: string;
let bundle: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  bundle = write(join(folder, sample.folder), sample.files);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a bundle. @returns its path */
function write(top: string, files: ReadonlyMap<string, Uint8Array>): string {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), bytes);
  }
  return top;
}

function verify(...args: string[]): { status: number | null; rules: Map<string, string>; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const rules = new Map(lines.map((line) => line.split(/\s+/u)).map(([outcome = '', rule = '']) => [rule, outcome]));
  expect(rules.size).toBe(lines.length);
  return { status, rules, said: stderr };
}

/** A copy of the bundle, damaged. */
function damaged(name: string, damage: (top: string) => void): string {
  const top = join(folder, name, sample.folder);
  cpSync(bundle, top, { recursive: true });
  damage(top);
  return top;
}

describe('verify', () => {
  it('answers 0 for a sound bundle, with one line for each rule', () => {
    const { status, rules, said } = verify(bundle);
    expect(said).not.toMatch(/refused|could not/u);
    expect(status).toBe(0);
    expect(rules.size).toBe(28);
    expect([...rules.values()].filter((outcome) => outcome === 'broken')).toEqual([]);
    expect(rules.get('BUNDLE-NAMED-AS-CEREMONY')).toBe('holds');
    // The sample was written by this very version.
    expect(rules.get('BUNDLE-UPLOAD-AS-LOGGED')).toBe('holds');
    expect(rules.get('BUNDLE-SIGNED')).toBe('not-checkable');
  });

  it.each([...sample.files.keys()])('answers 1 when a byte of %s differs', (path) => {
    const bytes = Uint8Array.from(sample.files.get(path) ?? []);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x20;
    expect(
      verify(damaged(`byte-${path.replaceAll('/', '-')}`, (top) => writeFileSync(join(top, path), bytes))).status,
    ).toBe(1);
  });

  it.each<[string, (top: string) => void, string]>([
    ['a file is missing', (top) => rmSync(join(top, layout.upload)), 'BUNDLE-FILES-AS-LISTED'],
    ['a file is too many', (top) => writeFileSync(join(top, 'keys/a\nholds  X'), ''), 'BUNDLE-NO-UNLISTED-FILE'],
    ['a link lies in it', (top) => symlinkSync('/etc/passwd', join(top, 'keys/link')), 'BUNDLE-PLAIN-FILES'],
    ['it has no end', (top) => mkdirSync(join(top, 'a/b/c/d/e/f/g/h/i'), { recursive: true }), 'BUNDLE-PLAIN-FILES'],
    ['a file is huge', (top) => truncateSync(join(top, layout.upload), 2 ** 36), 'BUNDLE-PLAIN-FILES'],
  ])('answers 1 when %s', (name, damage, rule) => {
    const { status, rules } = verify(damaged(name, damage));
    expect(rules.get(rule)).toBe('broken');
    expect(status).toBe(1);
  });

  it('answers 2 for a bundle of a destination that it does not know, and shows what it could check', () => {
    const foreign = foreignBundle();
    const { status, rules, said } = verify(write(join(folder, 'foreign', foreign.folder), foreign.files));
    expect(said).not.toBe('');
    expect(rules.get('BLOB-SHAPE-VALID')).toBe('not-checkable');
    expect([...rules.values()]).not.toContain('broken');
    expect(status).toBe(2);
  });

  it('answers 1 for a log that tells a public key in no hex', () => {
    const events = JSON.parse(
      JSON.stringify(sampleEvents()).replace('"key":"signing","publicKey":"3', '"key":"signing","publicKey":"x'),
    ) as JsonValue[];
    const odd = sampleBundle(events);
    const { status, rules } = verify(write(join(folder, 'odd', odd.folder), odd.files));
    expect(rules.get('BUNDLE-KEYS-AS-LOGGED')).toBe('broken');
    expect(status).toBe(1);
  });

  it('checks a log by its chain', () => {
    const file = join(folder, 'log.sqlite');
    const log = newLog(file);
    log.append('2026-11-23T14:07:32.000Z', 'p1', { type: 'ceremony-opened' });
    log.close();
    const { status, rules } = verify(file);
    expect([...rules]).toEqual([['LOG-CHAIN-INTACT', 'holds']]);
    expect(status).toBe(0);
  });

  it.each<[string, () => string[]]>([
    ['no argument', () => []],
    ['two arguments', () => [bundle, bundle]],
    ['an unknown option', () => ['--fast', bundle]],
    ['a path that is not there', () => [join(folder, 'nothing')]],
    ['a folder that is no bundle', () => [join(bundle, 'keys')]],
    ['a file that is no log', () => [join(bundle, layout.upload)]],
    ['an empty file', () => (writeFileSync(join(folder, 'empty'), ''), [join(folder, 'empty')])],
    ['a device', () => ['/dev/null']],
  ])('answers 2 for %s, and says why', (_, args) => {
    const { status, rules, said } = verify(...args());
    expect(rules.size).toBe(0);
    expect(said).not.toBe('');
    expect(status).toBe(2);
  });
});
