import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { About } from '../../app/contract/calls.ts';
import { replayLog } from '../../app/ceremony/replay.ts';
import { currentStep } from '../../app/ceremony/state.ts';
import { Refused, type Refusal } from '../../app/rules/refusal.ts';
import { headMarkOf, readHeadMark } from './head-mark.ts';
import { finding } from './judgement.ts';
import { readCopy } from './log-copy.ts';
import { isThere, placesOf, shelfOf, type LogPlaces } from './places.ts';
import { lookAtLog, type Outlook } from './read-log.ts';

type Unfinished = About['unfinished'][number];

/**
 * Lists the ceremonies of this workstation that were begun and are not closed, the latest first.
 * @param profile - the application's own folder
 * @returns what the start screen needs; a log that cannot be read is listed with the rule it breaks, never hidden
 */
export function unfinishedCeremonies(profile: string): About['unfinished'] {
  const shelf = shelfOf(profile);
  if (!existsSync(shelf)) return [];
  return readdirSync(shelf)
    .flatMap((name) => describe(name, join(shelf, name)) ?? [])
    .sort((a, b) => b.time.localeCompare(a.time));
}

function describe(ceremony: string, folder: string): Unfinished | null {
  try {
    const places = placesOf(folder);
    if (!isThere(places) || wasNeverBegun(places)) return null;
    const outlook = lookAtLog(places);
    return outlook.unsound === null ? describeSound(ceremony, outlook.entries) : unsound(ceremony, outlook.unsound);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return unsound(ceremony, { refusal: error.refusal, heads: { log: null, copy: null }, choices: [] });
  }
}

/** The power went while the log was being made: nobody had written anything yet. */
function wasNeverBegun({ file, copy }: LogPlaces): boolean {
  if (existsSync(file)) return false;
  const copied = existsSync(copy) ? finding(() => readCopy(copy)) : { entries: [] };
  const mark = headMarkOf(file);
  const seen = existsSync(mark) ? finding(() => readHeadMark(mark)) : { size: 0 };
  return 'entries' in copied && copied.entries.length === 0 && 'size' in seen && seen.size === 0;
}

/** One that was cut off before its first entry was never begun; one that is closed is not unfinished. */
function describeSound(ceremony: string, entries: NonNullable<Outlook['entries']>): Unfinished | null {
  const state = replayLog(entries);
  const step = state === null ? null : currentStep(state);
  if (state === null || step === null) return null;
  const where = { step: `${step.number} ${step.title}`, time: entries.at(-1)?.time ?? '' };
  return { ceremony, title: state.plan.title, mode: state.mode, ...where, unsound: null };
}

function unsound(ceremony: string, { refusal, heads, choices }: NonNullable<Outlook['unsound']>): Unfinished {
  const { rule, cause }: Refusal = refusal;
  const ends = (['log', 'copy'] as const).map((side) => {
    const head = heads[side];
    return { side, head: head === null ? null : { size: head.size, head: head.hash }, mayGoOn: choices.includes(side) };
  });
  return {
    ceremony,
    title: 'A log that cannot be read',
    mode: ceremony.startsWith('rehearsal-') ? 'rehearsal' : 'production',
    step: `${rule}: ${cause}`,
    time: '',
    unsound: { refusal, ends },
  };
}
