import { hexToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import { ofType, type Timed } from './timed.ts';

/** Somebody of the roll call. */
export interface ReportedPerson {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly roles: readonly string[];
  readonly initials: string;
  readonly identifiedBy: string;
  /** SHA-256 of the approval key's SubjectPublicKeyInfo, hex; null while there is none. */
  readonly approvalKeySha256: string | null;
  /** Why the person had to leave for good; null where that did not happen. */
  readonly absent: string | null;
}

/** A break, or the time between two runs of the application. */
export interface ReportedBreak {
  readonly from: string;
  /** Null while it lasts. */
  readonly to: string | null;
  readonly reason: string;
  /** Initials of who asked for it; null after a restart. */
  readonly by: string | null;
  /** Initials of the people who were identified again. */
  readonly returned: readonly string[];
}

/**
 * The people of a ceremony, with their keys.
 * @param events - the log
 * @returns in the order of the roll call; nobody before it
 */
export function peopleIn(events: readonly Timed[]): readonly ReportedPerson[] {
  const named = ofType(events, 'step-confirmed')
    .map(({ event }) => event.input)
    .findLast((input) => input.kind === 'people');
  if (named?.kind !== 'people') return [];
  const keys = new Map(ofType(events, 'approval-key-registered').map(({ event }) => [event.person, event.publicKey]));
  const gone = new Map(ofType(events, 'person-absent').map(({ event }) => [event.person, event.reason]));
  return named.people.map((person) => {
    const key = keys.get(person.id);
    return {
      ...person,
      approvalKeySha256: key === undefined ? null : sha256Hex(hexToBytes(key)),
      absent: gone.get(person.id) ?? null,
    };
  });
}

/** Initials of a person; an id that nobody has stays as it is. */
export function initialsOf(people: readonly ReportedPerson[], id: string): string {
  return people.find((person) => person.id === id)?.initials ?? id;
}

/**
 * The breaks in their order; a restart before everybody had a key is none, since nobody was identified again.
 * @param events - the log
 * @param people - of its roll call
 */
export function breaksIn(events: readonly Timed[], people: readonly ReportedPerson[]): readonly ReportedBreak[] {
  const breaks: ReportedBreak[] = [];
  const registered = new Set<string>();
  const change = (more: (open: ReportedBreak) => Partial<ReportedBreak>): void => {
    const open = breaks.at(-1);
    if (open?.to === null) breaks[breaks.length - 1] = { ...open, ...more(open) };
  };
  for (const { time, event } of events) {
    switch (event.type) {
      case 'approval-key-registered':
        registered.add(event.person);
        break;
      case 'break-started':
        breaks.push({ from: time, to: null, reason: event.reason, by: initialsOf(people, event.by), returned: [] });
        break;
      case 'ceremony-resumed':
        if (people.length === 0 || registered.size < people.length) break;
        // Whoever had come back before comes back once more.
        change(() => ({ to: time }));
        breaks.push({ from: time, to: null, reason: 'Keyferry was started anew.', by: null, returned: [] });
        break;
      case 'person-returned':
        change(({ returned }) => ({ returned: [...returned, initialsOf(people, event.person)] }));
        break;
      case 'break-ended':
      case 'ceremony-stopped':
        change(() => ({ to: time }));
        break;
      default:
    }
  }
  return breaks;
}
