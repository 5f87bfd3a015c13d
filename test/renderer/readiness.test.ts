import { describe, expect, it } from 'vitest';
import type { StepView } from '../../app/contract/view.ts';
import { pinField } from '../../renderer/steps/pin-gaps.ts';
import { fieldId, gapsBeforeNames, gapsIn, reopenGaps, type Given } from '../../renderer/steps/readiness.ts';
import type { Seat } from '../../renderer/steps/seats.ts';
import { pinAsked } from './view-at.ts';

const step: StepView = {
  id: 'bring-in.accept',
  number: '4.3',
  title: 'Accept the wrapping keys',
  key: null,
  kind: 'confirm',
  acts: { role: 'operator', names: [] },
  says: [],
  facts: [],
  ticks: [],
  confirmers: [],
  distinctPeople: 0,
  sensitive: false,
  action: 'Accept',
  asks: { seats: [], folders: 0, keyIds: [], typing: null, keys: [], pin: pinAsked },
  next: null,
};
/** A PIN that Kim types, the second time as said. */
function typed(text: string, again = text): Given['pin'] {
  const pin = {
    how: 'one' as const,
    typist: 'p3',
    order: [],
    held: null,
    heldCharacters: 0,
    next: null,
    knowsFinalTry: false,
  };
  return { ...pin, typed: { text }, again: { text: again } };
}

const given: Given = {
  ticks: new Set(),
  confirmedBy: new Set(),
  seats: [],
  pin: typed(''),
  media: new Set(),
  keyIds: [],
  declined: new Set(),
};
const seat = (role: Seat['role'], name: string): Seat => ({
  role,
  name,
  organisation: '',
  initials: null,
  identifiedBy: 'Passport',
});
const fieldsOf = (more: Partial<StepView>, done: Partial<Given> = {}): string[] =>
  gapsIn({ ...step, ...more }, { ...given, ...done }, done.confirmedBy ?? new Set()).map((gap) => gap.field);

describe('what stands between the people and the primary action', () => {
  it('is nothing for a step that asks for nothing', () => {
    expect(fieldsOf({})).toEqual([]);
  });

  it('is the first check that is not ticked', () => {
    const ticks = ['1', '2', '3'].map((id) => ({ id, text: id }));
    expect(fieldsOf({ ticks }, { ticks: new Set(['1', '3']) })).toEqual([fieldId.tick('2')]);
    expect(fieldsOf({ ticks }, { ticks: new Set(['1', '2', '3']) })).toEqual([]);
  });

  it('counts the checks in words', () => {
    const ticks = ['1', '2'].map((id) => ({ id, text: id }));
    expect(gapsBeforeNames({ ...step, ticks }, given)[0]?.words).toMatch(/^2 /u);
  });

  it('comes in reading order: input, checks, people; the checks come before a PIN', () => {
    const confirmers = [{ role: 'operator' as const, needed: 1, people: [{ id: 'p1', name: 'Ada', initials: 'AL' }] }];
    const asked = { ticks: [{ id: '1', text: '' }], confirmers };
    const of = (kind: 'enter-pin' | 'choose-inbound', pin: typeof pinAsked | null): string[] =>
      fieldsOf({ ...asked, kind, asks: { ...step.asks, pin } });
    const [tick, person] = [fieldId.tick('1'), fieldId.confirmer('operator', 'p1')];
    expect(of('choose-inbound', null)).toEqual([fieldId.media, tick, person]);
    expect(of('enter-pin', pinAsked)).toEqual([tick, pinField.typed, person]);
  });

  it('is a PIN of 1 to 255 bytes of UTF-8', () => {
    const of = (pin: string): string[] => fieldsOf({ kind: 'enter-pin' }, { pin: typed(pin) });
    expect(of('')).toEqual([pinField.typed]);
    expect(of('é'.repeat(127))).toEqual([]);
    expect(of('é'.repeat(128))).toEqual([pinField.typed]);
  });

  it('is a new PIN that was typed twice the same', () => {
    const of = (pin: string, again: string): string[] => fieldsOf({ kind: 'choose-pin' }, { pin: typed(pin, again) });
    expect(of('', '')).toEqual([pinField.typed]);
    expect(of('1234', '')).toEqual([pinField.again]);
    expect(of('1234', '1235')).toEqual([pinField.again]);
    expect(of('1234', '1234')).toEqual([]);
  });

  it('is a new PIN of four characters at least', () => {
    const of = (pin: string): string[] => fieldsOf({ kind: 'choose-pin' }, { pin: typed(pin) });
    expect(of('123')).toEqual([pinField.typed]);
    expect(of('1234')).toEqual([]);
    expect(of('😀😀')).toEqual([pinField.typed]);
    expect(of('é'.repeat(128))).toEqual([pinField.typed]);
  });

  it('is another person for every seat of a role', () => {
    const seats = [seat('operator', 'Kim'), ...['Kim', 'Sam', 'kim '].map((name) => seat('custodian', name))];
    const gaps = gapsBeforeNames({ ...step, kind: 'name-people' }, { ...given, seats });
    expect(gaps.map(({ field }) => field)).toEqual([fieldId.seat(3)]);
    expect(gaps[0]?.words).toMatch(/\b1\b.*\b3\b/u);
  });

  it('is a name for every seat', () => {
    const seats = ['Ada', ' ', ''].map((name) => seat('custodian', name));
    expect(fieldsOf({ kind: 'name-people' }, { seats })).toEqual([fieldId.seat(1)]);
    expect(fieldsOf({ kind: 'name-people' }, { seats: seats.slice(0, 1) })).toEqual([]);
  });

  it('is one medium to read, and as many to write as there are copies', () => {
    const two = { ...step.asks, folders: 2 };
    expect(fieldsOf({ kind: 'choose-inbound' })).toEqual([fieldId.media]);
    expect(fieldsOf({ kind: 'choose-inbound' }, { media: new Set(['a']) })).toEqual([]);
    expect(fieldsOf({ kind: 'choose-outbound', asks: two }, { media: new Set(['a']) })).toEqual([fieldId.media]);
    expect(fieldsOf({ kind: 'choose-outbound', asks: two }, { media: new Set(['a', 'b']) })).toEqual([]);
    expect(fieldsOf({ kind: 'choose-outbound', asks: two }, { media: new Set(['a', 'b', 'c']) })).toEqual([
      fieldId.media,
    ]);
  });

  it('is every key id, typed exactly and in order', () => {
    const asks = { ...step.asks, keyIds: ['payroll-root', 'payroll-signing'] };
    const of = (...keyIds: string[]): string[] => fieldsOf({ kind: 'type-key-ids', asks }, { keyIds });
    expect(of('payroll-root', 'payroll-signing')).toEqual([]);
    expect(of('payroll-root', 'Payroll-signing')).toEqual([fieldId.keyId(1)]);
    expect(of('payroll-signing', 'payroll-root')).toEqual([fieldId.keyId(0)]);
    expect(of('payroll-root ', 'payroll-signing')).toEqual([fieldId.keyId(0)]);
    const declined = new Set(['payroll-root']);
    expect(fieldsOf({ kind: 'type-key-ids', asks }, { keyIds: ['', ''], declined })).toEqual([fieldId.keyId(1)]);
  });
});

describe('an approval key of everybody', () => {
  it('is missing until each of them has one', () => {
    const keys = ['a', 'b'].map((id) => ({ id, name: id, initials: id, isDone: id === 'a' }));
    expect(fieldsOf({ kind: 'register-keys', asks: { ...step.asks, keys } })).toEqual([fieldId.passphrase]);
    const all = keys.map((key) => ({ ...key, isDone: true }));
    expect(fieldsOf({ kind: 'register-keys', asks: { ...step.asks, keys: all } })).toEqual([]);
  });
});

describe('who must still confirm', () => {
  const person = (id: string) => ({ id, name: id, initials: id.toUpperCase() });
  const confirmers = [
    { role: 'custodian' as const, needed: 2, people: ['c1', 'c2', 'c3'].map(person) },
    { role: 'witness' as const, needed: 1, people: [person('w1')] },
  ];
  const of = (...ids: string[]): string[] => fieldsOf({ confirmers }, { confirmedBy: new Set(ids) });

  it('is counted by role', () => {
    expect(of()).toEqual([fieldId.confirmer('custodian', 'c1'), fieldId.confirmer('witness', 'w1')]);
    expect(of('c1', 'w1')).toEqual([fieldId.confirmer('custodian', 'c2')]);
    expect(of('c1', 'c3', 'w1')).toEqual([]);
    expect(of('c1', 'c2', 'c3')).toEqual([fieldId.confirmer('witness', 'w1')]);
  });

  it('leads to a passphrase where it is signed, and to initials where it is not', () => {
    expect(fieldsOf({ confirmers, sensitive: true })[0]).toBe(fieldId.approval('custodian', 'c1'));
  });

  it('is another person where two must be different', () => {
    const both = [
      { role: 'operator' as const, needed: 1, people: [person('a')] },
      { role: 'custodian' as const, needed: 1, people: [person('a'), person('b')] },
    ];
    const missing = (...ids: string[]): string[] =>
      fieldsOf({ confirmers: both, distinctPeople: 2 }, { confirmedBy: new Set(ids) });
    expect(missing('a')).toEqual([fieldId.confirmer('custodian', 'b')]);
    expect(missing('a', 'b')).toEqual([]);
  });
});

describe('a token that is opened again', () => {
  it('wants its PIN and the people who opened it first', () => {
    const people = ['a', 'b'].map((id) => ({ id, name: id, initials: id }));
    const confirmers = [{ role: 'custodian' as const, needed: 1, people }];
    const reopen = { confirmers, distinctPeople: 1, pin: pinAsked };
    const of = (more: Partial<Given>): string[] => reopenGaps(reopen, { ...given, ...more }).map(({ field }) => field);
    expect(of({})).toEqual([pinField.typed, fieldId.confirmer('custodian', 'a')]);
    expect(of({ pin: typed('1'), confirmedBy: new Set(['b']) })).toEqual([]);
  });
});
