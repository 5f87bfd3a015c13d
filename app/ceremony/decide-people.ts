import { isBlank } from '../keys/text.ts';
import { refusal, type Refusal } from '../rules/refusal.ts';
import {
  approversOf,
  askedOf,
  checkApproval,
  checkApproved,
  checkRegistration,
  exceptionSubject,
  type Subject,
} from './approvals.ts';
import { checkAbsence, checkBreak, checkNoBreak, checkReturn, isEverybodyBack } from './breaks.ts';
import { checkAsking } from './confirmation.ts';
import { checkConfirmers } from './confirmers.ts';
import { checkCustody, type CustodyRecord } from './custody.ts';
import { checkClosing, exceptionEvent, type Closing } from './exceptions.ts';
import type { CeremonyEvent, EventOf, LogPosition, LoggedInput } from './events.ts';
import { evolvePeople, type PeopleEvent } from './evolve-people.ts';
import { currentStep, isClosed, registerOf, type CeremonyState } from './state.ts';
import type { Position } from './work.ts';

/** What a person signed, and where the log stood. */
interface Signed {
  readonly person: string;
  readonly signature: string;
  readonly position: Position;
}

/** What the people ask of the ceremony besides confirming its steps. Carries no secret. */
export type PeopleCommand =
  | ({ readonly type: 'register-approval-key'; readonly publicKey: string } & Signed)
  | { readonly type: 'ask-step-approval'; readonly step: string; readonly input: LoggedInput }
  | ({ readonly type: 'ask-exception-approval' } & Closing)
  | ({ readonly type: 'give-approval'; readonly cosignature: string | null } & Signed)
  | { readonly type: 'refuse-passphrase'; readonly person: string }
  | {
      readonly type: 'open-exception';
      readonly expected: string;
      readonly happened: string;
      readonly openedBy: string;
      readonly rule: string | null;
    }
  | ({ readonly type: 'close-exception'; readonly confirmedBy: readonly string[] } & Closing)
  | { readonly type: 'start-break'; readonly reason: string; readonly by: string }
  | ({ readonly type: 'return-person' } & Signed)
  | { readonly type: 'mark-absent'; readonly person: string; readonly reason: string }
  | { readonly type: 'record-custody'; readonly record: CustodyRecord };

type CommandOf<T extends PeopleCommand['type']> = Extract<PeopleCommand, { type: T }>;
type Decided = Refusal | CeremonyEvent[];

/**
 * Decides what a command of the people leads to.
 * @param state - the ceremony
 * @param command - what is asked
 * @returns the events to append, or the rule that stands against it
 */
export function decidePeople(state: CeremonyState, command: PeopleCommand): Decided {
  if (isClosed(state)) return refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`);
  switch (command.type) {
    case 'register-approval-key':
      return register(state, command);
    case 'ask-step-approval':
      return askStep(state, command);
    case 'ask-exception-approval':
      return askException(state, command);
    case 'give-approval':
      return approve(state, command);
    case 'refuse-passphrase':
      return refusePassphrase(state, command);
    case 'open-exception':
      return openException(state, command);
    case 'close-exception':
      return closeException(state, command);
    case 'start-break':
      return checkBreak(state, command.by) ?? [{ type: 'break-started', reason: command.reason, by: command.by }];
    case 'return-person':
      return comeBack(state, command);
    case 'mark-absent':
      return markAbsent(state, command);
    case 'record-custody':
      return recordCustody(state, command.record);
  }
}

function register(state: CeremonyState, command: CommandOf<'register-approval-key'>): Decided {
  const { person, publicKey, signature } = command;
  const event = { person, publicKey, signature, log: logAt(command) };
  return checkRegistration(state, event) ?? [{ type: 'approval-key-registered', ...event }];
}

function askStep(state: CeremonyState, { step: stepId, input }: CommandOf<'ask-step-approval'>): Decided {
  const refused = checkAsking(state, stepId, input);
  if (refused !== null) return refused;
  const step = currentStep(state);
  return step === null ? [] : asking(state, { kind: 'step', step, input });
}

function askException(state: CeremonyState, command: CommandOf<'ask-exception-approval'>): Decided {
  const { exception, decided, decision, key } = command;
  const closing = { exception, decided, decision, key };
  return checkNoBreak(state) ?? checkClosing(state, closing) ?? asking(state, { kind: 'exception', closing });
}

/** What is asked already is not asked again, so that a second person adds to the approval of the first. */
function asking(state: CeremonyState, subject: Subject): CeremonyEvent[] {
  const asked = askedOf(state, subject);
  const { approval } = state;
  const isSame = approval?.subject === asked.subject && approval.sha256 === asked.sha256;
  return isSame ? [] : [{ type: 'approval-asked', ...asked }];
}

function approve(state: CeremonyState, command: CommandOf<'give-approval'>): Decided {
  const { approval } = state;
  const event = {
    subject: approval?.subject ?? '',
    person: command.person,
    parametersSha256: approval?.sha256 ?? '',
    log: logAt(command),
    signature: command.signature,
    cosignature: command.cosignature,
  };
  return checkNoBreak(state) ?? checkApproval(state, event) ?? [{ type: 'approval-given', ...event }];
}

function refusePassphrase(state: CeremonyState, { person }: CommandOf<'refuse-passphrase'>): Decided {
  if (!state.people.some(({ id }) => id === person)) {
    return refusal('APPROVAL-BY-THOSE-ASKED', `"${person}" was not named at roll call.`);
  }
  const subject = state.onBreak === null ? (state.approval?.subject ?? 'roll-call') : 'return';
  return withException(state, { type: 'passphrase-refused', person, subject });
}

function openException(state: CeremonyState, command: CommandOf<'open-exception'>): Decided {
  const { expected, happened, openedBy, rule } = command;
  const isKnown = openedBy === 'keyferry' || state.people.some(({ id }) => id === openedBy);
  if (!isKnown) return refusal('EXCEPTION-TOLD-WHOLE', `"${openedBy}" was not named at roll call.`);
  if (isBlank(expected) || isBlank(happened)) {
    return refusal('EXCEPTION-TOLD-WHOLE', 'An exception says what was expected and what happened.');
  }
  if (state.inFlight !== null) return refusal('EFFECT-NOT-IN-FLIGHT', 'The last step is still at work.');
  return [exceptionEvent(state, { expected, happened, openedBy, rule })];
}

function closeException(state: CeremonyState, command: CommandOf<'close-exception'>): Decided {
  const { exception, decided, decision, key, confirmedBy } = command;
  const event: EventOf<'exception-closed'> = {
    type: 'exception-closed',
    exception,
    decided,
    decision,
    key,
    confirmedBy: [...confirmedBy],
  };
  return checkExceptionClosed(state, event) ?? [event];
}

/**
 * Checks the end of an exception: the decision stands, and the quorum of the plan has approved it.
 * @param state - the ceremony
 * @param event - as it would stand in the log
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkExceptionClosed(state: CeremonyState, event: EventOf<'exception-closed'>): Refusal | null {
  const { exception, decided, decision, key, confirmedBy } = event;
  const closing = { exception, decided, decision, key };
  const refused = checkNoBreak(state) ?? checkClosing(state, closing);
  if (refused !== null) return refused;
  const subject = exceptionSubject(exception);
  return (
    checkApproved(state, askedOf(state, { kind: 'exception', closing }), confirmedBy) ??
    checkConfirmers(state, { number: subject, confirmers: approversOf(state, subject) }, confirmedBy)
  );
}

function comeBack(state: CeremonyState, command: CommandOf<'return-person'>): Decided {
  const { person, signature } = command;
  const event: EventOf<'person-returned'> = { type: 'person-returned', person, log: logAt(command), signature };
  return checkReturn(state, event) ?? [event, ...endOfBreak(evolvePeople(state, event))];
}

function markAbsent(state: CeremonyState, { person, reason }: CommandOf<'mark-absent'>): Decided {
  const refused = checkAbsence(state, person);
  if (refused !== null) return refused;
  const events = withException(state, { type: 'person-absent', person, reason });
  return [...events, ...endOfBreak(events.reduce(evolvePeople, state))];
}

/** The last one who was waited for ends the break. */
function endOfBreak(state: CeremonyState): CeremonyEvent[] {
  return isEverybodyBack(state) ? [{ type: 'break-ended' }] : [];
}

function recordCustody(state: CeremonyState, record: CustodyRecord): Decided {
  return checkCustody(registerOf(state), record) ?? withException(state, { type: 'custody-recorded', record });
}

/** An event of the people, and the exception that it causes. */
function withException(state: CeremonyState, event: PeopleEvent): PeopleEvent[] {
  const { owed } = evolvePeople(state, event);
  return owed === null ? [event] : [event, owed];
}

function logAt({ position }: Signed): LogPosition {
  return { size: position.size, head: position.head };
}
