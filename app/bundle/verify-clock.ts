import * as v from 'valibot';
import type { JsonValue } from '../audit/canonical-json.ts';
import type { Entry } from '../audit/entry.ts';
import { refuse } from '../rules/refusal.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-CLOCK-TOLD';

/** A clock may jitter by this many milliseconds before it counts as set back: the verifier's own record of it. */
const jitter = 2000;

const toldSchema = v.object({
  type: v.literal('exception-opened'),
  openedBy: v.literal('keyferry'),
  rule: v.literal('CLOCK-NOT-SET-BACK'),
});
const typedSchema = v.object({ type: v.string() });

/** What the machine appends by itself behind what somebody did, before it looks at the clock again. */
const byItself: ReadonlySet<string> = new Set(['effect-requested', 'exception-opened', 'break-ended']);
/** What ends work; while it is under way its outcome comes first, and the clock is told of after it. */
const outcomes: ReadonlySet<string> = new Set(['effect-completed', 'effect-failed']);

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
  const back = entries.filter(({ event }) => v.is(toldSchema, event)).length;
  return holds(`${first.time} to ${last.time}, set back ${back} times as told`);
}

function afterEntry({ latest, behind, atWork }: Times, { time, sequence, event }: Entry): Times {
  const now = Date.parse(time);
  if (v.is(toldSchema, event)) return { latest: now, behind: null, atWork };
  const type = typeOf(event);
  if (behind !== null && !atWork && !byItself.has(type)) {
    refuse(rule, `Entry ${behind} lies behind an earlier one, and before the clock was told of came ${type}.`);
  }
  return {
    latest: Math.max(latest, now),
    behind: behind ?? (now < latest - jitter ? sequence : null),
    atWork: type === 'effect-requested' || (atWork && !outcomes.has(type)),
  };
}

function typeOf(event: JsonValue): string {
  return v.is(typedSchema, event) ? event.type : 'an entry of no type';
}
