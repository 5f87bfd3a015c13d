import { refuse } from '../rules/refusal.ts';
import type { ToldEntry, ToldEvent } from './told-events.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-CLOCK-TOLD';

/** A clock may jitter by this many milliseconds before it counts as set back: the verifier's own record of it. */
const jitter = 2000;

/** What the machine appends by itself behind what somebody did, before it looks at the clock again. */
const byItself: ReadonlySet<ToldEvent['type']> = new Set<ToldEvent['type']>([
  'effect-requested',
  'exception-opened',
  'break-ended',
  'log-repaired',
]);
/** What ends work; while it is under way its outcome comes first, and the clock is told of after it. */
const outcomes: ReadonlySet<ToldEvent['type']> = new Set<ToldEvent['type']>(['effect-completed', 'effect-failed']);

/** The times of a log as far as it was followed. */
interface Times {
  /** The latest time seen since a clock set back was last told of, in milliseconds. */
  readonly latest: number;
  /** The sequence number of an entry behind it that nothing has told of yet; null when there is none. */
  readonly behind: number | null;
  readonly atWork: boolean;
}

/**
 * Whether the times of the log go forward, or an exception tells of a clock that was set back before anybody did anything
 * more. Deadlines are judged by these times.
 * @throws Refused with BUNDLE-CLOCK-TOLD
 */
export function checkClock({ entries }: Readings): Finding {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return refuse(rule, 'The log tells no time.');
  const start: Times = { latest: Date.parse(first.time), behind: null, atWork: false };
  const { behind } = entries.reduce(afterEntry, start);
  if (behind !== null) refuse(rule, `Entry ${behind} lies behind an earlier one, and no exception tells of the clock.`);
  const back = entries.filter(({ event }) => isTold(event)).length;
  return holds(`${first.time} to ${last.time}, set back ${back} times as told`);
}

function afterEntry({ latest, behind, atWork }: Times, { time, sequence, event }: ToldEntry): Times {
  const now = Date.parse(time);
  if (isTold(event)) return { latest: now, behind: null, atWork };
  const { type } = event;
  if (behind !== null && !atWork && !byItself.has(type)) {
    refuse(rule, `Entry ${behind} lies behind an earlier one, and before the clock was told of came ${type}.`);
  }
  return {
    latest: Math.max(latest, now),
    behind: behind ?? (now < latest - jitter ? sequence : null),
    atWork: type === 'effect-requested' || (atWork && !outcomes.has(type)),
  };
}

/** Whether it tells of a clock that was set back. */
function isTold(event: ToldEvent): boolean {
  return event.type === 'exception-opened' && event.openedBy === 'keyferry' && event.rule === 'CLOCK-NOT-SET-BACK';
}
