import { describe, expect, it } from 'vitest';
import type { Role } from '../../app/ceremony/roles.ts';
import {
  nobody,
  peopleForRoles,
  stillToDo,
  turnsOf,
  whoConfirms,
  whoIsEnough,
  whomItNeeds,
} from '../../renderer/steps/turns.ts';

const group = (role: Role, needed: number, ...ids: string[]) => ({
  role,
  needed,
  people: ids.map((id) => ({ id, name: id.toUpperCase(), initials: id.slice(0, 2).toUpperCase() })),
});
const quorum = [group('custodian', 2, 'kim', 'sam', 'noor'), group('witness', 1, 'lin')];

describe('whose turn it is', () => {
  const of = (confirmers: typeof quorum, distinctPeople: number, ...ids: string[]): unknown =>
    Object.fromEntries(turnsOf({ confirmers, distinctPeople }, new Set(ids)));

  it('is of everybody without whom a role has too few, and can be of the others', () => {
    const open = { kim: 'can', sam: 'can', noor: 'can', lin: 'must' };
    expect(of(quorum, 2)).toEqual(open);
    expect(of(quorum, 2, 'sam', 'lin')).toEqual({ ...open, sam: 'done', lin: 'done' });
  });

  it('is of nobody who is not asked', () => {
    expect(turnsOf(nobody, new Set(['kim'])).size).toBe(0);
    expect(of([group('witness', 1, 'lin')], 1, 'kim')).toEqual({ lin: 'must' });
  });

  it('is of everybody where so many different people are wanted', () => {
    const both = [group('operator', 1, 'ada'), group('custodian', 1, 'ada', 'kim')];
    expect(of(both, 1)).toEqual({ ada: 'must', kim: 'can' });
    expect(of(both, 2)).toEqual({ ada: 'must', kim: 'must' });
  });
});

describe('how many people the roles call for', () => {
  it('is their sum where nobody holds two of them', () => {
    expect(peopleForRoles(quorum)).toBe(3);
    expect(peopleForRoles([])).toBe(0);
  });

  it('is less where somebody confirms for two roles at once', () => {
    expect(peopleForRoles([group('operator', 1, 'ada'), group('custodian', 1, 'ada', 'kim')])).toBe(1);
    expect(peopleForRoles([group('operator', 1, 'a'), group('witness', 1, 'b'), group('custodian', 2, 'a', 'c')])).toBe(
      3,
    );
    expect(peopleForRoles([group('operator', 1, 'a', 'b'), group('custodian', 1, 'a', 'b')])).toBe(1);
  });
});

describe('whom a step needs', () => {
  it('is counted by role, unless it is everybody in the room', () => {
    const all = [group('operator', 1, 'ada'), group('witness', 1, 'lin')];
    expect(whomItNeeds(all, 2)).not.toBe(whomItNeeds(all, 3));
    expect(whomItNeeds(all, 3)).toMatch(/1 operator.*1 witness/u);
    expect(whomItNeeds(quorum, 4)).toMatch(/2 custodians.*1 witness/u);
    expect(whomItNeeds([], 3)).toBe('');
  });
});

describe('who puts their names to a step', () => {
  const words = (confirmers: typeof quorum, inRoom = 9, sensitive = true): string =>
    whoConfirms({ confirmers, distinctPeople: 1, sensitive }, inRoom);

  it('is named where nobody else could, and counted where there is a choice', () => {
    expect(words([group('operator', 1, 'ada'), group('witness', 1, 'lin')])).toMatch(/^ADA and LIN \w+[^s]$/u);
    expect(words([group('operator', 1, 'ada')])).toMatch(/^ADA \w+s$/u);
    expect(words(quorum)).toMatch(/^2 custodians and 1 witness \w+[^s]$/u);
    expect(words([group('custodian', 1, 'kim', 'sam')])).toMatch(/^1 custodian \w+s$/u);
  });

  it('is everybody where the room has nobody else, and nobody where nobody is asked', () => {
    expect(words([group('operator', 1, 'ada'), group('witness', 1, 'lin')], 2)).toMatch(/^everybody \w+s$/u);
    expect(words([])).toBe('');
  });

  it('is told apart by whether they sign', () => {
    expect(words(quorum, 9, true)).not.toBe(words(quorum, 9, false));
  });

  it('is enough as soon as so many of those who can have done it', () => {
    expect(whoIsEnough(quorum)).toMatch(/^any 2 custodians.*[^y] 1 witness$/u);
    expect(whoIsEnough([group('operator', 1, 'ada'), group('witness', 1, 'lin')])).toBeNull();
    expect(whoIsEnough([])).toBeNull();
  });
});

describe('who of a role must still confirm', () => {
  const words = (of: (typeof quorum)[number] | undefined, ...ids: string[]): string | null =>
    of === undefined ? null : stillToDo(of, new Set(ids), 'approve');

  it('is named, with the number that is missing where there is a choice', () => {
    expect(words(quorum[0])).toMatch(/^2 .*KIM.*SAM.*NOOR/u);
    expect(words(quorum[0], 'sam')).toMatch(/^1 .*KIM.*NOOR/u);
    expect(words(quorum[0], 'sam')).not.toContain('SAM');
    expect(words(quorum[1])).toMatch(/^LIN.*witness/u);
    expect(words(group('custodian', 2, 'kim', 'sam'))).toMatch(/^KIM.*SAM.*custodians/u);
  });

  it('is told apart from who must still sign', () => {
    const [custodians] = quorum;
    expect(custodians && stillToDo(custodians, new Set(), 'confirm')).not.toBe(words(custodians));
  });

  it('is nobody once enough have', () => {
    expect(words(quorum[0], 'kim', 'noor')).toBeNull();
    expect(words(quorum[1], 'lin')).toBeNull();
  });

  it('is counted where the role has too few people', () => {
    expect(words(group('auditor', 2, 'kim'))).toMatch(/^2 auditors/u);
  });
});
