import type { ToldEntry, ToldEvent, ToldEventOf } from './told-events.ts';
import type { ToldPerson } from './told-work.ts';

/** What is put to the people, and who has approved exactly that. */
export interface ToldApproval {
  readonly subject: string;
  readonly sha256: string;
  readonly parameters: ToldEventOf<'approval-asked'>['parameters'];
  readonly by: readonly string[];
}

/** The people as the log has told of them up to an entry, taken at its word: what is not true of it others find. */
export interface Room {
  /** Everybody named at roll call, by id. */
  readonly people: ReadonlyMap<string, ToldPerson>;
  /** Ids of those who left for good. */
  readonly absent: ReadonlySet<string>;
  /** Approval keys by person, DER SubjectPublicKeyInfo in hex. */
  readonly keys: ReadonlyMap<string, string>;
  /** Null while nothing is asked, or since something voided it. */
  readonly approval: ToldApproval | null;
  /** In the order in which they were opened. */
  readonly exceptions: readonly ToldEventOf<'exception-opened'>[];
  /** The numbers of those that were closed. */
  readonly closed: ReadonlySet<number>;
  /** During a break: ids of those who have returned; null while the people are at work. */
  readonly returned: ReadonlySet<string> | null;
  /** Wrong passphrases in a row, by person. */
  readonly wrong: ReadonlyMap<string, number>;
}

export const emptyRoom: Room = {
  people: new Map(),
  absent: new Set(),
  keys: new Map(),
  approval: null,
  exceptions: [],
  closed: new Set(),
  returned: null,
  wrong: new Map(),
};

/** An entry, with the room just before it. */
export interface Moment {
  /** Index of the entry. */
  readonly at: number;
  readonly entry: ToldEntry;
  readonly event: ToldEvent;
  readonly room: Room;
}

/**
 * Follows a log as far as it tells of the people. No room is kept but the last: a log that was made to be followed for ever takes no
 * more memory than another.
 * @param entries - the log, its chain already followed
 * @param visit - is given each entry in turn
 * @returns the room after all of them
 */
export function followRoom(entries: readonly ToldEntry[], visit: (moment: Moment) => void): Room {
  return entries.reduce((room, entry, at) => {
    visit({ at, entry, event: entry.event, room });
    return afterEvent(room, entry.event);
  }, emptyRoom);
}

/** The roles of everybody named at roll call, by id. */
export function rolesOf({ people }: Room): ReadonlyMap<string, readonly string[]> {
  return new Map([...people].map(([id, { roles }]) => [id, roles]));
}

/** Whether everybody of the roll call has a key, so that an exception can be closed and a break ended. */
export function isEverybodyRegistered({ people, keys }: Pick<Room, 'people' | 'keys'>): boolean {
  return people.size > 0 && [...people.keys()].every((id) => keys.has(id));
}

/** Ids of the people whom a break waits for; none outside of one. */
export function waitedFor({ people, absent, returned }: Room): readonly string[] {
  return returned === null ? [] : [...people.keys()].filter((id) => !absent.has(id) && !returned.has(id));
}

/** Takes one event into account. */
function afterEvent(room: Room, event: ToldEvent): Room {
  switch (event.type) {
    case 'step-confirmed':
      return { ...room, people: namedIn(event) ?? room.people, approval: null };
    case 'approval-key-registered':
      return { ...room, keys: new Map(room.keys).set(event.person, event.publicKey) };
    case 'approval-asked': {
      const { subject, sha256, parameters } = event;
      return { ...room, approval: { subject, sha256, parameters, by: [] } };
    }
    case 'approval-given':
      return { ...tried(room, event.person, 0), approval: withApproval(room, event.person) };
    case 'passphrase-refused':
      return tried(room, event.person, (room.wrong.get(event.person) ?? 0) + 1);
    case 'exception-opened':
      return { ...room, exceptions: [...room.exceptions, event], approval: null };
    case 'exception-closed':
      return { ...room, closed: new Set(room.closed).add(event.exception), approval: null };
    case 'break-started':
    case 'ceremony-resumed':
      // Nobody can be identified again who never was.
      return { ...room, returned: isEverybodyRegistered(room) ? new Set() : null, approval: null };
    case 'person-returned':
      return {
        ...tried(room, event.person, 0),
        returned: room.returned === null ? null : new Set(room.returned).add(event.person),
      };
    case 'person-absent':
      return { ...room, absent: new Set(room.absent).add(event.person) };
    case 'break-ended':
      return { ...room, returned: null };
    case 'effect-failed':
      return { ...room, approval: null };
    case 'ceremony-stopped':
      return { ...room, approval: null, returned: null };
    default:
      return room;
  }
}

/** The people whom a confirmation names, by id; null when the step was given something else. */
export function namedIn({ input }: ToldEventOf<'step-confirmed'>): ReadonlyMap<string, ToldPerson> | null {
  return input.kind === 'people' ? new Map(input.people.map((person) => [person.id, person])) : null;
}

function withApproval({ approval }: Room, person: string): ToldApproval | null {
  return approval === null ? null : { ...approval, by: [...approval.by, person] };
}

function tried(room: Room, person: string, times: number): Room {
  return { ...room, wrong: new Map(room.wrong).set(person, times) };
}
