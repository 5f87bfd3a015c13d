import { refusal, type Refusal } from '../rules/refusal.ts';
import { checkSignature } from './approvals.ts';
import { quorumOf } from './byok-export/draft.ts';
import { checkConfirmers } from './confirmers.ts';
import type { EventOf } from './events.ts';
import { currentStep, isClosed, isEverybodyRegistered, presentPeople, type CeremonyState } from './state.ts';

/**
 * Whether the people are at work: not in a break, nor before they are identified again after a restart.
 * @param state - the ceremony
 * @returns null when they are
 */
export function checkNoBreak(state: CeremonyState): Refusal | null {
  const waiting = notYetBack(state);
  return state.onBreak === null
    ? null
    : refusal('CEREMONY-ON-BREAK', `Not identified again yet: ${waiting.map(({ name }) => name).join(', ')}.`);
}

/** The people who are waited for: present at roll call, not gone for good, not identified again yet. */
export function notYetBack(state: CeremonyState): ReturnType<typeof presentPeople> {
  return presentPeople(state).filter(({ id }) => !(state.onBreak?.returned.includes(id) ?? false));
}

/**
 * Checks whether a break may begin.
 * @param state - the ceremony
 * @param by - id of the person who asks for it
 * @returns null when it may, otherwise the first rule against it
 */
export function checkBreak(state: CeremonyState, by: string): Refusal | null {
  if (isClosed(state)) return refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`);
  if (state.inFlight !== null) return refusal('EFFECT-NOT-IN-FLIGHT', 'The last step is still at work.');
  if (state.onBreak !== null) return refusal('CEREMONY-ON-BREAK', 'The ceremony is on a break already.');
  if (!isEverybodyRegistered(state) || !presentPeople(state).some(({ id }) => id === by)) {
    return refusal('BREAK-AFTER-ROLL-CALL', `"${by}" cannot ask for a break now.`);
  }
  return null;
}

/**
 * Checks somebody's return: they sign who they are with the key of the roll call.
 * @param state - the ceremony
 * @param given - the event as it would stand in the log
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkReturn(state: CeremonyState, given: Omit<EventOf<'person-returned'>, 'type'>): Refusal | null {
  if (!notYetBack(state).some(({ id }) => id === given.person) || state.onBreak === null) {
    return refusal('BREAK-ENDED-BY-EVERYBODY', `Nobody waits for "${given.person}" to come back.`);
  }
  return checkSignature(state, 'return', given);
}

/**
 * Checks whether the ceremony can go on without somebody who had to leave for good: whoever is left must be enough for
 * the quorum and for every step that is still to come. An abort goes on with whoever is left, which somebody must be.
 * @param state - the ceremony
 * @param person - id of the one who left
 * @returns null when it can, otherwise the first rule against it
 */
export function checkAbsence(state: CeremonyState, person: string): Refusal | null {
  if (state.onBreak === null || !notYetBack(state).some(({ id }) => id === person)) {
    return refusal('BREAK-ENDED-BY-EVERYBODY', `Nobody waits for "${person}" to come back.`);
  }
  const without: CeremonyState = { ...state, absent: [...state.absent, person] };
  const left = presentPeople(without).map(({ id }) => id);
  if (state.stopped !== null && left.length > 0) return null;
  // Whoever leaves is an exception, and the quorum of the plan closes it, whatever the steps to come ask for.
  const quorum = { number: 'of closing an exception', confirmers: quorumOf(state.plan) };
  const against = [quorum, ...state.steps.slice(state.current)]
    .map((step) => checkConfirmers(without, step, left))
    .find((refused) => refused !== null);
  return against === undefined
    ? null
    : refusal('QUORUM-PRESENT', `The ceremony cannot go on without "${person}". ${against.cause}`);
}

/**
 * Whether everybody is back, so that the break ends.
 * @param state - the ceremony, after the latest return or absence
 */
export function isEverybodyBack(state: CeremonyState): boolean {
  return state.onBreak !== null && notYetBack(state).length === 0 && currentStep(state) !== null;
}
