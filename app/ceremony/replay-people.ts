import { isBlank } from '../keys/text.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import * as v from 'valibot';
import { askedOf, checkApproval, checkRegistration, exceptionSubject, inputIn, type Subject } from './approvals.ts';
import { checkAbsence, checkBreak, checkNoBreak, checkReturn, isEverybodyBack } from './breaks.ts';
import { checkAsking } from './confirmation.ts';
import { checkCustody } from './custody.ts';
import { checkExceptionClosed } from './decide-people.ts';
import type { EventOf } from './events.ts';
import type { evolvePeople } from './evolve-people.ts';
import { checkClosing } from './exceptions.ts';
import { currentStep, registerOf, type CeremonyState } from './state.ts';

type PeopleEvent =
  Exclude<Parameters<typeof evolvePeople>[1], { type: 'ceremony-resumed' }> | EventOf<'exception-closed'>;

/**
 * What stands against an event of the people at this point of a log.
 * @param state - the ceremony before it
 * @param event - the event
 * @returns a clause, or null when the engine could have decided it
 */
export function objectToPeople(state: CeremonyState, event: PeopleEvent): string | null {
  switch (event.type) {
    case 'approval-key-registered':
      return checkRegistration(state, event)?.cause ?? null;
    case 'approval-asked':
      return objectToAsking(state, event);
    case 'approval-given':
      return checkApproval(state, event)?.cause ?? null;
    case 'passphrase-refused':
      return isNamed(state, event.person) ? null : 'nobody of that id was named at roll call.';
    case 'exception-opened':
      return objectToException(state, event);
    case 'exception-closed':
      return checkExceptionClosed(state, event)?.cause ?? null;
    case 'break-started':
      return checkBreak(state, event.by)?.cause ?? null;
    case 'person-returned':
      return checkReturn(state, event)?.cause ?? null;
    case 'person-absent':
      return checkAbsence(state, event.person)?.cause ?? null;
    case 'break-ended':
      return isEverybodyBack(state) ? null : 'somebody is still waited for.';
    case 'custody-recorded':
      return checkCustody(registerOf(state), event.record)?.cause ?? null;
  }
}

function isNamed(state: CeremonyState, person: string): boolean {
  return state.people.some(({ id }) => id === person);
}

function objectToException(state: CeremonyState, event: EventOf<'exception-opened'>): string | null {
  if (event.exception !== state.exceptions.length + 1) return 'it is not the next exception.';
  // Work that was found done may have been the last of its step, which is the one that is named then.
  const isReached = state.steps.slice(0, state.current + 1).some(({ id }) => id === event.step);
  if (!isReached) return 'it names a step that has not been reached.';
  if (isBlank(event.expected) || isBlank(event.happened)) return 'it does not say what happened.';
  return event.openedBy === 'keyferry' || isNamed(state, event.openedBy) ? null : 'nobody of that id is here.';
}

const closingSchema = v.object({
  decided: v.string(),
  decision: v.picklist(['go-on', 'leave-out']),
  key: v.nullable(v.string()),
});

/** Whatever the people were shown must follow from the log: the parameters are made anew and compared. */
function objectToAsking(state: CeremonyState, event: EventOf<'approval-asked'>): string | null {
  const subject = subjectOf(state, event);
  if (typeof subject === 'string') return subject;
  const asked = askedOf(state, subject);
  if (state.approval?.subject === asked.subject && state.approval.sha256 === asked.sha256)
    return 'it is asked already.';
  const isSame =
    asked.subject === event.subject &&
    asked.sha256 === event.sha256 &&
    canonicalJson(asked.parameters) === canonicalJson(event.parameters);
  return isSame ? null : 'it is not what the screen showed.';
}

function subjectOf(state: CeremonyState, { subject, parameters }: EventOf<'approval-asked'>): Subject | string {
  const step = currentStep(state);
  const input = inputIn(parameters);
  if (step?.id === subject && input !== null) {
    return checkAsking(state, subject, input)?.cause ?? { kind: 'step', step, input };
  }
  const record = state.exceptions.find(({ exception }) => exceptionSubject(exception) === subject);
  if (record === undefined || !v.is(closingSchema, parameters)) return 'nothing of that name can be approved now.';
  const { decided, decision, key } = parameters;
  const closing = { exception: record.exception, decided, decision, key };
  return (checkNoBreak(state) ?? checkClosing(state, closing))?.cause ?? { kind: 'exception', closing };
}
