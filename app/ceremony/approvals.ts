import * as v from 'valibot';
import { canonicalJson, type JsonValue } from '../audit/canonical-json.ts';
import { checkpointBytes, originOf } from '../audit/checkpoint.ts';
import { isApprovalKey, isSignedBy } from '../approval/signature.ts';
import { parametersSha256, statementBytes, type Statement } from '../approval/statement.ts';
import { refusal, type Refusal } from '../rules/refusal.ts';
import { quorumOf } from './byok-export/draft.ts';
import { confirmersNow } from './confirmers.ts';
import { exceptionToClose, type Closing } from './exceptions.ts';
import type { EventOf, LogPosition, LoggedInput } from './events.ts';
import { loggedInputSchema } from './input.ts';
import type { Confirmers } from './roles.ts';
import { currentStep, nameOf, presentPeople, type CeremonyState } from './state.ts';
import type { Step } from './step.ts';
import { factsOf } from './view/facts.ts';

/** What the people are asked to approve: the current step with what it was given, or the end of an exception. */
export type Subject =
  | { readonly kind: 'step'; readonly step: Step; readonly input: LoggedInput }
  | { readonly kind: 'exception'; readonly closing: Closing };

/** What an approval is about, by name, and exactly what the screen shows about it. */
export interface Asked {
  readonly subject: string;
  readonly parameters: JsonValue;
  readonly sha256: string;
}

/**
 * Everything that the people who approve have before them. Whoever approves signs its hash; a change of anything in it
 * makes another hash, and the approvals of the first one are void.
 * @param state - the ceremony
 * @param subject - the step with its input, or the decision on an exception
 * @returns the parameters as they stand in the log, and their SHA-256
 */
export function askedOf(state: CeremonyState, subject: Subject): Asked {
  const { name, shown } = subject.kind === 'step' ? shownAtStep(state, subject) : shownOfException(state, subject);
  // Facts come with members in any order and may share parts; the canonical form is what is kept and hashed.
  const parameters = JSON.parse(canonicalJson({ plan: state.planSha256, ...shown })) as JsonValue;
  return { subject: name, parameters, sha256: parametersSha256(parameters) };
}

function shownAtStep(state: CeremonyState, { step, input }: Extract<Subject, { kind: 'step' }>): Shown {
  const { id, number, title, says, ticks } = step;
  const checks = ticks.map(({ text }) => text);
  return { name: id, shown: { subject: id, number, title, says, checks, facts: factsOf(state, step), input } };
}

function shownOfException(state: CeremonyState, { closing }: Extract<Subject, { kind: 'exception' }>): Shown {
  const { exception, decided, decision, key } = closing;
  const record = exceptionToClose(state, exception);
  const { step, expected, happened, rule } = record ?? { step: '', expected: '', happened: '', rule: null };
  const name = exceptionSubject(exception);
  return { name, shown: { subject: name, step, expected, happened, rule, decided, decision, key } };
}

interface Shown {
  readonly name: string;
  readonly shown: Readonly<Record<string, unknown>>;
}

/** How an exception is called where a step would be. */
export function exceptionSubject(exception: number): string {
  return `exception.${exception}`;
}

/**
 * Who must approve a subject.
 * @param state - the ceremony
 * @param subject - as {@link askedOf} names it
 * @returns the people of the step, or the quorum of the plan for an exception
 */
export function approversOf(state: CeremonyState, subject: string): Confirmers {
  const step = currentStep(state);
  return step?.id === subject ? step.confirmers : quorumOf(state.plan);
}

/**
 * What a person signs.
 * @param state - the ceremony
 * @param purpose - an approval, the proof of a new key at roll call, or the return from a break
 * @param person - id
 * @param log - where the log stands just before the signature
 */
export function statementOf(
  state: CeremonyState,
  purpose: Statement['purpose'],
  person: string,
  log: LogPosition,
): Statement {
  const { ceremony, planSha256, approval } = state;
  const subject = purpose === 'approval' ? (approval?.subject ?? '') : purpose;
  const parameters = purpose === 'approval' ? (approval?.sha256 ?? '') : parametersSha256(personRecord(state, person));
  return { ceremony, planSha256, purpose, subject, parameters, person, log };
}

/**
 * What whoever approves signs besides their statement.
 * @param state - the ceremony
 * @returns the text of the last checkpoint, UTF-8; null before there is one
 */
export function checkpointToCosign({ ceremony, checkpoint }: CeremonyState): Uint8Array | null {
  return checkpoint === null ? null : checkpointBytes({ origin: originOf(ceremony), ...checkpoint });
}

/** Who somebody says to be, as it stands in the roll call. */
function personRecord(state: CeremonyState, person: string): JsonValue {
  const found = state.people.find(({ id }) => id === person);
  return JSON.parse(canonicalJson(found ?? { id: person })) as JsonValue;
}

/**
 * Checks that somebody's new approval key is theirs: it signs who they are, here and now.
 * @param state - the ceremony
 * @param given - the event as it would stand in the log
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkRegistration(
  state: CeremonyState,
  given: Omit<EventOf<'approval-key-registered'>, 'type'>,
): Refusal | null {
  const { person, publicKey, log, signature } = given;
  if (currentStep(state)?.kind !== 'register-keys' || !state.people.some(({ id }) => id === person)) {
    return refusal('APPROVAL-KEY-AT-ROLL-CALL', `Nobody is asked for an approval key of "${person}" now.`);
  }
  if (state.approvalKeys.has(person) || [...state.approvalKeys.values()].includes(publicKey)) {
    return refusal('APPROVAL-KEY-AT-ROLL-CALL', 'This person has an approval key already, or the key is another’s.');
  }
  const isSigned =
    isApprovalKey(publicKey) &&
    isSignedBy(publicKey, statementBytes(statementOf(state, 'roll-call', person, log)), signature);
  return isSigned ? null : notSigned(state, person);
}

/**
 * Checks a signature of somebody whose approval key is registered.
 * @param state - the ceremony
 * @param purpose - what is signed
 * @param given - who, where the log stood, and the signature
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkSignature(
  state: CeremonyState,
  purpose: 'approval' | 'return',
  given: { readonly person: string; readonly log: LogPosition; readonly signature: string },
): Refusal | null {
  const { person, log, signature } = given;
  const key = state.approvalKeys.get(person);
  if (key === undefined || !presentPeople(state).some(({ id }) => id === person)) {
    return refusal('APPROVAL-BY-THOSE-ASKED', `"${person}" has no approval key, or is not here any more.`);
  }
  const isSigned = isSignedBy(key, statementBytes(statementOf(state, purpose, person, log)), signature);
  return isSigned ? null : notSigned(state, person);
}

function notSigned(state: CeremonyState, person: string): Refusal {
  return refusal(
    'APPROVAL-SIGNED',
    `The signature of ${nameOf(state, person)} is not over this ceremony, subject and head of the log.`,
  );
}

/**
 * Checks an approval against what is asked now.
 * @param state - the ceremony
 * @param given - the event as it would stand in the log
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkApproval(state: CeremonyState, given: Omit<EventOf<'approval-given'>, 'type'>): Refusal | null {
  const { approval } = state;
  if (approval?.subject !== given.subject || approval.sha256 !== given.parametersSha256) {
    return refusal('APPROVAL-OF-WHAT-IS-SHOWN', `"${given.subject}" is not what is being approved now.`);
  }
  if (approval.by.includes(given.person)) {
    return refusal('APPROVAL-BY-DIFFERENT-PEOPLE', `"${given.person}" has approved this already.`);
  }
  const asked = confirmersNow(state, approversOf(state, given.subject)).roles;
  const person = state.people.find(({ id }) => id === given.person);
  if (!person?.roles.some((role) => (asked[role] ?? 0) > 0)) {
    return refusal('APPROVAL-BY-THOSE-ASKED', `"${given.person}" holds no role that is asked to approve this.`);
  }
  return checkSignature(state, 'approval', given) ?? checkCosignature(state, given);
}

/** Whoever approves vouches for the log as far as the token has signed it. */
function checkCosignature(
  state: CeremonyState,
  { person, cosignature }: Pick<EventOf<'approval-given'>, 'person' | 'cosignature'>,
): Refusal | null {
  const message = checkpointToCosign(state);
  const key = state.approvalKeys.get(person);
  const isSound =
    message === null || key === undefined
      ? cosignature === null
      : cosignature !== null && isSignedBy(key, message, cosignature);
  if (isSound) return null;
  const cause = `The cosignature of ${nameOf(state, person)} is not over the last checkpoint of this log.`;
  return refusal('CHECKPOINT-COSIGNED', cause);
}

/**
 * Checks that everybody who is said to confirm has approved exactly what is shown.
 * @param state - the ceremony
 * @param asked - what is shown
 * @param confirmedBy - ids of the people
 * @returns null when they have, otherwise APPROVAL-OF-WHAT-IS-SHOWN
 */
export function checkApproved(state: CeremonyState, asked: Asked, confirmedBy: readonly string[]): Refusal | null {
  const { approval } = state;
  const isSame = approval?.subject === asked.subject && approval.sha256 === asked.sha256;
  const without = confirmedBy.find((id) => !isSame || !approval.by.includes(id));
  if (without === undefined && (isSame || confirmedBy.length === 0)) return null;
  const cause =
    approval === null || isSame
      ? `"${without ?? 'Somebody'}" has not approved what is on the screen.`
      : 'What is on the screen is not what was approved: it was changed afterwards.';
  return refusal('APPROVAL-OF-WHAT-IS-SHOWN', cause);
}

const givenSchema = v.object({ input: loggedInputSchema });

/**
 * Reads back from the log what a step was given when it was put to the people.
 * @param parameters - as they stand in the log
 * @returns the input, or null when there is none
 */
export function inputIn(parameters: unknown): LoggedInput | null {
  return v.is(givenSchema, parameters) ? parameters.input : null;
}
