import { entryHash, type Entry } from '../../app/audit/entry.ts';
import { Refused } from '../../app/rules/refusal.ts';
import { isAlarming, isMade, isRepair, look, make, takeUp, type Happened } from './store-use.ts';

/** What the product makes of what a power cut left. */
export type Observation =
  /** There is no log, and one can be made; or why not. */
  | { readonly kind: 'no-log'; readonly stuck: string | null }
  /** It opens; `stuck` says why it could not be gone on with. `repairs` are the numbers of entries that tell of one. */
  | {
      readonly kind: 'opened';
      /** Of every entry, in order. */
      readonly hashes: readonly string[];
      readonly repairs: readonly number[];
      /** This opening repaired it, and more than a power cut should call for. */
      readonly isRepaired: boolean;
      readonly isAlarming: boolean;
      readonly stuck: string | null;
    }
  | { readonly kind: 'refused'; readonly rule: string; readonly cause: string }
  /** Something was thrown that is no refusal. */
  | { readonly kind: 'broke'; readonly cause: string };

const next: Happened = {
  time: '2026-11-23T20:00:00.000Z',
  actor: 'keyferry',
  event: { type: 'ceremony-resumed', application: 'power cut', log: null },
};

/**
 * Does what the people do after a power cut: look at the start screen, take the ceremony up again, go on with it, and
 * open it once more. Where there is no log they begin anew.
 * @param folder - what is on the disk; it is changed
 */
export function observe(folder: string): Observation {
  try {
    return isMade(folder) ? takenUp(folder) : begunAnew(folder);
  } catch (error) {
    if (!(error instanceof Refused)) return { kind: 'broke', cause: String(error) };
    return { kind: 'refused', rule: error.refusal.rule, cause: error.refusal.cause };
  }
}

function begunAnew(folder: string): Observation {
  return { kind: 'no-log', stuck: complaintOf(() => goOn(folder, make(folder), [])) };
}

function takenUp(folder: string): Observation {
  const seen = look(folder).length;
  const log = takeUp(folder);
  const entries = log.entries();
  const repairs = entries.flatMap((entry, index) => (isRepair(entry) ? [index + 1] : []));
  const told = entries.slice(seen);
  const hashes = entries.map(entryHash);
  const stuck = complaintOf(() => goOn(folder, log, entries)) ?? (told.every(isRepair) ? null : `the start screen saw ${seen} of ${entries.length} entries`); // prettier-ignore
  return { kind: 'opened', hashes, repairs, isRepaired: told.length > 0, isAlarming: told.some(isAlarming), stuck };
}

function goOn(folder: string, log: ReturnType<typeof make>, entries: readonly Entry[]): void {
  const appended = log.append(next.time, next.actor, next.event);
  log.close();
  const again = takeUp(folder);
  const found = again.entries();
  again.close();
  const last = found.at(-1);
  if (found.length !== entries.length + 1 || last === undefined || entryHash(last) !== entryHash(appended)) {
    throw new Error(`${found.length} entries after one more than ${entries.length}`);
  }
}

function complaintOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof Refused) return `${error.refusal.rule}: ${error.refusal.cause}`;
    return String(error);
  }
}
