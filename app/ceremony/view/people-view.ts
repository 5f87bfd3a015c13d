import type { CeremonyView, StepView } from '../../contract/view.ts';
import { approversOf, exceptionSubject } from '../approvals.ts';
import { checkBreak, notYetBack } from '../breaks.ts';
import { castOf, quorumOf } from '../byok-export/draft.ts';
import { distinctOf, neededOf } from '../confirmers.ts';
import { bagsOf, type CustodyRecord } from '../custody.ts';
import { custodyInWords } from '../custody-words.ts';
import { passphraseTries } from '../evolve-people.ts';
import { keyToLeaveOut } from '../leaving-out.ts';
import { roles, type Person, type Role } from '../roles.ts';
import { isEverybodyRegistered, nameOf, openExceptions, presentPeople, type CeremonyState } from '../state.ts';
import type { Step } from '../step.ts';

type PeopleView = Pick<CeremonyView, 'approval' | 'exceptions' | 'closing' | 'onBreak' | 'mayBreak' | 'custody'>;
type ShownPerson = StepView['confirmers'][number]['people'][number];

/**
 * What the window shows of the people: what they approve, what departs from the plan, breaks and the register.
 * @param state - the ceremony
 */
export function peopleView(state: CeremonyState): PeopleView {
  const { approval, onBreak } = state;
  const asker = presentPeople(state)[0]?.id ?? '';
  return {
    approval: approval === null ? null : { subject: approval.subject, sha256: approval.sha256, by: [...approval.by] },
    exceptions: state.exceptions.map((record) => exceptionView(state, record)),
    closing: closingOf(state),
    onBreak:
      onBreak === null
        ? null
        : {
            kind: onBreak.kind,
            reason: onBreak.reason,
            by: onBreak.by === null ? null : nameOf(state, onBreak.by),
            found: onBreak.found,
            waiting: notYetBack(state).map(shown),
            returned: state.people.filter(({ id }) => onBreak.returned.includes(id)).map(shown),
          },
    mayBreak: checkBreak(state, asker) === null,
    custody: {
      bags: [...bagsOf(state.custody)].map(([bag, status]) => ({ bag, status })),
      lines: state.custody.map((record) => lineOf(state, record)),
    },
  };
}

function exceptionView(
  state: CeremonyState,
  record: CeremonyState['exceptions'][number],
): CeremonyView['exceptions'][number] {
  const { exception, step, expected, happened, openedBy, rule, closed } = record;
  const { number, title } = state.steps.find(({ id }) => id === step) ?? { number: '', title: step };
  return {
    exception,
    subject: exceptionSubject(exception),
    step: `${number} ${title}`.trim(),
    expected,
    happened,
    openedBy: openedBy === 'keyferry' ? 'Keyferry' : nameOf(state, openedBy),
    rule,
    closed:
      closed === null
        ? null
        : { decided: closed.decided, key: closed.key, by: closed.confirmedBy.map((id) => nameOf(state, id)) },
  };
}

/** Before everybody can sign, an open exception waits and stops nothing yet. */
function closingOf(state: CeremonyState): CeremonyView['closing'] {
  const [open] = openExceptions(state);
  if (open === undefined || !isEverybodyRegistered(state)) return null;
  const subject = exceptionSubject(open.exception);
  const confirmers = approversOf(state, subject);
  return {
    exception: open.exception,
    subject,
    acts: actorsOf(state, castOf(state.plan).leader),
    confirmers: confirmersOf(state, { confirmers }),
    distinctPeople: distinctOf(state, quorumOf(state.plan)),
    leaveOut: keyToLeaveOut(state),
  };
}

/** A role that acts, and the names of those who hold it and are here. */
export function actorsOf(state: CeremonyState, role: Role): StepView['acts'] {
  const names = presentPeople(state)
    .filter((person) => person.roles.includes(role))
    .map(({ name }) => name);
  return { role, names };
}

/** Everybody of the roll call, with what the window says of each of them. */
export function peopleInRoom(state: CeremonyState): CeremonyView['room']['people'] {
  return state.people.map((person) => ({
    ...shown(person),
    organisation: person.organisation,
    roles: [...person.roles],
    isAbsent: state.absent.includes(person.id),
    passphraseTry: {
      number: ((state.wrongPassphrases.get(person.id) ?? 0) % passphraseTries) + 1,
      of: passphraseTries,
    },
  }));
}

/**
 * Who must confirm, by role, of the people who are here.
 * @param state - the ceremony
 * @param step - whom it asks
 */
export function confirmersOf(state: CeremonyState, { confirmers }: Pick<Step, 'confirmers'>): StepView['confirmers'] {
  return roles
    .map((role) => ({ role, needed: neededOf(state, confirmers, role) }))
    .filter(({ needed }) => needed > 0)
    .map(({ role, needed }) => ({
      role,
      needed,
      people: presentPeople(state)
        .filter((person) => person.roles.includes(role))
        .map(shown),
    }));
}

/** Everybody of the roll call, and who has an approval key. */
export function registering(state: CeremonyState): StepView['asks']['keys'] {
  return state.people.map((person) => ({ ...shown(person), isDone: state.approvalKeys.has(person.id) }));
}

/** What the token says of its PIN before the next try, and who is here to type it. */
export function pinAskedOf(state: CeremonyState): NonNullable<StepView['asks']['pin']> {
  const pin = state.token?.pin ?? null;
  return {
    pad: pin?.protectedPath ?? false,
    warning: pin === null ? null : warningOf(pin),
    isFinalTry: pin?.finalTry ?? false,
    people: presentPeople(state).map(shown),
  };
}

function warningOf({ locked, finalTry, countLow }: NonNullable<CeremonyState['token']>['pin']): string | null {
  if (locked) return 'The token says that its PIN is locked.';
  if (finalTry) return 'The token says that one more wrong PIN locks it.';
  return countLow ? 'The token says that a wrong PIN was typed since the last right one.' : null;
}

function lineOf(state: CeremonyState, record: CustodyRecord): CeremonyView['custody']['lines'][number] {
  return { ...custodyInWords(record), by: nameOf(state, record.by), witness: nameOf(state, record.witness) };
}

function shown({ id, name, initials }: Person): ShownPerson {
  return { id, name, initials };
}
