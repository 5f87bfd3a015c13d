import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { layout } from '../../app/bundle/layout.ts';
import { verifyBundle } from '../../app/bundle/verify-bundle.ts';
import { calls } from '../../app/contract/calls.ts';
import type { CheckedRecord, PaperOfTheRoom } from '../../app/contract/record-calls.ts';
import { checkRecord } from '../../main/check-desk.ts';
import { flipBit, logKeyOnPaper, manifestOnPaper, onPaper, putBundle, soundBundle } from '../support/checked-bundle.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { scratchFolder } from '../support/token.ts';

// Somebody who was not in the room has a medium with a bundle, and a line on onPaper.

const application = { name: 'Keyferry', version: '0.1.0' };

let scratch: ReturnType<typeof scratchFolder>;
let top: string;

beforeEach(() => {
  scratch = scratchFolder();
  top = putBundle(scratch.folder);
});

afterEach(() => scratch.remove());

const nothing: PaperOfTheRoom = { checkpoint: null, manifestSha256: null, logKeySha256: null };

async function check(paper: Partial<PaperOfTheRoom> = {}, chosen: string | null = top): Promise<CheckedRecord> {
  const found = await checkRecord({ application, chooseFolder: async () => chosen }, { ...nothing, ...paper });
  // It leaves only in the declared shape.
  return v.parse(calls['record.check'].output, found) ?? expect.unreachable('nobody chose a folder');
}

const outcomeOf = ({ results }: CheckedRecord, rule: string): string =>
  results.find((result) => result.rule === rule)?.outcome ?? 'not there';

describe('checking a record', () => {
  it('says of a sound bundle that everything holds, by the very rules of the command', async () => {
    const found = await check();
    expect(found).toMatchObject({ folder: top, verdict: 'holds' });
    expect(soundBundle.folder).toContain(found.ceremony);
    expect(found.results).toEqual(verifyBundle(soundBundle, 'Keyferry 0.1.0'));
    expect(outcomeOf(found, 'BUNDLE-UPLOAD-AS-LOGGED')).toBe('holds');
    expect(outcomeOf(found, 'BUNDLE-CHECKPOINT-AS-ON-PAPER')).toBe('not-checkable');
  });

  it.each([...soundBundle.files.keys()])('calls it not sound when a byte of %s differs', async (path) => {
    flipBit(join(top, path));
    expect((await check()).verdict).toBe('broken');
  });

  it('names the ceremony only where the manifest can be read', async () => {
    writeFileSync(join(top, layout.manifest), '{}');
    expect(await check()).toMatchObject({ ceremony: null, verdict: 'broken' });
  });

  it('holds the log against what the paper says, and lets nobody who asked go without an answer', async () => {
    const right = await check({ checkpoint: `  ${onPaper.toUpperCase()} ` });
    expect([right.verdict, outcomeOf(right, 'BUNDLE-CHECKPOINT-AS-ON-PAPER')]).toEqual(['holds', 'holds']);
    const wrong = await check({ checkpoint: onPaper.replace(/\S+$/u, 'cowbell') });
    expect([wrong.verdict, outcomeOf(wrong, 'BUNDLE-CHECKPOINT-AS-ON-PAPER')]).toEqual(['broken', 'broken']);
    const later = await check({ checkpoint: '9999 cowbell stethoscope' });
    expect(later.verdict).toBe('not-checkable');
    expect(outcomeOf(later, 'BUNDLE-CHECKPOINT-AS-ON-PAPER')).toBe('not-checkable');
  });

  it.each(['', ' ', 'cowbell', '57', '57 cowbell', '0 cowbell stethoscope', '57 cowbell stethoscope now'])(
    'refuses "%s" as a checkpoint before it asks for a folder',
    async (typed) => {
      const chooseFolder = vi.fn(async () => top);
      const rule = await ruleOfAsync(() =>
        checkRecord({ application, chooseFolder }, { ...nothing, checkpoint: typed }),
      );
      expect([rule, chooseFolder.mock.calls.length]).toEqual(['CHECKPOINT-AS-PEOPLE-WRITE-IT', 0]);
    },
  );

  it('holds manifest and log key against the whole hashes on the paper', async () => {
    const rules = ['BUNDLE-MANIFEST-AS-ON-PAPER', 'BUNDLE-LOG-KEY-TRUSTED'] as const;
    const right = await check({ manifestSha256: manifestOnPaper, logKeySha256: ` ${logKeyOnPaper.toLowerCase()}` });
    expect([right.verdict, ...rules.map((rule) => outcomeOf(right, rule))]).toEqual(['holds', 'holds', 'holds']);
    const wrong = await check({ manifestSha256: logKeyOnPaper, logKeySha256: manifestOnPaper });
    expect([wrong.verdict, ...rules.map((rule) => outcomeOf(wrong, rule))]).toEqual(['broken', 'broken', 'broken']);
  });

  it.each(['', '0E2F', manifestOnPaper.slice(0, -1), `${manifestOnPaper} 0000`, manifestOnPaper.replace(/.$/u, 'g')])(
    'refuses "%s" as a hash before it asks for a folder',
    async (typed) => {
      const chooseFolder = vi.fn(async () => top);
      for (const paper of [{ manifestSha256: typed }, { logKeySha256: typed }]) {
        const rule = await ruleOfAsync(() => checkRecord({ application, chooseFolder }, { ...nothing, ...paper }));
        expect([rule, chooseFolder.mock.calls.length]).toEqual(['HASH-AS-PEOPLE-WRITE-IT', 0]);
      }
    },
  );

  it('looks for the folder among what came in, and answers nothing where nobody chooses one', async () => {
    const chooseFolder = vi.fn(async () => null);
    expect(await checkRecord({ application, chooseFolder }, nothing)).toBeNull();
    expect(chooseFolder).toHaveBeenCalledExactlyOnceWith('inbound');
  });

  it('refuses a folder that is no bundle, and one that cannot be read', async () => {
    expect(await ruleOfAsync(() => check({}, scratch.folder))).toBe('CHECKED-FOLDER-IS-BUNDLE');
    expect(await ruleOfAsync(() => check({}, join(scratch.folder, 'gone')))).toBe('INBOUND-READABLE');
    expect(await ruleOfAsync(() => check({}, join(top, layout.manifest)))).toBe('INBOUND-READABLE');
  });

  it('calls a bundle with a link in it not sound, whatever else it holds', async () => {
    symlinkSync('/etc/passwd', join(top, 'link'));
    const { verdict, results } = await check();
    expect([verdict, results.map(({ rule }) => rule)]).toEqual(['broken', ['BUNDLE-PLAIN-FILES']]);
  });

  it('shows names that were made to mislead on one line, and no endless ones', async () => {
    const { results } = await check({}, odd('a\n\u202eholds'));
    const detail = results.find(({ rule }) => rule === 'BUNDLE-NO-UNLISTED-FILE')?.detail ?? '';
    expect(detail).toContain('a  holds');
    const many = await check({}, odd(...Array.from({ length: 40 }, (_, index) => `${'x'.repeat(200)}${index}`)));
    expect(Math.max(...many.results.map((result) => result.detail.length))).toBe(2001);
  });
});

/** Adds files to the bundle. @returns its path */
function odd(...names: string[]): string {
  for (const name of names) writeFileSync(join(top, name), '');
  return top;
}
