import * as v from 'valibot';
import type { Entry } from '../audit/entry.ts';
import { refuse } from '../rules/refusal.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const text = v.string();
const completed = <S extends v.GenericSchema>(outcome: S) => v.object({ type: v.literal('effect-completed'), outcome });
const confirmedSchema = v.object({ type: v.literal('step-confirmed'), step: text, confirmedBy: v.array(text) });
const peopleSchema = v.object({
  type: v.literal('step-confirmed'),
  input: v.object({ kind: v.literal('people'), people: v.array(v.object({ id: text, roles: v.array(text) })) }),
});
const readSchema = completed(v.object({ kind: v.literal('read-inbound') }));
const wrapSchema = completed(
  v.object({ kind: v.literal('wrap-key'), key: text, proof: v.object({ oaepHash: v.nullable(text) }) }),
);
const leftOutSchema = v.object({ type: v.literal('key-left-out'), key: text, confirmedBy: v.array(text) });
const planSchema = v.object({
  quorum: v.record(text, v.number()),
  keys: v.array(v.object({ id: text })),
});

/** What must have happened before a key is wrapped, in this order; the quorum of the plan has to stand behind the last three. */
const comparedSteps = (key: string): readonly string[] => [`bring-in.compare.${key}`];
const approvedSteps = (isWeak: boolean): readonly string[] => [
  'bring-in.accept',
  'wrap.approve',
  ...(isWeak ? ['wrap.weak'] : []),
  'wrap.wrap',
];

interface Confirmed {
  /** Index of the entry. */
  readonly at: number;
  readonly by: readonly string[];
}

/** What the log has told up to an entry. */
interface Told {
  /** The roles of the people named at roll call, by their id. */
  readonly people: Map<string, readonly string[]>;
  /** The last confirmation of each step. */
  readonly steps: Map<string, Confirmed>;
  /** Index of the entry with the last reading of the wrapping keys; -1 before any. */
  readAt: number;
}

/**
 * Whether people confirmed before each wrap what they must, as the log tells it: the comparison of that key's wrapping
 * key, then the acceptance, the approval and the wrap itself, each of these by the quorum of the plan, and all of it
 * after the wrapping keys were last read.
 * @throws Refused with BUNDLE-CONFIRMED-AS-PLANNED
 */
export function checkConfirmations({ entries }: Readings): Finding {
  const opened = entries[0]?.event;
  const plan = v.safeParse(v.object({ plan: planSchema }), opened);
  if (!plan.success) return refuse('BUNDLE-CONFIRMED-AS-PLANNED', 'The log holds no plan with keys and a quorum.');
  const { quorum, keys } = plan.output.plan;
  const { wrapped, leftOut } = wrapsConfirmed(entries, quorum);
  const without = keys.find(({ id }) => wrapped.has(id) === leftOut.has(id));
  if (without !== undefined)
    refuse(
      'BUNDLE-CONFIRMED-AS-PLANNED',
      `The log does not tell of key ${without.id} that it was wrapped or left out.`,
    );
  return holds(
    `${wrapped.size} keys compared, accepted, approved and wrapped by the quorum, ${leftOut.size} left out by it`,
  );
}

/** Follows the log and judges every wrap, and every decision to go on without a key, by what was told before it. */
function wrapsConfirmed(
  entries: readonly Entry[],
  quorum: Readonly<Record<string, number>>,
): { readonly wrapped: ReadonlySet<string>; readonly leftOut: ReadonlySet<string> } {
  const told: Told = { people: new Map(), steps: new Map(), readAt: -1 };
  const wrapped = new Set<string>();
  const leftOut = new Set<string>();
  for (const [at, { event }] of entries.entries()) {
    if (v.is(peopleSchema, event)) for (const { id, roles } of event.input.people) told.people.set(id, roles);
    if (v.is(confirmedSchema, event)) told.steps.set(event.step, { at, by: event.confirmedBy });
    if (v.is(readSchema, event)) told.readAt = at;
    if (v.is(leftOutSchema, event)) {
      if (!isEnough(event.confirmedBy, told.people, quorum)) {
        refuse('BUNDLE-CONFIRMED-AS-PLANNED', `Key ${event.key} was left out by fewer people than the plan asks for.`);
      }
      leftOut.add(event.key);
    }
    if (!v.is(wrapSchema, event)) continue;
    checkWrap(event.outcome.key, event.outcome.proof.oaepHash === null, told, quorum);
    wrapped.add(event.outcome.key);
  }
  return { wrapped, leftOut };
}

function checkWrap(key: string, isWeak: boolean, told: Told, quorum: Readonly<Record<string, number>>): void {
  let after = told.readAt;
  const approved = approvedSteps(isWeak);
  for (const step of [...comparedSteps(key), ...approved]) {
    const confirmed = told.steps.get(step);
    if (after < 0 || confirmed === undefined || confirmed.at <= after) {
      return refuse(
        'BUNDLE-CONFIRMED-AS-PLANNED',
        `Key ${key} was wrapped, but ${step} was not confirmed in its place.`,
      );
    }
    const asked = approved.includes(step) ? quorum : {};
    if (!isEnough(confirmed.by, told.people, asked)) {
      refuse('BUNDLE-CONFIRMED-AS-PLANNED', `${step} was not confirmed by people that the plan asks for.`);
    }
    after = confirmed.at;
  }
}

/** Somebody confirmed, everybody who did was named at roll call, nobody counts twice, and every role has its number. */
function isEnough(
  by: readonly string[],
  people: ReadonlyMap<string, readonly string[]>,
  asked: Readonly<Record<string, number>>,
): boolean {
  const known = by.length > 0 && new Set(by).size === by.length && by.every((id) => people.has(id));
  const count = (role: string): number => by.filter((id) => people.get(id)?.includes(role) === true).length;
  return known && Object.entries(asked).every(([role, needed]) => count(role) >= needed);
}
