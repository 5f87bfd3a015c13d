import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layout } from '../../app/bundle/layout.ts';
import { hexGroups } from '../../app/keys/fingerprint.ts';
import { sha256 } from '../app/bundle/bundle-maker.ts';
import { sampleBundle } from '../app/bundle/sample-bundle.ts';
import { logKeyName, publicKeyOf } from '../support/keys.ts';
import { cloudBundle } from '../app/bundle/sample-clouds.ts';
import { verifierPath } from '../support/paper.ts';
import { putFiles } from '../support/put-files.ts';
import { agreed, compared } from './campaign.ts';
import { mutantsOf, type Mutant } from './mutants.ts';

// The verifier of the application, and the one in Python that was written from docs/record-format.md alone.

/** More of them, and by another seed: `npm run test:differential`. */
const slice = 100;

describe('both verifiers', () => {
  it('find the sound bundles sound, and every mutant of them broken', async () => {
    const { faults, bundles, byRule } = await compared(slice, 20261126);
    expect(faults).toEqual([]);
    expect(bundles).toBe(slice + 3);
    // Not by one rule alone: what each of them finds differs.
    expect(byRule.size).toBeGreaterThan(10);
  }, 240_000);
});

describe('a log that everybody signed anew', () => {
  it('is the same to both, whatever it tells', async () => {
    const { faults, sound, byRule } = await agreed(slice, 20261127);
    expect(faults).toEqual([]);
    // Much of what people may say is nobody's to judge.
    expect(sound).toBeGreaterThan(5);
    expect(byRule.get('BUNDLE-EVENTS-IN-FORM')).toBeLessThan(slice / 2);
  }, 240_000);

  it('would betray a verifier that passes over what is malformed', async () => {
    const program = readFileSync(verifierPath, 'utf8');
    const lenient = program.replace('    need(EVENT(entry.event),', '    need(True,');
    expect(lenient).not.toBe(program);
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-lenient-'));
    writeFileSync(join(folder, 'lenient.py'), lenient);
    const { faults } = await agreed(25, 20261127, join(folder, 'lenient.py'));
    rmSync(folder, { recursive: true });
    expect(faults.length).toBeGreaterThan(5);
  }, 240_000);
});

describe('the mutants', () => {
  it('are the same for the same seed, and differ from the bundle that they are of', () => {
    const made = (): Mutant[] => {
      const mutants = mutantsOf(sampleBundle(), cloudBundle(), 7);
      return Array.from({ length: 12 }, () => mutants.next().value);
    };
    const [first, second] = [made(), made()];
    expect(first).toEqual(second);
    for (const { bundle } of first) expect(bundle.files).not.toEqual(sampleBundle().files);
  });
});

describe('what the reader knows from elsewhere', () => {
  it('is an answer that both give, and no shrug where the record does not go so far', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-asked-'));
    const { folder: name, files } = sampleBundle();
    const top = putFiles(join(folder, name), files);
    const code = (...args: string[]): number | null => spawnSync('python3', ['-I', verifierPath, top, ...args]).status;
    expect(code()).toBe(0);
    expect(code('--checkpoint', '999 cowbell stethoscope')).toBe(2);
    expect(code('--checkpoint', '20 cowbell stethoscope')).toBe(1);
    expect(code('--log-key', join(top, 'record', 'keys', 'log.pem'))).toBe(0);
    expect(code('--log-key', join(top, 'record', 'keys', 'p1.pem'))).toBe(1);
    const [manifest, key] = [
      sha256(files.get(layout.manifest) ?? ''),
      sha256(Buffer.from(publicKeyOf(logKeyName), 'hex')),
    ];
    expect(code('--manifest-sha256', hexGroups(manifest).join(' '), '--log-key-sha256', key)).toBe(0);
    expect(code('--manifest-sha256', key)).toBe(1);
    expect(code('--log-key-sha256', manifest)).toBe(1);
    // What is cut short is no hash, and never a check that was not made.
    expect(code('--manifest-sha256', manifest.slice(0, -1))).toBe(2);
    expect(code('--log-key-sha256', key, '--log-key', join(top, 'record', 'keys', 'log.pem'))).toBe(2);
    // More than anybody would read: said before anything is read.
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      writeFileSync(join(top, `${n}`), '');
      truncateSync(join(top, `${n}`), 2 ** 25);
    }
    const { stdout } = spawnSync('python3', ['-I', verifierPath, top], { encoding: 'utf8' });
    expect(stdout).toMatch(/^broken +BUNDLE-PLAIN-FILES /u);
    rmSync(folder, { recursive: true });
  });
});
