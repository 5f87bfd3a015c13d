import { canonicalJson } from '../audit/canonical-json.ts';
import { refuse } from '../rules/refusal.ts';
import { checkConfirmation, checkReopening } from './confirmation.ts';
import type { CeremonyEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { checkLeavingOut } from './leaving-out.ts';
import { outcomeFits } from './outcome.ts';
import { parsePlanDocument } from './plan.ts';
import { carriedKeys, currentStep, isClosed, type CeremonyState } from './state.ts';
import { isWeaklyUnaccepted, nextRequest, type Position } from './work.ts';

type Event<T extends CeremonyEvent['type']> = Extract<CeremonyEvent, { type: T }>;

/**
 * Replays a log. A chain of hashes shows that a log was not changed by chance; it does not show that nobody wrote it
 * anew. So every event must also be one that the engine could have decided at that point.
 * @param events - all of them, from the first
 * @returns the state, null for an empty log
 * @throws Refused with LOG-HOLDS-A-CEREMONY naming the first event that does not follow from those before it
 */
export function replay(events: Iterable<CeremonyEvent>): CeremonyState | null {
  let state: CeremonyState | null = null;
  let number = 0;
  for (const event of events) {
    number += 1;
    const objection = state === null ? objectToFirst(event) : objectTo(state, event);
    if (objection !== null) refuse('LOG-HOLDS-A-CEREMONY', `Entry ${number} (${event.type}): ${objection}`);
    state = evolve(state, event);
  }
  return state;
}

function objectToFirst(event: CeremonyEvent): string | null {
  if (event.type !== 'ceremony-opened') return 'a log begins with the opening of a ceremony.';
  const isSame = parsePlanDocument(event.plan).sha256 === event.planSha256;
  return isSame ? null : 'the plan in it does not have the hash beside it.';
}

function objectTo(state: CeremonyState, event: CeremonyEvent): string | null {
  switch (event.type) {
    case 'ceremony-opened':
      return 'a ceremony is opened once.';
    case 'step-confirmed':
      return checkConfirmation(state, event)?.cause ?? null;
    case 'effect-requested':
      return objectToRequest(state, event);
    case 'effect-completed':
      return objectToOutcome(state, event);
    case 'effect-failed':
    case 'effect-interrupted':
      return state.inFlight?.effect === event.effect ? null : 'this work is not in flight.';
    case 'token-reopened':
      if (state.token?.identity.serial !== event.serial) return 'it names another token.';
      return checkReopening(state, event.confirmedBy)?.cause ?? null;
    case 'token-not-reopened':
      return isClosed(state) ? 'the ceremony is closed.' : null;
    case 'key-left-out':
      return checkLeavingOut(state, event)?.cause ?? null;
    case 'ceremony-stopped':
      return currentStep(state)?.id === event.step ? null : 'another step is the current one.';
  }
}

function objectToRequest(state: CeremonyState, { effect, step, request }: Event<'effect-requested'>): string | null {
  if (state.inFlight !== null) return 'other work is still in flight.';
  if (effect !== state.effectCount + 1 || step !== currentStep(state)?.id)
    return 'it is not the next work of the step.';
  const expected = nextRequest(state, positionOf(request));
  return canonicalJson(expected) === canonicalJson(request) ? null : 'it is not the work that the step asks for next.';
}

/** Where the log stood when a copy was requested: the stamp is the one thing in a request that the state cannot tell. */
function positionOf(request: Event<'effect-requested'>['request']): Position {
  return request.kind === 'write-copy' ? { size: request.logSize - 1, time: request.createdAt } : { size: 0, time: '' };
}

function objectToOutcome(state: CeremonyState, { effect, outcome }: Event<'effect-completed'>): string | null {
  if (state.inFlight?.effect !== effect) return 'this work is not in flight.';
  const wrapped = outcome.kind === 'wrap-key' ? carriedKeys(state).find(({ id }) => id === outcome.key) : undefined;
  if (wrapped !== undefined && isWeaklyUnaccepted(state, wrapped)) return 'nobody accepted its weak way.';
  return outcomeFits(carriedKeys(state), state.inFlight.request, outcome)
    ? null
    : 'the outcome is not of the work in flight.';
}
