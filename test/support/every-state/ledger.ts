import type { CeremonyEvent, EventOf, LoggedInput } from '../../../app/ceremony/events.ts';
import { inputIn } from '../../../app/ceremony/approvals.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import type { Person } from '../../../app/ceremony/roles.ts';

/**
 * What an observer knows who reads the log and nothing else, and holds the engine to its promises. It is written apart
 * from the engine on purpose: it knows two custodians and a witness, and no rule of the engine.
 */
export interface Ledger {
  readonly people: readonly Person[];
  readonly absent: readonly string[];
  readonly registered: number;
  readonly asked: { readonly subject: string; readonly input: LoggedInput | null } | null;
  readonly approvedBy: readonly string[];
  readonly open: readonly number[];
  readonly isOnBreak: boolean;
  /** The confirmation that the work under way goes back to; null once something else came in between. */
  readonly confirmed: {
    readonly step: string;
    /** Whether it was a quorum when they signed, whoever has left since. */
    readonly isByQuorum: boolean;
    readonly input: LoggedInput;
  } | null;
  readonly areWrapsApproved: boolean;
  readonly stops: number;
}

export const emptyLedger: Ledger = {
  people: [],
  absent: [],
  registered: 0,
  asked: null,
  approvedBy: [],
  open: [],
  isOnBreak: false,
  confirmed: null,
  areWrapsApproved: false,
  stops: 0,
};

/** The ledger after an event. */
export function entered(ledger: Ledger, event: CeremonyEvent): Ledger {
  switch (event.type) {
    case 'step-confirmed':
      return stepEntered(ledger, event);
    case 'approval-key-registered':
      return { ...ledger, registered: ledger.registered + 1 };
    case 'approval-asked':
      return { ...ledger, asked: { subject: event.subject, input: inputIn(event.parameters) }, approvedBy: [] };
    case 'approval-given':
      return { ...ledger, approvedBy: [...ledger.approvedBy, event.person] };
    case 'effect-failed':
      return { ...ledger, confirmed: null };
    case 'effect-completed':
      return event.settled ? { ...ledger, confirmed: null } : ledger;
    case 'exception-opened':
      return { ...unapproved(ledger), open: [...ledger.open, event.exception] };
    case 'exception-closed': {
      const open = ledger.open.filter((number) => number !== event.exception);
      return { ...unapproved(ledger), open, confirmed: event.key === null ? ledger.confirmed : null };
    }
    case 'break-started':
      return { ...unapproved(ledger), isOnBreak: true };
    case 'ceremony-resumed':
      return { ...unapproved(ledger), isOnBreak: canEverybodySign(ledger) };
    case 'break-ended':
      return { ...ledger, isOnBreak: false };
    case 'person-absent':
      return { ...ledger, absent: [...ledger.absent, event.person] };
    case 'ceremony-stopped':
      return {
        ...unapproved(ledger),
        isOnBreak: ledger.isOnBreak && ledger.stops === 0,
        confirmed: null,
        stops: ledger.stops + 1,
      };
    default:
      return ledger;
  }
}

function stepEntered(ledger: Ledger, { step, input }: EventOf<'step-confirmed'>): Ledger {
  const isByQuorum = isQuorum(ledger, approversOf(ledger, step, input));
  return {
    ...unapproved(ledger),
    people: input.kind === 'people' ? input.people : ledger.people,
    confirmed: { step, isByQuorum, input },
    areWrapsApproved: ledger.areWrapsApproved || (step === 'wrap.approve' && isByQuorum),
  };
}

function unapproved(ledger: Ledger): Ledger {
  return { ...ledger, asked: null, approvedBy: [] };
}

/** Who has approved this very step with this very input. */
function approversOf({ asked, approvedBy }: Ledger, step: string, input: LoggedInput): readonly string[] {
  return asked?.subject === step && same(asked.input, input) ? approvedBy : [];
}

function same(one: unknown, other: unknown): boolean {
  return text(one) === text(other);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

function canEverybodySign({ people, registered }: Ledger): boolean {
  return people.length > 0 && registered === people.length;
}

function isQuorum(ledger: Ledger, by: readonly string[]): boolean {
  return holders(ledger, 'custodian', by) >= 2 && holders(ledger, 'witness', by) >= 1;
}

/** After an abort those who are left bring it to its end, be they fewer than a quorum. */
function isEnough(ledger: Ledger, by: readonly string[]): boolean {
  if (ledger.stops === 0) return isQuorum(ledger, by);
  const everybody = ledger.people.map(({ id }) => id);
  const wanted = (role: string, count: number): number => Math.min(count, holders(ledger, role, everybody));
  const areThere = (role: string, count: number): boolean => holders(ledger, role, by) >= wanted(role, count);
  const isAnybodyAsked = wanted('custodian', 1) + wanted('witness', 1) > 0;
  if (!isAnybodyAsked) return isEverybody(ledger, by);
  return by.length > 0 && areThere('custodian', 2) && areThere('witness', 1);
}

function holders({ people, absent }: Ledger, role: string, by: readonly string[]): number {
  return people.filter(
    ({ id, roles }) => by.includes(id) && !absent.includes(id) && roles.some((held) => held === role),
  ).length;
}

function isEverybody({ people, absent }: Ledger, by: readonly string[]): boolean {
  return people.every(({ id }) => by.includes(id) || absent.includes(id));
}

/** The work for which the people sign; the wrap is signed for in a step of its own. */
const sensitiveWork: readonly string[] = ['make-key', 'sign-bundle', 'write-copy', 'destroy-key', 'wrap-key'];

/**
 * What an event breaks.
 * @param ledger - before the event
 * @param event - the event
 * @param state - the engine's state before the event, for the current step and its checks
 * @param isClosedNow - whether the event has closed the ceremony
 * @returns the promise that is broken, or null
 */
export function broken(
  ledger: Ledger,
  event: CeremonyEvent,
  state: CeremonyState,
  isClosedNow: boolean,
): string | null {
  if (event.type === 'step-confirmed') return brokenByStep(ledger, event, state);
  if (event.type === 'effect-requested') return brokenByRequest(ledger, event);
  if (event.type === 'exception-closed') return brokenByClosing(ledger, event);
  if (isClosedNow && event.type !== 'ceremony-stopped') return 'closed by something else than a sign-off or a stop';
  if (isClosedNow && ledger.stops === 0 && canEverybodySign(ledger)) return 'closed by a first stop, without sign-off';
  return null;
}

function brokenByStep(ledger: Ledger, event: EventOf<'step-confirmed'>, state: CeremonyState): string | null {
  const step = state.steps[state.current];
  if (step?.id !== event.step) return 'another step was confirmed than the current one';
  if (step.ticks.some(({ id }) => !event.ticks.includes(id))) return 'a step was confirmed with a missing tick';
  if (isHeld(ledger)) return 'a step was confirmed while an exception was open or on a break';
  const approvedBy = approversOf(ledger, event.step, event.input);
  const signed = event.confirmedBy.filter((id) => approvedBy.includes(id));
  if (event.step.endsWith('.sign-off')) return isEverybody(ledger, signed) ? null : 'signed off by too few';
  return !step.sensitive || isEnough(ledger, signed) ? null : 'a sensitive step was confirmed without the quorum';
}

function brokenByClosing(ledger: Ledger, event: EventOf<'exception-closed'>): string | null {
  const isAsked = ledger.asked?.subject === `exception.${event.exception}`;
  const signed = event.confirmedBy.filter((id) => isAsked && ledger.approvedBy.includes(id));
  return isEnough(ledger, signed) ? null : 'an exception was closed by too few';
}

function brokenByRequest(ledger: Ledger, { step, request }: EventOf<'effect-requested'>): string | null {
  if (isHeld(ledger)) return 'work was begun while an exception was open or on a break';
  const { confirmed } = ledger;
  if (confirmed?.step !== step) return 'work was begun that nobody confirmed';
  if (!sensitiveWork.includes(request.kind)) return null;
  if (request.kind === 'wrap-key') return ledger.areWrapsApproved ? null : 'a key was wrapped without the quorum';
  if (!confirmed.isByQuorum) return `${request.kind} was begun without the quorum`;
  const { input } = confirmed;
  if (request.kind === 'write-copy' && !(input.kind === 'folders' && input.folders.includes(request.folder))) {
    return 'a copy was written elsewhere than approved';
  }
  if (request.kind === 'destroy-key' && !(input.kind === 'key-ids' && input.keyIds.includes(request.key))) {
    return 'another key was destroyed than approved';
  }
  return null;
}

/** Before everybody can sign, nobody can close an exception, and it holds nothing up. */
function isHeld(ledger: Ledger): boolean {
  return ledger.isOnBreak || (canEverybodySign(ledger) && ledger.open.length > 0);
}
