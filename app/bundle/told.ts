import * as v from 'valibot';
import type { ToldEvent, ToldEventOf } from './told-events.ts';

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

/**
 * Takes one event of the log into account.
 * @param told - what was told before it
 * @param event - the next event
 * @param at - the index of its entry
 */
export function tell(told: Told, event: ToldEvent, at: number): Told {
  switch (event.type) {
    case 'step-confirmed':
      return confirmed(told, event, at);
    case 'effect-failed': {
      const { effect, refusal } = event;
      return { ...told, waitsSince: at, failedKey: told.workFor.get(effect) ?? refusal.key ?? null };
    }
    case 'exception-closed':
      return event.decision === 'leave-out' ? { ...told, failedKey: null } : told;
    // Work goes on, so that a failure before it is past.
    case 'effect-requested':
      return requested({ ...told, failedKey: null }, event);
    case 'effect-completed': {
      const { settled, outcome } = event;
      const readAt = outcome.kind === 'read-inbound' ? at : told.readAt;
      return { ...told, failedKey: null, readAt, waitsSince: settled ? at : told.waitsSince };
    }
    case 'effect-interrupted':
      return { ...told, failedKey: null };
    default:
      return told;
  }
}

function confirmed(told: Told, { step, confirmedBy, input }: ToldEventOf<'step-confirmed'>, at: number): Told {
  const keyIds = input.kind === 'key-ids' ? input.keyIds : [];
  const steps = new Map(told.steps).set(step, { at, by: confirmedBy, keyIds });
  return { ...told, failedKey: null, steps };
}

function requested(told: Told, { effect, request }: ToldEventOf<'effect-requested'>): Told {
  return 'key' in request ? { ...told, workFor: new Map(told.workFor).set(effect, request.key) } : told;
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
