import type { Observation } from './observe.ts';
import type { Said } from './script.ts';

/** What is wrong with what is left after a power cut. */
export const faults = [
  /** An acknowledged entry, or the log as a whole, is gone, and nothing tells of it. */
  'lost',
  /** An entry is another than the one that was acknowledged. */
  'altered',
  /** There is an entry that nobody wrote. */
  'invented',
  /** Some of what one command led to is there, and the rest of it is not. */
  'torn',
  /** The log does not open, though nothing but the power failed. */
  'refused',
  /** It opens, and cannot be gone on with; or no log can be made where there is none. */
  'stuck',
  /** A repair that the log tells of as if more than the power had failed. */
  'alarmed',
  /** Something else than a refusal was thrown. */
  'broke',
  /** Files were damaged besides the power cut, an acknowledged entry is gone, and nothing tells of it. */
  'unflagged',
  /** What was damaged and replaced is not kept to be examined. */
  'thrown away',
] as const;
export type Fault = (typeof faults)[number];

export interface Verdict {
  readonly fault: Fault;
  readonly detail: string;
}

/**
 * Holds what was found against what had been said before the power went.
 * @returns null when every acknowledged entry is there, and nothing else but what was being written
 */
export function verdictOn(found: Observation, said: Said): Verdict | null {
  if (found.kind === 'refused') return { fault: 'refused', detail: `${found.rule}: ${found.cause}` };
  if (found.kind === 'broke') return { fault: 'broke', detail: found.cause };
  const kept = said.kept?.size ?? 0;
  if (found.kind === 'no-log') {
    // Its copy is still there, and stands against a new log: people must choose, and nothing went wrong in silence.
    if (kept > 0 && found.stuck !== null) return { fault: 'refused', detail: `the log is gone: ${found.stuck}` };
    if (said.isMade || kept > 0) return { fault: 'lost', detail: `the log with ${kept} entries` };
    return stuckOn(found.stuck);
  }
  const { hashes, repairs } = found;
  if (hashes.length < kept) return { fault: 'lost', detail: `${hashes.length} of ${kept} entries are left` };
  if (said.kept !== null && hashes[kept - 1] !== said.kept.hash) return { fault: 'altered', detail: `entry ${kept}` };
  const strange = hashes.findIndex((hash, index) => index >= kept && !isExpected(hash, index + 1, said, repairs));
  if (strange >= 0) return { fault: 'invented', detail: `entry ${strange + 1}` };
  const begun = said.tried.filter(({ size }) => size > kept);
  const there = begun.filter(({ size, hash }) => hashes[size - 1] === hash).length;
  if (there > 0 && there < begun.length) {
    return { fault: 'torn', detail: `${there} of ${begun.length} entries behind entry ${kept}` };
  }
  if (found.isAlarming) return { fault: 'alarmed', detail: `entry ${hashes.length}` };
  return stuckOn(found.stuck);
}

/**
 * The same where files were damaged besides: a refusal is right then, and so is a log that cannot be begun anew. What
 * opens must still have every acknowledged entry.
 */
export function verdictOnDamaged(found: Observation, said: Said): Verdict | null {
  if (found.kind === 'refused' || (found.kind === 'no-log' && found.stuck !== null)) return null;
  const verdict = verdictOn(found, said);
  if (verdict === null || ['stuck', 'alarmed'].includes(verdict.fault)) return null;
  return verdict.fault === 'broke' ? verdict : { fault: 'unflagged', detail: `${verdict.fault}: ${verdict.detail}` };
}

function isExpected(hash: string, number: number, said: Said, repairs: readonly number[]): boolean {
  return repairs.includes(number) || said.tried.some((place) => place.size === number && place.hash === hash);
}

function stuckOn(stuck: string | null): Verdict | null {
  return stuck === null ? null : { fault: 'stuck', detail: stuck };
}
