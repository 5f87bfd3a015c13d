import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folded, isSamePerson, type Identity } from '../../../app/ceremony/identity.ts';

const person = (name: string, organisation = '', identifiedBy = 'passport'): Identity => ({
  name,
  organisation,
  identifiedBy,
});

// PERSON-NAMED stands on this: nobody comes on the list twice by typing the name in another way.

/** Ways to type a name otherwise that leave it the name of the same person. */
const variants: readonly ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name.toLowerCase(),
  (name) => name.normalize('NFD'),
  (name) => name.normalize('NFKC'),
  (name) => ` ${name}  `,
  (name) => name.replaceAll(' ', '\u00a0'),
  (name) => name.replaceAll(' ', ' \u2003'),
  (name) => name.replaceAll(' ', ' \u2800'),
  (name) => Array.from(name).join('\u034f'),
  (name) => Array.from(name.normalize('NFD')).join('\u034f'),
  (name) => `${name}\ufe0f`,
  (name) => `${name}\u3164`,
  (name) => `${name}.`,
  (name) => name.replaceAll(/[!-~]/gu, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
];

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyName = fc
  .array(fc.constantFrom('Ada', 'Weiß', 'José', 'Ὀδυσσεύς', 'Łukasz', 'İpek', 'Øyvind', '김이', '山田', 'Ольга', '2'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((words) => words.join(' '));

describe('what is compared of a name', () => {
  it('stays as it is when it is folded again', () => {
    fc.assert(fc.property(anyText, (text) => folded(folded(text)) === folded(text)));
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const once = folded(String.fromCodePoint(point));
      if (folded(once) !== once) expect([point.toString(16), folded(once)]).toEqual([point.toString(16), once]);
    }
  });

  it('is the same however the name is typed', () => {
    fc.assert(
      fc.property(anyName, fc.array(fc.constantFrom(...variants), { maxLength: 3 }), (name, changes) => {
        const typed = changes.reduce((text, change) => change(text), name);
        expect(folded(typed)).toBe(folded(name));
        expect(isSamePerson(person(name), person(typed, 'Contoso', 'driving licence'))).toBe(true);
      }),
    );
  });

  it('takes the two ways to write ß, its capital included, and ligatures', () => {
    expect(new Set(['Weiß', 'WEISS', 'weiss', 'WEIẞ'].map(folded)).size).toBe(1);
    expect(folded('Griﬃn')).toBe(folded('Griffin'));
  });

  it('keeps other names apart: letters, digits, and letters of another script that look alike', () => {
    const names = ['Ada', 'Adam', 'A da', 'Ada 2', '\u0410da', '山田', '山本'];
    expect(new Set(names.map(folded)).size).toBe(names.length);
  });
});

describe('two of one name', () => {
  it.each<[string, Identity, boolean]>([
    ['another organisation and another document', person('Kim Lee', 'Auditors', 'passport 2'), false],
    ['another organisation and the same document', person('Kim Lee', 'Auditors', 'Passport  1'), true],
    ['the same organisation and another document', person('Kim Lee', 'BANK', 'passport 2'), true],
    ['no organisation', person('Kim Lee', '', 'passport 2'), true],
    ['an organisation that nobody sees', person('Kim Lee', '\u3164', 'passport 2'), true],
  ])('with %s', (_, other, isSame) => {
    const kim = person('Kim Lee', 'Bank', 'passport 1');
    expect([isSamePerson(kim, other), isSamePerson(other, kim)]).toEqual([isSame, isSame]);
  });
});
