import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../app/audit/entry.ts';
import { parseExtract } from '../../app/audit/extract.ts';
import { currentStep, type CeremonyState } from '../../app/ceremony/state.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { reportBytes, reportOf } from '../../app/record/report.ts';
import { saveRecord } from '../../main/record-desk.ts';
import { fontFolder } from '../support/paper.ts';
import { readPdf } from '../support/pdf-text.ts';
import { acted, logOf } from '../support/report-log.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { scratchFolder } from '../support/token.ts';
import { azureKey, opened, planWith, walkTo } from '../support/walk.ts';

// Before the room is emptied somebody takes log, transcript, plan and report along on a medium.

const plan = planWith([azureKey('root')]);
/** Small, since printing takes time: aborted before anybody had a key, so that it is at its end. */
const early = walkTo(opened(plan), 'prepare.findings');
const ended = acted(early, { type: 'stop-ceremony', step: currentStep(early)?.id ?? '', reason: 'A drill' });

let scratch: ReturnType<typeof scratchFolder>;
let medium: string;
let chosen: string | null;

beforeEach(() => {
  scratch = scratchFolder();
  medium = join(scratch.folder, 'medium');
  mkdirSync(medium);
  chosen = medium;
});

afterEach(() => scratch.remove());

interface Room {
  readonly state: CeremonyState;
  workingSince: string | null;
}

function save(room: Room, chooseFolder = async (): Promise<string | null> => chosen): ReturnType<typeof saveRecord> {
  const entries: readonly Entry[] = logOf(ended);
  const application = { name: 'Keyferry', version: '0.1.0', electron: '43.2.0' };
  return saveRecord(
    { application, fonts: fontFolder, chooseFolder },
    { log: { entries: () => entries }, runner: room },
  );
}

describe('saving the record', () => {
  it('writes log, transcript, plan and report into a new folder, each as it is told', async () => {
    const saved = await save({ state: ended, workingSince: null });
    expect(saved).toMatchObject({ folder: join(medium, `keyferry-record-${ended.ceremony}`), isInterim: false });
    const files = saved?.files ?? [];
    expect(readdirSync(saved?.folder ?? '').toSorted()).toEqual(files.map(({ path }) => path).toSorted());
    for (const { path, sha256, bytes } of files) {
      const found = Uint8Array.from(readFileSync(join(saved?.folder ?? '', path)));
      expect([sha256Hex(found), found.length]).toEqual([sha256, bytes]);
    }
    const read = (name: string): Uint8Array => Uint8Array.from(readFileSync(join(saved?.folder ?? '', name)));
    expect(parseExtract(read('log.jsonl'))).toEqual(logOf(ended));
    expect(Buffer.compare(read('report.json'), reportBytes(reportOf(logOf(ended))))).toBe(0);
    const pdf = read('report.pdf');
    expect(readPdf(pdf).pages.join('')).toContain('A drill');
    expect(saved?.report).toMatchObject({ sha256: sha256Hex(pdf) });
    expect(saved?.report.words).toHaveLength(32);
    // The same folder a second time: nothing is overwritten.
    expect(await ruleOfAsync(() => save({ state: ended, workingSince: null }))).toBe('MEDIA-NOTHING-OVERWRITTEN');
  }, 60_000);

  it('may be done before the end, in a folder that leaves room for the last one', async () => {
    const saved = await save({ state: early, workingSince: null });
    expect(saved?.isInterim).toBe(true);
    expect(saved?.folder).not.toBe(join(medium, `keyferry-record-${early.ceremony}`));
  }, 60_000);

  it('saves nothing where nobody chooses a folder', async () => {
    chosen = null;
    expect(await save({ state: ended, workingSince: null })).toBeNull();
  });

  it('is refused while work is under way, and when work has begun while the folder was chosen', async () => {
    const ask = vi.fn(async () => medium);
    expect(await ruleOfAsync(() => save({ state: early, workingSince: '2026-11-26T14:00:00.000Z' }, ask))).toBe('EFFECT-NOT-IN-FLIGHT'); // prettier-ignore
    expect(ask).not.toHaveBeenCalled();
    const room: Room = { state: early, workingSince: null };
    const begin = async (): Promise<string> => {
      room.workingSince = '2026-11-26T14:00:00.000Z';
      return medium;
    };
    expect(await ruleOfAsync(() => save(room, begin))).toBe('EFFECT-NOT-IN-FLIGHT');
    expect(readdirSync(medium)).toEqual([]);
  });

  it('of a production ceremony goes to a removable medium only', async () => {
    const state: CeremonyState = { ...ended, mode: 'production' };
    expect(await ruleOfAsync(() => save({ state, workingSince: null }))).toBe('PRODUCTION-MEDIA-REMOVABLE');
    expect(readdirSync(medium)).toEqual([]);
  });

  it('leaves nothing behind where it cannot be written', async () => {
    writeFileSync(join(scratch.folder, 'file'), 'x');
    chosen = join(scratch.folder, 'file');
    expect(await ruleOfAsync(() => save({ state: ended, workingSince: null }))).toMatch(/^MEDIA-/u);
  }, 60_000);
});
