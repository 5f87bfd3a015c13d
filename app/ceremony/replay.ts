import { canonicalJson } from '../audit/canonical-json.ts';
import type { Entry } from '../audit/entry.ts';
import { leavesOver } from '../audit/log-tree.ts';
import { treeRoot } from '../audit/tree.ts';
import { bytesToHex } from '../keys/bytes.ts';
import { refuse } from '../rules/refusal.ts';
import { checkAttempt, checkConfirmation, checkGoesOn, checkReopening } from './confirmation.ts';
import { parseEvent, type CeremonyEvent, type EventOf } from './events.ts';
import { evolve } from './evolve.ts';
import { outcomeFits } from './outcome.ts';
import { parsePlanDocument } from './plan.ts';
import { objectToPeople } from './replay-people.ts';
import { carriedKeys, currentStep, isClosed, type CeremonyState } from './state.ts';
import { isWeaklyUnaccepted, nextRequest, type Position } from './work.ts';

/**
 * Replays the log of a ceremony.
 * @param entries - all of them, their chain followed
 * @returns the state, null for an empty log
 * @throws Refused as {@link replay}, and where somebody signed that the log stood elsewhere than it did
 */
export function replayLog(entries: readonly Entry[]): CeremonyState | null {
  const leaves = leavesOver(entries);
  let requested = 0;
  return replay(
    entries.map(({ event, sequence, previous }) => {
      const parsed = parseEvent(event);
      if (parsed.type === 'effect-requested') requested = sequence;
      const isThere = !('log' in parsed) || (parsed.log.size === sequence - 1 && parsed.log.head === previous);
      if (!isThere || !isOfThese(parsed, leaves, requested)) {
        refuse('LOG-HOLDS-A-CEREMONY', `Entry ${sequence} (${parsed.type}): it was signed at another place of a log.`);
      }
      return parsed;
    }),
  );
}

/** A checkpoint is over the entries up to its request, of which there are so many. */
function isOfThese(event: CeremonyEvent, leaves: readonly Uint8Array[], before: number): boolean {
  if (event.type !== 'effect-completed' || event.outcome.kind !== 'sign-checkpoint') return true;
  const { size, root } = event.outcome;
  return size <= before && bytesToHex(treeRoot(leaves.slice(0, size))) === root;
}

/**
 * Replays events. A chain of hashes shows that a log was not changed by chance; it does not show that nobody wrote it
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
  const { owed } = state;
  // Keyferry ended before it could open the exception: the log is looked at first, when it is taken up again.
  if (event.type === 'log-repaired') return isClosed(state) ? 'the ceremony is closed.' : null;
  if (owed !== null) {
    // Whatever goes wrong is told right behind its cause, in these words.
    return canonicalJson(owed) === canonicalJson(event)
      ? null
      : 'the exception is missing that the event before it causes.';
  }
  switch (event.type) {
    case 'ceremony-opened':
      return 'a ceremony is opened once.';
    case 'ceremony-resumed':
      if (isClosed(state)) return 'the ceremony is closed.';
      return event.application === state.application ? null : 'another application opened the ceremony.';
    case 'step-confirmed':
      return objectToConfirmation(state, event);
    case 'effect-requested':
      return objectToRequest(state, event);
    case 'effect-completed':
      return objectToOutcome(state, event);
    case 'effect-failed':
    case 'effect-interrupted':
      return state.inFlight?.effect === event.effect ? null : 'this work is not in flight.';
    case 'token-reopened':
      if (state.token?.identity.serial !== event.serial) return 'it names another token.';
      return checkReopening(state, event)?.cause ?? null;
    case 'token-not-reopened':
      return checkAttempt(state, event)?.cause ?? null;
    case 'ceremony-stopped':
      return currentStep(state)?.id === event.step ? null : 'another step is the current one.';
    default:
      return isClosed(state) ? 'the ceremony is closed.' : objectToPeople(state, event);
  }
}

function objectToConfirmation(state: CeremonyState, event: EventOf<'step-confirmed'>): string | null {
  const refused = checkConfirmation(state, event);
  if (refused !== null) return refused.cause;
  const { number, title } = currentStep(state) ?? { number: '', title: '' };
  return event.number === number && event.title === title ? null : 'it calls the step something else.';
}

function objectToRequest(state: CeremonyState, { effect, step, request }: EventOf<'effect-requested'>): string | null {
  if (state.inFlight !== null) return 'other work is still in flight.';
  if (effect !== state.effectCount + 1 || step !== currentStep(state)?.id) {
    return 'it is not the next work of the step.';
  }
  const waits = checkGoesOn(state);
  if (waits !== null) return waits.cause;
  const expected = nextRequest(state, positionOf(request));
  return canonicalJson(expected) === canonicalJson(request) ? null : 'it is not the work that the step asks for next.';
}

/** Where the log stood when the signing of a bundle was requested: the stamp is the one thing in a request that the state cannot tell. */
function positionOf(request: EventOf<'effect-requested'>['request']): Position {
  const stamp = request.kind === 'sign-bundle' ? request : { logSize: 1, createdAt: '' };
  return { size: stamp.logSize - 1, head: '', time: stamp.createdAt };
}

function objectToOutcome(state: CeremonyState, { effect, outcome }: EventOf<'effect-completed'>): string | null {
  if (state.inFlight?.effect !== effect) return 'this work is not in flight.';
  const wrapped = outcome.kind === 'wrap-key' ? carriedKeys(state).find(({ id }) => id === outcome.key) : undefined;
  if (wrapped !== undefined) {
    const { id } = wrapped;
    const kek = state.keks.get(id)?.spkiSha256;
    if (isWeaklyUnaccepted(state, wrapped)) return 'nobody accepted its weak way.';
    if (kek === undefined || state.approvedWraps.get(id) !== kek) return 'the quorum did not approve it.';
    if (state.compared.get(id) !== kek) return 'its wrapping key was not compared.';
  }
  return outcomeFits(state, state.inFlight.request, outcome) ? null : 'the outcome is not of the work in flight.';
}
