import { describe, expect, it } from 'vitest';
import {
  emptySeats,
  initialsAt,
  isAskedWho,
  peopleOf,
  sameRoleTwice,
  sameSeatBefore,
  seatProblems,
  seatTitle,
  type Seat,
} from '../../renderer/steps/seats.ts';

const seat = (role: Seat['role'], name: string, organisation = '', more: Partial<Seat> = {}): Seat => ({
  role,
  name,
  organisation,
  initials: null,
  identifiedBy: '',
  ...more,
});

describe('seats of roll call', () => {
  it('gives every seat of the plan an empty line', () => {
    expect(emptySeats(['operator', 'witness'])).toEqual([seat('operator', ''), seat('witness', '')]);
  });

  it('numbers the seats of a role that has several, and only those', () => {
    const seats = emptySeats(['operator', 'custodian', 'custodian', 'witness']);
    expect(seats.map((_, index) => seatTitle(seats, index))).toEqual([
      'Operator',
      'Custodian 1',
      'Custodian 2',
      'Witness',
    ]);
  });

  it('makes one person with two roles of two seats with the same name', () => {
    const seats = [
      seat('administrator', 'Ada Lovelace', 'Example Bank', { identifiedBy: ' Passport ' }),
      seat('operator', 'Grace Hopper'),
      seat('custodian', ' ada  LOVELACE', 'example bank '),
    ];
    expect(peopleOf(seats)).toEqual([
      {
        name: 'Ada Lovelace',
        organisation: 'Example Bank',
        roles: ['administrator', 'custodian'],
        initials: 'AL',
        identifiedBy: 'Passport',
      },
      { name: 'Grace Hopper', organisation: '', roles: ['operator'], initials: 'GH', identifiedBy: '' },
    ]);
    expect(sameSeatBefore(seats, 2)).toBe(0);
    expect(sameSeatBefore(seats, 1)).toBeNull();
    expect(sameSeatBefore(seats, 0)).toBeNull();
  });

  // As PERSON-NAMED has it.
  it('keeps namesakes apart whom organisation and document tell apart', () => {
    const kim = (organisation: string, identifiedBy: string): Seat =>
      seat('custodian', 'Kim Osei', organisation, { identifiedBy });
    const seats = [kim('Example Bank', 'Passport 1'), kim('Auditors', 'Passport 2')];
    expect(peopleOf(seats)).toHaveLength(2);
    expect(sameSeatBefore(seats, 1)).toBeNull();
    for (const same of [kim('Auditors', 'passport 1'), kim('', 'Passport 2'), kim('example bank', 'Passport 2')]) {
      expect(sameSeatBefore([kim('Example Bank', 'Passport 1'), same], 1)).toBe(0);
    }
  });

  it('goes on asking for the document while it is what tells two people apart', () => {
    const first = seat('custodian', 'Kim Osei', 'Example Bank', { identifiedBy: 'Passport' });
    const second = seat('witness', 'Kim Osei', 'Auditors', { identifiedBy: 'Passport' });
    expect(isAskedWho([first, second], 1)).toBe(true);
    expect(isAskedWho([first, { ...second, organisation: '' }], 1)).toBe(false);
    expect(isAskedWho([first, second], 0)).toBe(true);
  });

  it('gives a seat that fits two namesakes to the first', () => {
    const told = (organisation: string, identifiedBy: string): Partial<Seat> => ({ organisation, identifiedBy });
    const seats = [
      seat('operator', 'Kim', '', told('Bank', 'Passport 1')),
      seat('custodian', 'Kim'),
      seat('witness', 'Kim', '', told('Auditors', 'Passport 2')),
    ];
    expect([1, 2].map((index) => sameSeatBefore(seats, index))).toEqual([0, null]);
    expect(peopleOf(seats).map(({ roles }) => roles)).toEqual([['operator', 'custodian'], ['witness']]);
  });

  it('does not take the boundary between name and organisation for part of either', () => {
    expect(peopleOf([seat('custodian', 'Kim', 'Osei X'), seat('witness', 'Kim Osei', 'X')])).toHaveLength(2);
  });

  it('takes the two ways to write an accent for one name', () => {
    expect(peopleOf([seat('operator', 'Jos\u00e9'), seat('custodian', 'Jose\u0301')])).toHaveLength(1);
  });

  it('does not count a role twice, so that a plan with two custodians misses one', () => {
    expect(peopleOf([seat('custodian', 'Kim'), seat('custodian', 'Kim')])).toMatchObject([
      { name: 'Kim', organisation: '', roles: ['custodian'] },
    ]);
  });

  it('finds who sits twice in one role, and nobody who holds two', () => {
    const twice = [
      seat('operator', 'Kim'),
      seat('custodian', 'Kim'),
      seat('custodian', 'Sam'),
      seat('custodian', 'KIM'),
    ];
    expect(sameRoleTwice(twice).map((found) => found.seat)).toEqual([3]);
    expect(sameRoleTwice(twice.slice(0, 3))).toEqual([]);
    expect(sameRoleTwice(emptySeats(['custodian', 'custodian']))).toEqual([]);
  });

  it('sees no same person in seats that are still empty', () => {
    expect(sameSeatBefore(emptySeats(['operator', 'witness']), 1)).toBeNull();
  });
});

describe('initials at roll call', () => {
  it('are proposed apart, and as somebody writes them otherwise', () => {
    const seats = [
      seat('operator', 'Ada Lindqvist'),
      seat('custodian', 'Anna Lee'),
      seat('witness', 'Lin Wei', '', { initials: ' lwx ' }),
    ];
    expect(initialsAt(seats, 0)).toBe('AL');
    expect(initialsAt(seats, 1)).toMatch(/^A.*L/u);
    expect(initialsAt(seats, 1)).not.toBe('AL');
    expect(initialsAt(seats, 2)).toBe('LWX');
  });

  it('are one person’s at both of their seats', () => {
    const seats = [
      seat('operator', 'Ada Lindqvist', '', { initials: 'ada' }),
      seat('custodian', 'Kim Osei'),
      seat('witness', 'Ada Lindqvist', '', { initials: 'xx' }),
    ];
    expect([0, 1, 2].map((index) => initialsAt(seats, index))).toEqual(['ADA', 'KO', 'ADA']);
  });
});

describe('what is wrong at roll call', () => {
  const complete = { identifiedBy: 'Passport' };
  const of = (...seats: Seat[]): unknown => seatProblems(seats).map((found) => [found.seat, found.field]);

  it('is nothing where everybody is named, identified and initialled apart', () => {
    expect(of(seat('operator', 'Ada Lindqvist', '', complete), seat('witness', 'Lin Wei', '', complete))).toEqual([]);
  });

  it('is who was not identified, asked once of somebody with two seats', () => {
    const ada = seat('operator', 'Ada Lindqvist');
    expect(of(ada, { ...ada, role: 'custodian' }, seat('witness', 'Lin Wei'))).toEqual([[0, 'identified']]);
  });

  it('is the later of two people with the same initials, and initials that are too short', () => {
    const ada = seat('operator', 'Ada Lindqvist', '', complete);
    expect(of(ada, seat('witness', 'Lin Wei', '', { ...complete, initials: 'al' }))).toEqual([[1, 'initials']]);
    expect(of(ada, seat('witness', 'Lin Wei', '', { ...complete, initials: 'l' }))).toEqual([[1, 'initials']]);
  });
});
