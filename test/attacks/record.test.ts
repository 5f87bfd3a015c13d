import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyBundle } from '../../app/bundle/verify-bundle.ts';
import { nothingKnown, type KnownElsewhere } from '../../app/bundle/verify-known.ts';
import { hexGroups } from '../../app/keys/fingerprint.ts';
import { application, type Files } from '../app/bundle/bundle-maker.ts';
import { verifierPath } from '../support/paper.ts';
import { putFiles } from '../support/put-files.ts';
import { scratchFolder } from '../support/token.ts';
import { attacks, sound } from './record.ts';
import { tableOf } from './table.ts';

const scratch = scratchFolder();
afterAll(() => scratch.remove());

/** The rules that the verifier of the application finds broken. */
function first(files: Files, known: KnownElsewhere): string[] {
  const results = verifyBundle({ folder: sound.folder, files }, application, known);
  return results.flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : []));
}

/** Those of the verifier in Python, as somebody calls it who has the paper. */
function second(files: Files, known: KnownElsewhere): { code: number | null; broken: string[] } {
  const { checkpoint, logKeySha256, manifestSha256 } = known;
  const top = join(scratch.folder, sound.folder);
  rmSync(top, { recursive: true, force: true });
  putFiles(top, files);
  const args: string[] = [];
  if (checkpoint !== null) args.push('--checkpoint', `${checkpoint.size} ${checkpoint.first} ${checkpoint.last}`);
  if (logKeySha256 !== null) args.push('--log-key-sha256', hexGroups(logKeySha256).join(' '));
  if (manifestSha256 !== null) args.push('--manifest-sha256', manifestSha256);
  const { status, stdout } = spawnSync('python3', ['-I', verifierPath, top, '--json', ...args], { encoding: 'utf8' });
  const { rules } = JSON.parse(stdout) as { rules: { rule: string; outcome: string }[] };
  return { code: status, broken: rules.flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : [])) };
}

describe('what is done to a record', () => {
  const table = tableOf('On the record');

  it('is what the page tells, and the sound one stays sound', () => {
    expect(Object.keys(attacks)).toEqual([...table.keys()]);
    expect(first(sound.files, nothingKnown)).toEqual([]);
    expect(second(sound.files, nothingKnown)).toEqual({ code: 0, broken: [] });
  });

  it.each(Object.entries(attacks))('is named by both verifiers: %s', (name, attack) => {
    const { files, known } = attack();
    const asked = { ...nothingKnown, ...known };
    // What the reader knows is true of the sound record: it is not this that makes it broken.
    expect(first(sound.files, asked)).toEqual([]);
    expect(second(sound.files, asked)).toEqual({ code: 0, broken: [] });
    const [rule = ''] = table.get(name) ?? [];
    const { code, broken } = second(files, asked);
    if (rule === 'none') {
      expect([first(files, asked), code, broken]).toEqual([[], 0, []]);
      return;
    }
    expect(first(files, asked)).toContain(rule);
    expect(broken).toContain(rule);
    expect(code).toBe(1);
  });
});
