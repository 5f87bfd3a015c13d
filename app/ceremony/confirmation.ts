import { refusal, type Refusal } from '../rules/refusal.ts';
import { askedOf, checkApproved } from './approvals.ts';
import { checkNoBreak } from './breaks.ts';
import { checkConfirmers, isQuorumLeft } from './confirmers.ts';
import { checkBagsClosed } from './custody.ts';
import type { Credential, LoggedInput } from './events.ts';
import { checkNoOpenException } from './exceptions.ts';
import { checkRollCall } from './roll-call.ts';
import {
  currentStep,
  isClosed,
  isEverybodyRegistered,
  needsToken,
  presentPeople,
  type CeremonyState,
} from './state.ts';
import type { Step } from './step.ts';
import { keysToType, remainingCopies } from './work.ts';

/** What the people did at a step: what they ticked, who confirms it, and what they gave it. */
export interface Confirmation {
  readonly step: string;
  /** Ids of the ticked checks. */
  readonly ticks: readonly string[];
  /** Ids of the people who confirm. */
  readonly confirmedBy: readonly string[];
  readonly input: LoggedInput;
}

/** Who opens the token again: those who confirm it, and those who give the PIN. */
export interface Attempt {
  /** Ids of the people who confirm. */
  readonly confirmedBy: readonly string[];
  readonly credential: Credential;
}

/**
 * Checks a confirmation against the current step.
 * @param state - the ceremony
 * @param given - what the people did
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkConfirmation(state: CeremonyState, given: Confirmation): Refusal | null {
  if (isClosed(state)) return refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`);
  const step = currentStep(state);
  if (step?.id !== given.step) {
    return refusal(
      'STEP-IS-CURRENT',
      `Step "${given.step}" was confirmed; the current step is "${step?.id ?? 'none'}".`,
    );
  }
  if (state.inFlight !== null) {
    return refusal('EFFECT-NOT-IN-FLIGHT', `Step ${step.number} is still at work.`);
  }
  return (
    checkGoesOn(state) ??
    checkTicks(step, given.ticks) ??
    checkInput(state, step, given.input) ??
    (step.closes === true ? checkBagsClosed(state.custody) : null) ??
    (step.sensitive
      ? checkApproved(state, askedOf(state, { kind: 'step', step, input: given.input }), given.confirmedBy)
      : null) ??
    checkConfirmers(state, step, given.confirmedBy)
  );
}

/**
 * Whether the ceremony may go on at all: nobody is on a break, and every exception that somebody could close is closed.
 * @param state - the ceremony
 * @returns null when it may
 */
export function checkGoesOn(state: CeremonyState): Refusal | null {
  return checkNoBreak(state) ?? (isEverybodyRegistered(state) ? checkNoOpenException(state) : null);
}

/**
 * Checks what is to be put to the people for approval: the current step, with everything it asks for.
 * @param state - the ceremony
 * @param stepId - the step that somebody wants to approve
 * @param input - what it was given
 * @returns null when it can be approved, otherwise the first rule against it
 */
export function checkAsking(state: CeremonyState, stepId: string, input: LoggedInput): Refusal | null {
  const step = currentStep(state);
  if (step?.id !== stepId || !step.sensitive) {
    return refusal('STEP-IS-CURRENT', `Step "${stepId}" is not one that waits for approvals now.`);
  }
  if (state.inFlight !== null) return refusal('EFFECT-NOT-IN-FLIGHT', `Step ${step.number} is still at work.`);
  return checkGoesOn(state) ?? checkInput(state, step, input);
}

/**
 * Checks who wants to open the token again: the same people that the log-in step asks for, a PIN from somebody who is here, and
 * only while a step needs it.
 * @param state - the ceremony
 * @param attempt - who confirms, and who gives the PIN
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkReopening(state: CeremonyState, attempt: Attempt): Refusal | null {
  return isTokenWanted(state) ? (checkGoesOn(state) ?? checkAttempt(state, attempt)) : notWanted();
}

/**
 * Checks who has tried to open the token again in vain. Whatever else came up meanwhile, the try is in the log.
 * @param state - the ceremony
 * @param attempt - who confirmed the try, and who gave the PIN
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkAttempt(state: CeremonyState, { confirmedBy, credential }: Attempt): Refusal | null {
  const logIn = logInStep(state);
  if (logIn === null || !isTokenWanted(state)) return notWanted();
  return checkConfirmers(state, logIn, confirmedBy) ?? checkCredential(state, logIn, credential);
}

function isTokenWanted(state: CeremonyState): boolean {
  return logInStep(state) !== null && needsToken(state);
}

function notWanted(): Refusal {
  return refusal('TOKEN-OPENED-WHEN-NEEDED', 'No step needs the token now.');
}

/** The step at which the token was opened first; opening it again asks for the same people. */
export function logInStep(state: CeremonyState): Step | null {
  return state.steps.find((step) => step.work?.kind === 'log-in') ?? null;
}

function checkTicks(step: Step, ticks: readonly string[]): Refusal | null {
  const missing = step.ticks.find((tick) => !ticks.includes(tick.id));
  if (missing !== undefined) {
    return refusal('STEP-CHECKS-TICKED', `Step ${step.number}: "${missing.text}" is not ticked.`);
  }
  if (new Set(ticks).size !== ticks.length)
    return refusal('STEP-CHECKS-TICKED', `Step ${step.number}: a check is ticked twice.`);
  const unknown = ticks.find((id) => !step.ticks.some((tick) => tick.id === id));
  return unknown === undefined ? null : refusal('STEP-CHECKS-TICKED', `Step ${step.number} has no check "${unknown}".`);
}

function checkInput(state: CeremonyState, step: Step, input: LoggedInput): Refusal | null {
  switch (step.kind) {
    case 'confirm':
      return input.kind === 'none' ? null : wrongInput(step, 'nothing to be filled in');
    case 'register-keys':
      if (input.kind !== 'none') return wrongInput(step, 'nothing to be filled in');
      return isEverybodyRegistered(state)
        ? null
        : refusal('APPROVAL-KEY-OF-EVERYBODY', 'Not everybody on the list has an approval key yet.');
    case 'choose-pin':
    case 'enter-pin':
      return checkCredential(state, step, input);
    case 'name-people':
      return input.kind === 'people' ? checkRollCall(state, input.people) : wrongInput(step, 'the names of the people');
    case 'choose-inbound':
      return isFolders(input, 1) ? null : wrongInput(step, 'one folder to read from');
    case 'choose-outbound': {
      const copies = remainingCopies(state).length;
      return isFolders(input, copies) ? null : wrongInput(step, `${copies} different folders to write to`);
    }
    case 'type-key-ids':
      return checkTypedIds(state, step, input);
  }
}

/** One person types the PIN, several type a part each, or somebody types it on the token itself. */
function checkCredential(state: CeremonyState, step: Step, input: LoggedInput): Refusal | null {
  if (input.kind !== 'credential') return wrongInput(step, 'a PIN');
  const { how, by } = input;
  const present = presentPeople(state);
  const isKnown = by.every((id) => present.some((person) => person.id === id)) && new Set(by).size === by.length;
  if (isKnown && (how === 'parts' ? by.length > 1 : by.length === 1)) return null;
  return refusal(
    'PIN-TYPED-BY-NAMED-PEOPLE',
    `Step ${step.number}: it is not said who types the PIN, and in which order.`,
  );
}

function isFolders(input: LoggedInput, count: number): boolean {
  return input.kind === 'folders' && input.folders.length === count && new Set(input.folders).size === count;
}

function wrongInput(step: Step, asked: string): Refusal {
  return refusal('STEP-INPUT-AS-ASKED', `Step ${step.number} asks for ${asked}.`);
}

function checkTypedIds(state: CeremonyState, step: Step, input: LoggedInput): Refusal | null {
  if (input.kind !== 'key-ids') return wrongInput(step, 'the ids of the keys that it lists');
  const keys = keysToType(state, step);
  // To destroy nothing is to abort; a weak wrap, and a destruction after an abort, can be declined: the id is left empty.
  const mayDecline = step.work === null || state.stopped !== null;
  if (input.keyIds.some((id) => id !== '') && !isQuorumLeft(state)) {
    return refusal('QUORUM-PRESENT', 'Too few are here to destroy a key: each of them must be declined.');
  }
  const wrong = keys.find(({ id }, index) => input.keyIds[index] !== id && !(mayDecline && input.keyIds[index] === ''));
  if (wrong === undefined && input.keyIds.length === keys.length) return null;
  const cause = `Step ${step.number}: the id typed for ${wrong?.id ?? 'a key'} is not that key’s id.`;
  return refusal(step.work === null ? 'WEAK-WRAP-CONFIRMED-BY-NAME' : 'DESTROY-CONFIRMED-BY-NAME', cause);
}
