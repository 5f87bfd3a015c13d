import type { CustodyRecord } from './custody.ts';
import type { CeremonyEvent, EventOf } from './events.ts';
import { exceptionByItself } from './exceptions.ts';
import { currentStep, isEverybodyRegistered, nameOf, type Break, type CeremonyState } from './state.ts';

/** The events of the people: everything but the work, the steps and the end. */
export type PeopleEvent = Extract<
  CeremonyEvent,
  {
    type:
      | 'approval-key-registered'
      | 'approval-asked'
      | 'approval-given'
      | 'passphrase-refused'
      | 'exception-opened'
      | 'break-started'
      | 'person-returned'
      | 'person-absent'
      | 'break-ended'
      | 'ceremony-resumed'
      | 'custody-recorded';
  }
>;

/**
 * Takes an event of the people into account.
 * @param state - the state before
 * @param event - the event
 * @returns the state after
 */
export function evolvePeople(state: CeremonyState, event: PeopleEvent): CeremonyState {
  switch (event.type) {
    case 'approval-key-registered':
      return { ...state, approvalKeys: new Map(state.approvalKeys).set(event.person, event.publicKey) };
    case 'approval-asked':
      return {
        ...state,
        approval: { subject: event.subject, sha256: event.sha256, parameters: event.parameters, by: [] },
      };
    case 'approval-given':
      return withApproval(state, event.person);
    case 'passphrase-refused':
      return refused(state, event.person);
    case 'exception-opened': {
      const { exception, step, expected, happened, openedBy, rule } = event;
      const [next = null, ...owedThen] = state.owedThen;
      const opened = { exception, step, expected, happened, openedBy, rule, closed: null };
      return { ...state, exceptions: [...state.exceptions, opened], approval: null, owed: next, owedThen };
    }
    case 'break-started':
      return begun(state, { kind: 'break', reason: event.reason, by: event.by, found: null, returned: [] });
    case 'ceremony-resumed':
      return resumed(state, event);
    case 'person-returned':
      return returned(withCount(state, event.person, 0), event.person);
    case 'person-absent':
      return { ...state, absent: [...state.absent, event.person], owed: owedForAbsence(state, event) };
    case 'break-ended':
      return { ...state, onBreak: null };
    case 'custody-recorded':
      return {
        ...state,
        custody: [...state.custody, event.record],
        approval: isRegisterShown(state) ? null : state.approval,
        owed: owedForBag(state, event.record),
      };
  }
}

/** So many wrong passphrases of one person in a row are an exception. */
export const passphraseTries = 3;

function refused(state: CeremonyState, person: string): CeremonyState {
  const wrong = (state.wrongPassphrases.get(person) ?? 0) + 1;
  const counted = withCount(state, person, wrong);
  if (wrong % passphraseTries !== 0) return counted;
  const cause = `${nameOf(state, person)} typed a wrong passphrase ${wrong} times in a row.`;
  return { ...counted, owed: exceptionByItself(state, { rule: 'APPROVAL-PASSPHRASE-ACCEPTED', cause }) };
}

function owedForAbsence(state: CeremonyState, { person, reason }: EventOf<'person-absent'>): CeremonyState['owed'] {
  const told = { rule: 'BREAK-ENDED-BY-EVERYBODY', cause: `${nameOf(state, person)} does not come back: ${reason}` };
  return exceptionByItself(state, told, 'Everybody comes back.');
}

/** Everybody signs the register with the closing: a new line makes void what was signed before it. */
function isRegisterShown(state: CeremonyState): boolean {
  const step = currentStep(state);
  return step?.closes === true && state.approval?.subject === step.id;
}

function owedForBag(state: CeremonyState, record: CustodyRecord): CeremonyState['owed'] {
  if (record.kind !== 'bag-opened' || record.idMatched) return null;
  const cause = `Bag ${record.bag} was opened, and its number or its seal was not as listed.`;
  return exceptionByItself(
    state,
    { rule: 'CUSTODY-BAG-AS-LISTED', cause },
    `Bag ${record.bag} is whole and as listed.`,
  );
}

function withApproval(state: CeremonyState, person: string): CeremonyState {
  const { approval } = state;
  if (approval === null) return state;
  return { ...withCount(state, person, 0), approval: { ...approval, by: [...approval.by, person] } };
}

function withCount(state: CeremonyState, person: string, count: number): CeremonyState {
  return { ...state, wrongPassphrases: new Map(state.wrongPassphrases).set(person, count) };
}

function begun(state: CeremonyState, onBreak: Break): CeremonyState {
  return { ...state, onBreak, approval: null };
}

/** Nobody is identified again who never was; whoever had come back before the application ended comes back once more. */
function resumed(state: CeremonyState, { log: found }: EventOf<'ceremony-resumed'>): CeremonyState {
  if (!isEverybodyRegistered(state)) return { ...state, approval: null };
  return begun(state, { kind: 'restart', reason: 'Keyferry was started anew.', by: null, found, returned: [] });
}

function returned(state: CeremonyState, person: string): CeremonyState {
  const { onBreak } = state;
  if (onBreak === null) return state;
  return { ...state, onBreak: { ...onBreak, returned: [...onBreak.returned, person] } };
}
