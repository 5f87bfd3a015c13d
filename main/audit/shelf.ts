import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { About } from '../../app/contract/calls.ts';
import { replayLog } from '../../app/ceremony/replay.ts';
import { currentStep } from '../../app/ceremony/state.ts';
import { Refused } from '../../app/rules/refusal.ts';
import { readLog } from './store.ts';

/** Name of the log inside a ceremony's folder. */
export const logName = 'log.sqlite';

/** The folder of this profile under which each ceremony has its own. */
export function shelfOf(profile: string): string {
  return join(profile, 'ceremonies');
}

/**
 * Lists the ceremonies of this workstation that were begun and are not closed, the latest first.
 * @param profile - the application's own folder
 * @returns what the start screen needs; a log that cannot be read is listed with the rule it breaks, never hidden
 */
export function unfinishedCeremonies(profile: string): About['unfinished'] {
  const shelf = shelfOf(profile);
  if (!existsSync(shelf)) return [];
  return readdirSync(shelf)
    .filter((name) => existsSync(join(shelf, name, logName)))
    .flatMap((name) => describe(name, join(shelf, name, logName)))
    .sort((a, b) => b.time.localeCompare(a.time));
}

function describe(ceremony: string, file: string): About['unfinished'] {
  try {
    const entries = readLog(file);
    const state = replayLog(entries);
    const step = state === null ? null : currentStep(state);
    if (state === null || step === null) return [];
    return [
      {
        ceremony,
        title: state.plan.title,
        mode: state.mode,
        step: `${step.number} ${step.title}`,
        time: entries.at(-1)?.time ?? '',
      },
    ];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { rule, cause } = error.refusal;
    return [{ ceremony, title: 'A log that cannot be read', mode: 'rehearsal', step: `${rule}: ${cause}`, time: '' }];
  }
}
