import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialsOf } from '../../../app/ceremony/initials.ts';
import { checkRollCall } from '../../../app/ceremony/roll-call.ts';
import { azureKey, everybody, opened, planWith } from '../../support/walk.ts';

const state = opened(planWith([azureKey('root')], { roles: { custodian: 20 }, quorum: { custodian: 2 } }));

/** The rule against twenty people who take the initials that are proposed for their names; null when there is none. */
function ruleWith(names: readonly string[]): string | null {
  const proposed = initialsOf(names);
  const people = everybody(state).map((person, index) => ({ ...person, initials: proposed[index] ?? '' }));
  return checkRollCall(state, people)?.rule ?? null;
}

const letters = {
  Latin: 'aábcçdeéßñoöøšzŁ',
  Greek: 'αβγδωΣ',
  Cyrillic: 'абвяЖ',
  Georgian: 'აბგდ',
  Chinese: '山田太郎王李',
  Kana: 'やまだタロウ',
  Hangul: '김이박지은',
  Arabic: 'محمدعلي',
  Hebrew: 'אבגדה',
  Devanagari: 'कखगिीा',
  Thai: 'กขคเแ',
  'beyond the first plane': '𐐀𐐨𞤀𞤢𠀋',
} as const;

describe('initials that are proposed', () => {
  it('are what people write: the first letters of the first and the last name', () => {
    expect(initialsOf(['Ada Lovelace', 'Grace Brewster Murray Hopper', 'ángel núñez', 'Жанна Яшина', '山田 太郎'])).toEqual([
      'AL', 'GH', 'ÁN', 'ЖЯ', '山太',
    ]); // prettier-ignore
    expect(initialsOf(['Cher', '김'])).toEqual(['CH', '김A']);
  });

  it('are told apart where two would be alike', () => {
    const names = ['Ada Lovelace', 'Alan Lee', 'Anna Long', 'A L', 'Ada Lovelace'];
    const proposed = initialsOf(names);
    expect(new Set(proposed).size).toBe(names.length);
    expect(proposed[0]).toBe('AL');
  });

  it('are empty for a name without a letter, which no roll call takes', () => {
    expect(initialsOf(['', '  ', '007'])).toEqual(['', '', '']);
  });

  it('stand at roll call for any twenty names that have letters, however alike and in whatever script', () => {
    const word = fc
      .constantFrom(...Object.values(letters))
      .chain((script) => fc.array(fc.constantFrom(...Array.from(script)), { minLength: 1, maxLength: 6 }))
      .map((parts) => parts.join(''));
    // A vowel sign alone is no letter: it needs the one that it stands on.
    const name = fc
      .array(word, { minLength: 1, maxLength: 4 })
      .map((words) => words.join(' '))
      .filter((text) => /\p{L}/u.test(text));
    const names = fc.oneof(
      fc.array(name, { minLength: 20, maxLength: 20 }),
      name.map((one) => Array.from({ length: 20 }, () => one)),
    );
    fc.assert(
      fc.property(names, (twenty) => {
        expect(ruleWith(twenty)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});
