import * as v from 'valibot';
import type { JsonValue } from '../audit/canonical-json.ts';

/** The plan in the log, as far as it says who must confirm what; read loosely, so that any destination will do. */
export const quorumPlanSchema = v.object({
  roles: v.record(v.string(), v.number()),
  quorum: v.record(v.string(), v.number()),
  keys: v.array(v.object({ id: v.string() })),
});

export type QuorumPlan = v.InferOutput<typeof quorumPlanSchema>;

/** The confirmation of a step. */
export interface Confirmed {
  /** Index of the entry. */
  readonly at: number;
  readonly by: readonly string[];
  /** The ids that were typed at it. */
  readonly keyIds: readonly string[];
}

/** What the log has told up to an entry. */
export interface Told {
  /** The last confirmation of each step. */
  readonly steps: ReadonlyMap<string, Confirmed>;
  /** Which key each piece of work was for, by its number. */
  readonly workFor: ReadonlyMap<number, string>;
  /** Index of the entry with the last reading of the wrapping keys; -1 before any. */
  readonly readAt: number;
  /** Index of the entry after which work waits for the people to confirm again, a failure or what was found; -1 before any. */
  readonly waitsSince: number;
  /** The key because of which work has failed and was not tried again; null when there is none. */
  readonly failedKey: string | null;
}

export const nothingTold: Told = {
  steps: new Map(),
  workFor: new Map(),
  readAt: -1,
  waitsSince: -1,
  failedKey: null,
};

const text = v.string();
const confirmedSchema = v.object({ type: v.literal('step-confirmed'), step: text, confirmedBy: v.array(text) });
const typedSchema = v.object({ input: v.object({ kind: v.literal('key-ids'), keyIds: v.array(text) }) });
const requestedSchema = v.object({
  type: v.literal('effect-requested'),
  effect: v.number(),
  request: v.object({ key: text }),
});
const readSchema = v.object({
  type: v.literal('effect-completed'),
  outcome: v.object({ kind: v.literal('read-inbound') }),
});
const failedSchema = v.object({
  type: v.literal('effect-failed'),
  effect: v.number(),
  refusal: v.object({ key: v.optional(text) }),
});
const leftOutSchema = v.object({ type: v.literal('exception-closed'), decision: v.literal('leave-out') });
/** Work goes on, so that a failure before it is past. */
const goesOnSchema = v.object({ type: v.picklist(['effect-requested', 'effect-completed', 'effect-interrupted']) });
const settledSchema = v.object({ type: v.literal('effect-completed'), settled: v.literal(true) });

/**
 * Takes one event of the log into account.
 * @param told - what was told before it
 * @param event - the next event
 * @param at - the index of its entry
 */
export function tell(told: Told, event: JsonValue, at: number): Told {
  if (v.is(confirmedSchema, event)) return confirmed(told, event, at);
  if (v.is(failedSchema, event)) {
    return { ...told, waitsSince: at, failedKey: told.workFor.get(event.effect) ?? event.refusal.key ?? null };
  }
  if (v.is(leftOutSchema, event)) return { ...told, failedKey: null };
  if (!v.is(goesOnSchema, event)) return told;
  return {
    ...told,
    failedKey: null,
    workFor: v.is(requestedSchema, event) ? new Map(told.workFor).set(event.effect, event.request.key) : told.workFor,
    readAt: v.is(readSchema, event) ? at : told.readAt,
    waitsSince: v.is(settledSchema, event) ? at : told.waitsSince,
  };
}

function confirmed(told: Told, event: v.InferOutput<typeof confirmedSchema>, at: number): Told {
  const keyIds = v.is(typedSchema, event) ? event.input.keyIds : [];
  const steps = new Map(told.steps).set(event.step, { at, by: event.confirmedBy, keyIds });
  return { ...told, failedKey: null, steps };
}

/**
 * Whether enough people confirmed: at least one, each named at roll call, none twice, and each role in its number.
 * @param by - ids of the people who confirmed
 * @param roles - of everybody named at roll call, by id
 * @param asked - how many of each role
 */
export function isEnough(
  by: readonly string[],
  roles: ReadonlyMap<string, readonly string[]>,
  asked: Readonly<Record<string, number>>,
): boolean {
  const known = by.length > 0 && new Set(by).size === by.length && by.every((id) => roles.has(id));
  const count = (role: string): number => by.filter((id) => roles.get(id)?.includes(role) === true).length;
  return known && Object.entries(asked).every(([role, needed]) => count(role) >= needed);
}
