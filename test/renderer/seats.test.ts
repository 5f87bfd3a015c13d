import { describe, expect, it } from 'vitest';
import {
  emptySeats,
  peopleOf,
  sameRoleTwice,
  sameSeatBefore,
  seatTitle,
  type Seat,
} from '../../renderer/steps/seats.ts';

const seat = (role: Seat['role'], name: string, organisation = ''): Seat => ({ role, name, organisation });

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

  it('makes one person with two roles of two seats with the same name and organisation', () => {
    const seats = [
      seat('administrator', 'Ada Lovelace', 'Example Bank'),
      seat('operator', 'Grace Hopper'),
      seat('custodian', ' ada  LOVELACE'.replace('  ', ' '), 'example bank '),
    ];
    expect(peopleOf(seats)).toEqual([
      { name: 'Ada Lovelace', organisation: 'Example Bank', roles: ['administrator', 'custodian'] },
      { name: 'Grace Hopper', organisation: '', roles: ['operator'] },
    ]);
    expect(sameSeatBefore(seats, 2)).toBe(0);
    expect(sameSeatBefore(seats, 1)).toBeNull();
    expect(sameSeatBefore(seats, 0)).toBeNull();
  });

  it('keeps namesakes of two organisations apart', () => {
    const seats = [seat('custodian', 'Kim Osei', 'Example Bank'), seat('custodian', 'Kim Osei', 'Auditors')];
    expect(peopleOf(seats)).toHaveLength(2);
    expect(sameSeatBefore(seats, 1)).toBeNull();
  });

  it('does not take the boundary between name and organisation for part of either', () => {
    expect(peopleOf([seat('custodian', 'Kim', 'Osei X'), seat('witness', 'Kim Osei', 'X')])).toHaveLength(2);
  });

  it('takes the two ways to write an accent for one name', () => {
    expect(peopleOf([seat('operator', 'Jos\u00e9'), seat('custodian', 'Jose\u0301')])).toHaveLength(1);
  });

  it('does not count a role twice, so that a plan with two custodians misses one', () => {
    expect(peopleOf([seat('custodian', 'Kim'), seat('custodian', 'Kim')])).toEqual([
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
