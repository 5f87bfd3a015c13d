import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../../app/audit/entry.ts';
import { checkpointPath, layout } from '../../../app/bundle/layout.ts';
import { sealsIn } from '../../../app/bundle/seals.ts';
import type { PaperCheckpoint } from '../../../app/bundle/verify-known.ts';
import { hexGroups, pgpWords } from '../../../app/keys/fingerprint.ts';
import { sampleLog, sha256 } from '../../app/bundle/bundle-maker.ts';
import { logKeyName, publicKeyOf } from '../../support/keys.ts';
import { newLog } from '../../support/logs.ts';
import { putFiles } from '../../support/put-files.ts';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { foreignBundle, sampleBundle, sampleEvents } from '../../app/bundle/sample-bundle.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';

const program = fileURLToPath(new URL('../../../main/cli/verify.ts', import.meta.url));
const sample = sampleBundle();
/** As the paper of the room has one of its checkpoints. */
const paper = paperOf(sampleLog(sampleEvents()));
let folder: string;
let bundle: string;

function paperOf(entries: readonly Entry[]): PaperCheckpoint {
  const { size = 0, root = '' } = sealsIn(toldIn(entries)).checkpoints[1] ?? {};
  const words = pgpWords(Buffer.from(root, 'hex'));
  return { size, first: words[0] ?? '', last: words.at(-1) ?? '' };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  bundle = putFiles(join(folder, sample.folder), sample.files);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

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
    expect(rules.size).toBe(35);
    expect([...rules.values()].filter((outcome) => outcome === 'broken')).toEqual([]);
    expect(rules.get('BUNDLE-NAMED-AS-CEREMONY')).toBe('holds');
    // The sample was written by this very version.
    expect(rules.get('BUNDLE-UPLOAD-AS-LOGGED')).toBe('holds');
    expect(rules.get('BUNDLE-SIGNED')).toBe('holds');
    expect(rules.get('BUNDLE-CHECKPOINT-AS-ON-PAPER')).toBe('not-checkable');
  });

  it('holds the log against what the paper says, and against a key that is known by another way', () => {
    const note = readFileSync(join(bundle, checkpointPath(paper.size)), 'utf8');
    expect(note).toContain(`\n${paper.size}\n`);
    const said = `${paper.size} ${paper.first} ${paper.last}`;
    const keys = join(bundle, 'record', 'keys');
    const right = verify(bundle, '--checkpoint', said, '--log-key', join(keys, 'log.pem'));
    expect([right.status, right.rules.get('BUNDLE-CHECKPOINT-AS-ON-PAPER')]).toEqual([0, 'holds']);
    expect(right.rules.get('BUNDLE-LOG-KEY-TRUSTED')).toBe('holds');
    const wrong = verify(bundle, '--checkpoint', said.replace(paper.last, paper.first));
    expect([wrong.status, wrong.rules.get('BUNDLE-CHECKPOINT-AS-ON-PAPER')]).toEqual([1, 'broken']);
    const stranger = verify(bundle, '--log-key', join(keys, 'p1.pem'));
    expect([stranger.status, stranger.rules.get('BUNDLE-LOG-KEY-TRUSTED')]).toEqual([1, 'broken']);
    // What the paper has may be later than the record: whoever asked is told that it could not be checked.
    const later = verify(bundle, '--checkpoint', `9999 ${paper.first} ${paper.last}`);
    expect([later.status, later.rules.get('BUNDLE-CHECKPOINT-AS-ON-PAPER')]).toEqual([2, 'not-checkable']);
    const [manifest, key] = [
      sha256(readFileSync(join(bundle, layout.manifest))),
      sha256(Buffer.from(publicKeyOf(logKeyName), 'hex')),
    ];
    const whole = verify(bundle, '--manifest-sha256', hexGroups(manifest).join(' '), '--log-key-sha256', key);
    expect([whole.status, whole.rules.get('BUNDLE-MANIFEST-AS-ON-PAPER')]).toEqual([0, 'holds']);
    expect(whole.rules.get('BUNDLE-LOG-KEY-TRUSTED')).toBe('holds');
    const other = verify(bundle, '--manifest-sha256', key, '--log-key-sha256', manifest);
    expect([other.status, other.rules.get('BUNDLE-MANIFEST-AS-ON-PAPER')]).toEqual([1, 'broken']);
    expect(other.rules.get('BUNDLE-LOG-KEY-TRUSTED')).toBe('broken');
    for (const odd of ['', 'cowbell', '12', '12 a', 'x y z'])
      expect(verify(bundle, '--checkpoint', odd).status).toBe(2);
  });

  it.each([...sample.files.keys()])('answers 1 when a byte of %s differs', (path) => {
    const bytes = Uint8Array.from(sample.files.get(path) ?? []);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x20;
    expect(
      verify(damaged(`byte-${path.replaceAll('/', '-')}`, (top) => writeFileSync(join(top, path), bytes))).status,
    ).toBe(1);
  });

  /** Each of them is within the limit, and takes no room on the disk. */
  const fill = (top: string): void => {
    for (const name of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
      writeFileSync(join(top, name), '');
      truncateSync(join(top, name), 2 ** 25);
    }
  };

  it.each<[string, (top: string) => void, string]>([
    ['a file is missing', (top) => rmSync(join(top, layout.upload)), 'BUNDLE-FILES-AS-LISTED'],
    ['a file is too many', (top) => writeFileSync(join(top, 'keys/a\nholds  X'), ''), 'BUNDLE-NO-UNLISTED-FILE'],
    ['a link lies in it', (top) => symlinkSync('/etc/passwd', join(top, 'keys/link')), 'BUNDLE-PLAIN-FILES'],
    ['it has no end', (top) => mkdirSync(join(top, 'a/b/c/d/e/f/g/h/i'), { recursive: true }), 'BUNDLE-PLAIN-FILES'],
    [
      'there are too many files',
      (top) => Array.from({ length: 2000 }, (_, n) => writeFileSync(join(top, `${n}`), '')),
      'BUNDLE-PLAIN-FILES',
    ],
    ['its files are huge together', fill, 'BUNDLE-PLAIN-FILES'],
    ['a file is huge', (top) => truncateSync(join(top, layout.upload), 2 ** 36), 'BUNDLE-PLAIN-FILES'],
  ])('answers 1 when %s', (name, damage, rule) => {
    const { status, rules } = verify(damaged(name, damage));
    expect(rules.get(rule)).toBe('broken');
    expect(status).toBe(1);
  });

  it('answers 2 for a bundle of a destination that it does not know, and shows what it could check', () => {
    const foreign = foreignBundle();
    const { status, rules, said } = verify(putFiles(join(folder, 'foreign', foreign.folder), foreign.files));
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
    const { status, rules } = verify(putFiles(join(folder, 'odd', odd.folder), odd.files));
    expect(rules.get('BUNDLE-EVENTS-IN-FORM')).toBe('broken');
    expect(rules.get('BUNDLE-KEYS-AS-LOGGED')).toBe('not-checkable');
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
    // As lines it is the same log; cut in a line, or with one left out, it is none.
    const lines = join(folder, 'log.jsonl');
    const whole = Buffer.from(sample.files.get(layout.log) ?? []);
    const outcome = (bytes: Uint8Array) => {
      writeFileSync(lines, bytes);
      const answer = verify(lines);
      return [answer.status, answer.rules.get('LOG-CHAIN-INTACT')];
    };
    expect(outcome(whole)).toEqual([0, 'holds']);
    // Whoever asks about the paper gets no 0 from a log, which cannot answer.
    for (const asked of [
      ['--checkpoint', '5 cowbell stethoscope'],
      ['--manifest-sha256', 'a'.repeat(64)],
      ['--log-key-sha256', 'a'.repeat(64)],
    ])
      // prettier-ignore
      expect(verify(lines, ...asked).status).toBe(2);
    expect(outcome(whole.subarray(0, -1))).toEqual([1, 'broken']);
    expect(outcome(whole.subarray(whole.indexOf('\n') + 1))).toEqual([1, 'broken']);
  });

  it.each<[string, () => string[]]>([
    ['no argument', () => []],
    ['two arguments', () => [bundle, bundle]],
    ['an unknown option', () => ['--fast', bundle]],
    ['a path that is not there', () => [join(folder, 'nothing')]],
    ['a folder that is no bundle', () => [join(bundle, 'keys')]],
    ['a log key that is not there', () => [bundle, '--log-key', join(folder, 'nobody.pem')]],
    ['a log key that is none', () => [bundle, '--log-key', join(bundle, layout.upload)]],
    ['a hash that is cut short', () => [bundle, '--manifest-sha256', 'a'.repeat(63)]],
    ['a hash of the log key that is none', () => [bundle, '--log-key-sha256', 'z'.repeat(64)]],
    ['a log key and its hash', () => [bundle, '--log-key-sha256', 'a'.repeat(64), '--log-key', join(bundle, 'record', 'keys', 'log.pem')]], // prettier-ignore
    ['a checkpoint that is none', () => [bundle, '--checkpoint', 'cowbell']],
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
