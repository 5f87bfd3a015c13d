import { refusal, type Refusal } from '../rules/refusal.ts';
import type { LoggedInput } from './events.ts';
import { checkRollCall } from './roll-call.ts';
import { roles, type Person, type Role } from './roles.ts';
import { currentStep, isClosed, needsToken, type CeremonyState } from './state.ts';
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
    checkTicks(step, given.ticks) ??
    checkInput(state, step, given.input) ??
    checkConfirmers(state, step, given.confirmedBy)
  );
}

/**
 * Checks who wants to open the token again: the same people that the log-in step asks for, and only while a step needs it.
 * @param state - the ceremony
 * @param confirmedBy - ids of the people who confirm
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkReopening(state: CeremonyState, confirmedBy: readonly string[]): Refusal | null {
  const logIn = logInStep(state);
  if (logIn === null || !needsToken(state)) {
    return refusal('TOKEN-OPENED-WHEN-NEEDED', 'No step needs the token now.');
  }
  return checkConfirmers(state, logIn, confirmedBy);
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
  const unknown = ticks.find((id) => !step.ticks.some((tick) => tick.id === id));
  return unknown === undefined ? null : refusal('STEP-CHECKS-TICKED', `Step ${step.number} has no check "${unknown}".`);
}

/**
 * Says whether the people who confirm are enough for a step.
 * @param state - the ceremony, for the people and their roles
 * @param step - the step
 * @param confirmedBy - ids of the people who confirm
 * @returns null when they are, otherwise who is missing
 */
export function checkConfirmers(state: CeremonyState, step: Step, confirmedBy: readonly string[]): Refusal | null {
  const people = state.people.filter((person) => confirmedBy.includes(person.id));
  const stranger = confirmedBy.find((id) => !state.people.some((person) => person.id === id));
  if (stranger !== undefined || new Set(confirmedBy).size !== confirmedBy.length) {
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${step.number}: somebody confirmed who was not named at roll call, or twice.`,
    );
  }
  const short = roles.find((role) => holders(people, role) < (step.confirmers.roles[role] ?? 0));
  if (short !== undefined) {
    const needed = step.confirmers.roles[short] ?? 0;
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${step.number} needs ${needed} of role ${short}; ${holders(people, short)} confirmed.`,
    );
  }
  if (people.length < step.confirmers.distinctPeople) {
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${step.number} needs ${step.confirmers.distinctPeople} different people; ${people.length} confirmed.`,
    );
  }
  return null;
}

function holders(people: readonly Person[], role: Role): number {
  return people.filter((person) => person.roles.includes(role)).length;
}

function checkInput(state: CeremonyState, step: Step, input: LoggedInput): Refusal | null {
  switch (step.kind) {
    case 'confirm':
    case 'choose-pin':
    case 'enter-pin':
      return input.kind === 'none' ? null : wrongInput(step, 'nothing to be filled in');
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

function isFolders(input: LoggedInput, count: number): boolean {
  return input.kind === 'folders' && input.folders.length === count && new Set(input.folders).size === count;
}

function wrongInput(step: Step, asked: string): Refusal {
  return refusal('STEP-INPUT-AS-ASKED', `Step ${step.number} asks for ${asked}.`);
}

function checkTypedIds(state: CeremonyState, step: Step, input: LoggedInput): Refusal | null {
  if (input.kind !== 'key-ids') return wrongInput(step, 'the ids of the keys that it lists');
  const keys = keysToType(state, step);
  // To destroy nothing is to stop; a weak wrap can be declined for one key: its id is left empty.
  const mayDecline = step.work === null;
  const wrong = keys.find(({ id }, index) => input.keyIds[index] !== id && !(mayDecline && input.keyIds[index] === ''));
  if (wrong === undefined && input.keyIds.length === keys.length) return null;
  const cause = `Step ${step.number}: the id typed for ${wrong?.id ?? 'a key'} is not that key’s id.`;
  return refusal(step.work === null ? 'WEAK-WRAP-CONFIRMED-BY-NAME' : 'DESTROY-CONFIRMED-BY-NAME', cause);
}
