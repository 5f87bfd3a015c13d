import type { Role } from '../../app/ceremony/roles.ts';
import type { StepInput } from '../../app/contract/calls.ts';
import { roleTitle } from '../words/format.ts';

/** One line of roll call: a role that the plan wants filled, and who fills it. */
export interface Seat {
  readonly role: Role;
  name: string;
  organisation: string;
}

type NamedPerson = Extract<StepInput, { kind: 'people' }>['people'][number];

/** Empty lines for roll call, in the plan's order. */
export function emptySeats(seats: readonly Role[]): Seat[] {
  return seats.map((role) => ({ role, name: '', organisation: '' }));
}

/**
 * Names a seat; seats of a role that has several are numbered.
 * @returns `Operator`, `Custodian 2`
 */
export function seatTitle(seats: readonly { readonly role: Role }[], index: number): string {
  const role = seats[index]?.role;
  if (role === undefined) return '';
  const isAlone = seats.filter((seat) => seat.role === role).length === 1;
  const place = seats.slice(0, index + 1).filter((seat) => seat.role === role).length;
  return isAlone ? roleTitle(role) : `${roleTitle(role)} ${place}`;
}

/**
 * Finds the seat whose person a later seat names again.
 * @returns the first seat with the same name and organisation, or null when there is none before this one
 */
export function sameSeatBefore(seats: readonly Seat[], index: number): number | null {
  const seat = seats[index];
  if (seat === undefined || seat.name.trim() === '') return null;
  const first = seats.findIndex((other) => identity(other) === identity(seat));
  return first < index ? first : null;
}

/**
 * Finds seats of one role with one person in them: the plan wants as many people as it has seats of a role.
 * @returns for each seat that names somebody again: the seat, and in words which two are the same person
 */
export function sameRoleTwice(seats: readonly Seat[]): { readonly seat: number; readonly words: string }[] {
  return seats.flatMap((one, seat) => {
    const earlier = seats.findIndex((other) => other.role === one.role && identity(other) === identity(one));
    if (one.name.trim() === '' || earlier === seat) return [];
    const place = seatTitle(seats, seat).split(' ').at(-1) ?? '';
    return [{ seat, words: `${seatTitle(seats, earlier)} and ${place} are the same person` }];
  });
}

/**
 * Turns seats into people: seats with the same name and organisation are one person with several roles.
 * @param seats - all lines of roll call
 * @returns the people in the order of their first seat, names trimmed
 */
export function peopleOf(seats: readonly Seat[]): NamedPerson[] {
  const people = new Map<string, NamedPerson>();
  for (const seat of seats) {
    const known = people.get(identity(seat));
    if (known === undefined) {
      const { name, organisation } = seat;
      people.set(identity(seat), { name: name.trim(), organisation: organisation.trim(), roles: [seat.role] });
    } else if (!known.roles.includes(seat.role)) known.roles.push(seat.role);
  }
  return [...people.values()];
}

/** Case and the ways to compose an accent do not make two people. */
function identity(seat: Seat): string {
  return JSON.stringify([seat.name, seat.organisation].map((text) => text.trim().normalize('NFC').toLowerCase()));
}
