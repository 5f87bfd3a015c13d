import { isSamePerson, mayBeNamesakes } from '../../app/ceremony/identity.ts';
import { initialsOf } from '../../app/ceremony/initials.ts';
import type { Role } from '../../app/ceremony/roles.ts';
import type { StepInput } from '../../app/contract/calls.ts';
import { roleTitle } from '../words/format.ts';

/** One line of roll call: a role that the plan wants filled, and who fills it. */
export interface Seat {
  readonly role: Role;
  name: string;
  organisation: string;
  /** As somebody typed them; null while those that Keyferry proposes stand. */
  initials: string | null;
  /** The document, or the person, by which the identity was checked. */
  identifiedBy: string;
}

/** Something that is still wrong with a seat, and at which of its fields. */
export interface SeatProblem {
  readonly words: string;
  readonly seat: number;
  readonly field: 'name' | 'initials' | 'identified';
}

type NamedPerson = Extract<StepInput, { kind: 'people' }>['people'][number];

/** Empty lines for roll call, in the plan's order. */
export function emptySeats(seats: readonly Role[]): Seat[] {
  return seats.map((role) => ({ role, name: '', organisation: '', initials: null, identifiedBy: '' }));
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
 * @returns the first seat of that person, or null when it is this one, or nobody is named
 */
export function sameSeatBefore(seats: readonly Seat[], index: number): number | null {
  const first = firstSeats(seats)[index] ?? index;
  return first < index ? first : null;
}

/**
 * Says whether a seat asks how its person was identified: not of somebody who sits elsewhere already. Of a possible namesake it is
 * asked, since the document decides whether they are two.
 */
export function isAskedWho(seats: readonly Seat[], index: number): boolean {
  const [seat, first] = [seats[index], seats[sameSeatBefore(seats, index) ?? index]];
  return seat === first || (seat !== undefined && first !== undefined && mayBeNamesakes(first, seat));
}

/** For each seat the first of the same person. Each is compared with first seats only, so that a person is one list of seats. */
function firstSeats(seats: readonly Seat[]): readonly number[] {
  const people: number[] = [];
  return seats.map((seat, index) => {
    const known = people.find((first) => isNamedAgain(seats[first], seat));
    if (known === undefined) people.push(index);
    return known ?? index;
  });
}

function isNamedAgain(first: Seat | undefined, seat: Seat): boolean {
  return first !== undefined && seat.name.trim() !== '' && first.name.trim() !== '' && isSamePerson(first, seat);
}

/**
 * Finds seats of one role with one person in them: the plan wants as many people as it has seats of a role.
 * @returns for each seat that names somebody again: the seat, and in words which two are the same person
 */
export function sameRoleTwice(seats: readonly Seat[]): { readonly seat: number; readonly words: string }[] {
  const firsts = firstSeats(seats);
  return seats.flatMap((one, seat) => {
    const earlier = seats.findIndex((other, at) => other.role === one.role && firsts[at] === firsts[seat]);
    if (earlier === seat) return [];
    const place = seatTitle(seats, seat).split(' ').at(-1) ?? '';
    return [{ seat, words: `${seatTitle(seats, earlier)} and ${place} are the same person` }];
  });
}

/**
 * The initials of whoever sits in a seat: typed, or proposed. Somebody with two seats has those of the first.
 * @param seats - all lines of roll call
 * @param index - of the seat
 * @returns capital letters; nothing while nobody is named
 */
export function initialsAt(seats: readonly Seat[], index: number): string {
  const first = sameSeatBefore(seats, index) ?? index;
  const seat = seats[first];
  if (seat === undefined) return '';
  if (seat.initials !== null) return seat.initials.trim().toUpperCase();
  const people = seats.map((_, at) => at).filter((at) => at === first || sameSeatBefore(seats, at) === null);
  const proposed = initialsOf(people.map((at) => seats[at]?.name ?? ''));
  return proposed[people.indexOf(first)] ?? '';
}

/**
 * Says what is still wrong with the lines of roll call.
 * @param seats - all of them
 * @returns the problems in reading order, those of one kind as one
 */
export function seatProblems(seats: readonly Seat[]): SeatProblem[] {
  const people = seats.map((_, index) => index).filter((index) => sameSeatBefore(seats, index) === null);
  const named = people.filter((index) => seats[index]?.name.trim() !== '');
  const wrong = named.filter((index) => !initialsForm.test(initialsAt(seats, index)));
  const unidentified = named.filter((index) => seats[index]?.identifiedBy.trim() === '');
  return [
    ...problem(
      seats.flatMap((seat, index) => (seat.name.trim() === '' ? [index] : [])),
      'name',
      (count) => (count === 1 ? '1 name is missing' : `${count} names are missing`),
    ),
    ...sameRoleTwice(seats).map(({ words, seat }) => ({ words, seat, field: 'name' as const })),
    ...problem(wrong, 'initials', () => `${seats[wrong[0] ?? 0]?.name.trim() ?? ''} needs 2 to 4 initials`),
    ...sameInitials(seats, named),
    ...problem(unidentified, 'identified', (count) =>
      count === 1 ? 'It is not said how 1 person was identified' : `It is not said how ${count} people were identified`,
    ),
  ];
}

const initialsForm = /^\p{L}{2,4}$/u;

function problem(at: readonly number[], field: SeatProblem['field'], words: (count: number) => string): SeatProblem[] {
  const [seat] = at;
  return seat === undefined ? [] : [{ words: words(at.length), seat, field }];
}

/** The later of two people with the same initials adds a letter. */
function sameInitials(seats: readonly Seat[], named: readonly number[]): SeatProblem[] {
  return named.flatMap((seat, place) => {
    const initials = initialsAt(seats, seat);
    const isTaken = initials !== '' && named.slice(0, place).some((other) => initialsAt(seats, other) === initials);
    return isTaken ? [{ words: `Two people have the initials ${initials}`, seat, field: 'initials' as const }] : [];
  });
}

/**
 * Turns seats into people: seats that name the same one are one person with several roles.
 * @param seats - all lines of roll call
 * @returns the people in the order of their first seat, texts trimmed
 */
export function peopleOf(seats: readonly Seat[]): NamedPerson[] {
  const people = new Map<number, NamedPerson>();
  for (const [index, first] of firstSeats(seats).entries()) {
    const seat = seats[index];
    if (seat === undefined) continue;
    const known = people.get(first);
    if (known === undefined) people.set(first, personOf(seat, initialsAt(seats, index)));
    else if (!known.roles.includes(seat.role)) known.roles.push(seat.role);
  }
  return [...people.values()];
}

function personOf(seat: Seat, initials: string): NamedPerson {
  const { name, organisation, identifiedBy, role } = seat;
  return {
    name: name.trim(),
    organisation: organisation.trim(),
    identifiedBy: identifiedBy.trim(),
    initials,
    roles: [role],
  };
}
