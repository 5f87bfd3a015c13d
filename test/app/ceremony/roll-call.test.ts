import { describe, expect, it } from 'vitest';
import { checkRollCall } from '../../../app/ceremony/roll-call.ts';
import type { Person } from '../../../app/ceremony/roles.ts';
import { azureKey, everybody, opened, planWith } from '../../support/walk.ts';

const state = opened(planWith([azureKey('root')]));
const people = everybody(state);
const change = (index: number, more: Partial<Person>): Person[] =>
  people.map((person, at) => (at === index ? { ...person, ...more } : person));
const nine = (roles: Person['roles']): Person => ({
  id: 'p9',
  name: 'Nine',
  organisation: '',
  roles,
  initials: 'NN',
  identifiedBy: 'passport',
});

describe('roll call', () => {
  it('takes exactly the people of the plan', () => {
    expect(checkRollCall(state, people)).toBeNull();
  });

  it('takes namesakes whom both organisation and document tell apart, and no others', () => {
    const namesakes = people.map((person, index) => ({ ...person, name: 'Kim Lee', organisation: `Firm ${index}` }));
    expect(checkRollCall(state, namesakes)?.rule).toBe('PERSON-NAMED');
    const told = namesakes.map((person, index) => ({ ...person, identifiedBy: `passport ${index}` }));
    expect(checkRollCall(state, told)).toBeNull();
  });

  it('takes somebody without an organisation, and none that nobody can read', () => {
    for (const organisation of ['', 'Contoso', 'Bank of Example, Zürich']) {
      expect(checkRollCall(state, change(0, { organisation }))).toBeNull();
    }
    for (const organisation of [' ', 'Contoso ', 'Con\ntoso', 'Con\u202etoso', 'x'.repeat(201)]) {
      expect(checkRollCall(state, change(0, { organisation }))?.rule).toBe('PERSON-NAMED');
    }
  });

  it('takes initials of any script: capitals, or letters of one that has none', () => {
    for (const initials of ['ÅØ', 'ΑΩ', 'ЖЯ', '山田', 'かな', '김이', 'محم', 'אב', 'कम', 'กข']) {
      expect([initials, checkRollCall(state, change(0, { initials }))]).toEqual([initials, null]);
    }
    for (const initials of ['ae', 'жя', '山1', '  ', 'A\u0301']) {
      expect([initials, checkRollCall(state, change(0, { initials }))?.rule]).toEqual([initials, 'PERSON-INITIALLED']);
    }
  });

  const cases: readonly [string, string, Person[]][] = [
    ['somebody missing', 'ROLE-COUNT-AS-PLANNED', people.slice(1)],
    ['somebody too many', 'ROLE-COUNT-AS-PLANNED', [...people, nine(['auditor'])]],
    ['somebody without a role', 'ROLE-COUNT-AS-PLANNED', [...people, nine([])]],
    ['an empty name', 'PERSON-NAMED', change(0, { name: '' })],
    ['a name of 61 characters', 'PERSON-NAMED', change(0, { name: 'x'.repeat(61) })],
    ['a name with a line break', 'PERSON-NAMED', change(0, { name: 'Ada\nGrace' })],
    ['a name that ends in a space', 'PERSON-NAMED', change(0, { name: 'Ada ' })],
    ['a name that reverses the text after it', 'PERSON-NAMED', change(0, { name: 'Ada\u202e' })],
    ['the same person twice', 'PERSON-NAMED', change(0, { name: 'person 2' })],
    ['the same person from another organisation', 'PERSON-NAMED', change(0, { name: 'Person 2', organisation: 'X' })],
    ['the same person with an invisible mark', 'PERSON-NAMED', change(0, { name: 'Per\u034fson 2' })],
    ['the same person in wide letters', 'PERSON-NAMED', change(0, { name: 'Ｐｅｒｓｏｎ\u00a0２' })],
    ['two people under one number', 'PERSON-NAMED', change(0, { id: 'p2' })],
    ['somebody without initials', 'PERSON-INITIALLED', change(0, { initials: '' })],
    ['initials of one letter', 'PERSON-INITIALLED', change(0, { initials: 'A' })],
    ['initials of five letters', 'PERSON-INITIALLED', change(0, { initials: 'ABCDE' })],
    ['initials in small letters', 'PERSON-INITIALLED', change(0, { initials: 'Ab' })],
    ['initials with a number in them', 'PERSON-INITIALLED', change(0, { initials: 'A1' })],
    ['initials that somebody else has', 'PERSON-INITIALLED', change(0, { initials: 'PB' })],
    ['nothing on how somebody was identified', 'PERSON-IDENTIFIED', change(0, { identifiedBy: '' })],
    ['only a space on how somebody was identified', 'PERSON-IDENTIFIED', change(0, { identifiedBy: ' ' })],
    ['81 characters on it', 'PERSON-IDENTIFIED', change(0, { identifiedBy: 'x'.repeat(81) })],
    ['a line break in it', 'PERSON-IDENTIFIED', change(0, { identifiedBy: 'passport\n12' })],
    ['a witness who operates', 'ROLES-SEPARATE', change(1, { roles: ['operator', 'witness'] }).slice(0, -1)],
  ];

  it.each(cases)('refuses %s', (_, rule, list) => {
    expect(checkRollCall(state, list)?.rule).toBe(rule);
  });

  it('refuses one person alone where two must compare', () => {
    const pair = opened(
      planWith([azureKey('root')], { roles: { operator: 1, custodian: 1 }, quorum: { custodian: 1 } }),
    );
    const alone: Person[] = [nine(['operator', 'custodian'])];
    expect(checkRollCall(pair, alone)?.rule).toBe('ROLE-COUNT-AS-PLANNED');
  });
});
