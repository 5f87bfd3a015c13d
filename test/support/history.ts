import type { Decision } from '../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../app/ceremony/events.ts';
import { evolve } from '../../app/ceremony/evolve.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';

/** How each state of a test came about, so that its log can be had of it. */
const origins = new WeakMap<
  CeremonyState,
  { readonly before: CeremonyState | null; readonly events: readonly CeremonyEvent[] }
>();

/** The state after a decision that must not be a refusal. */
export function after(state: CeremonyState | null, decision: Decision): CeremonyState {
  if (!decision.ok) throw new Error(`${decision.refusal.rule}: ${decision.refusal.cause}`);
  const { events } = decision;
  const next = events.reduce<CeremonyState | null>(evolve, state);
  if (next === null) throw new Error('no state');
  if (events.length === 0) return next;
  // Some events change nothing that the state holds; they stand in the log all the same.
  const own = next === state ? { ...next } : next;
  origins.set(own, { before: state, events });
  return own;
}

/** Every event that led to a state, from the opening of the ceremony on. */
export function eventsOf(state: CeremonyState): CeremonyEvent[] {
  const pieces: (readonly CeremonyEvent[])[] = [];
  for (let at: CeremonyState | null = state; at !== null;) {
    const origin = origins.get(at);
    if (origin === undefined) throw new Error('this state was made up');
    pieces.unshift(origin.events);
    at = origin.before;
  }
  return pieces.flat();
}
