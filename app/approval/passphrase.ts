import { bytesToUtf8, utf8ToBytes } from '../keys/bytes.ts';
import { refusal, type Refusal } from '../rules/refusal.ts';

/** The fewest characters of a passphrase. */
export const minPassphraseCharacters = 12;

const minDistinct = 6;
const minDigits = 20;
/** Characters that no run of neighbours foretells. */
const minUnforeseen = 8;
/** Unforeseen characters at which the meter goes on to 2, 3 and 4. */
const meterSteps = [14, 18, 24] as const;
/** A shorter part of a name stands in too many words; two letters of a script without case are a name already. */
const minNamePart = { cased: 4, uncased: 2 } as const;
/** What no name and no passphrase holds: controls, formats, halves of surrogate pairs, separators of lines. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What runs along: the alphabet, digits, and the letter rows of English, German and French keyboards. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
];

/** What stands against a passphrase, each with its clause for the people. */
export const passphraseFaults = {
  'not-text': 'it holds something that is no printable text',
  'too-short': `it has fewer than ${minPassphraseCharacters} characters`,
  'few-characters': `it is made of fewer than ${minDistinct} different characters`,
  pattern: 'it is one piece repeated, or runs along the alphabet, the digits or the keyboard',
  'only-digits': `it is made of digits only, and has fewer than ${minDigits} of them`,
  'has-the-name': 'it contains the name of the person',
} as const;

export type PassphraseFault = keyof typeof passphraseFaults;

/** What is thought of a passphrase: everything against it, and 0 (refused) to 4 for what is left to guess. */
export interface PassphraseAdvice {
  readonly faults: readonly PassphraseFault[];
  readonly meter: 0 | 1 | 2 | 3 | 4;
}

/**
 * Gives a passphrase the form in which it is used, so that one keyboard types it like another.
 * @param text - as it was typed
 * @returns UTF-8 of its normalisation form NFKC (NIST SP 800-63B section 5.1.1.2); whoever takes it overwrites it
 */
export function passphraseBytes(text: string): Uint8Array {
  return utf8ToBytes(text.normalize('NFKC'));
}

/**
 * Judges a passphrase by its length and by what can be foreseen of it, without a dictionary. It takes bytes, so that the
 * window while somebody types and main when it decides judge the same, and main makes no string of a whole secret.
 * @param passphrase - what {@link passphraseBytes} gave; it is left as it is
 * @param person - the name of the person it is for
 * @returns see {@link PassphraseAdvice}
 */
export function adviceOn(passphrase: Uint8Array, person: string): PassphraseAdvice {
  const characters = charactersOf(passphrase);
  if (characters === null) return { faults: ['not-text'], meter: 0 };
  const folded = characters.map(fold);
  const unforeseen = countUnforeseen(folded);
  // Too short says enough: whoever is still typing need not read more.
  const isShort = characters.length < minPassphraseCharacters;
  const holds: Record<PassphraseFault, boolean> = {
    'not-text': characters.some((character) => unprintable.test(character)),
    'too-short': isShort,
    'few-characters': !isShort && new Set(folded).size < minDistinct,
    pattern: !isShort && (isRepeated(folded) || unforeseen < minUnforeseen),
    'only-digits': isOnlyDigits(folded),
    'has-the-name': hasName(folded, person),
  };
  const faults = (Object.keys(holds) as PassphraseFault[]).filter((fault) => holds[fault]);
  characters.fill('');
  folded.fill('');
  const passed = meterSteps.filter((step) => unforeseen >= step).length;
  return { faults, meter: faults.length > 0 ? 0 : ((1 + passed) as 1 | 2 | 3 | 4) };
}

/**
 * Decides on a passphrase.
 * @param passphrase - see {@link adviceOn}
 * @param person - the name of the person it is for
 * @returns null when it may seal an approval key, otherwise APPROVAL-PASSPHRASE-STRONG with all that is against it
 */
export function checkPassphrase(passphrase: Uint8Array, person: string): Refusal | null {
  const { faults } = adviceOn(passphrase, person);
  if (faults.length === 0) return null;
  const clauses = faults.map((fault) => passphraseFaults[fault]).join('; ');
  return refusal('APPROVAL-PASSPHRASE-STRONG', `The passphrase is refused: ${clauses}.`);
}

/** The characters of UTF-8 one by one, which leaves no string of the whole behind; null when it is not UTF-8. */
function charactersOf(bytes: Uint8Array): string[] | null {
  const characters: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const character = bytesToUtf8(bytes.subarray(at, at + length));
    if (character === null) return null;
    characters.push(character);
    at += length;
  }
  return characters;
}

/** One character without case and marks; empty for a mark that stands alone. */
function fold(character: string): string {
  return character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Counts the characters that do not go on where the two before them were going: up or down a row, or on the spot. */
function countUnforeseen(folded: readonly string[]): number {
  return folded.filter((character, index) => {
    const [first, second] = [folded[index - 2], folded[index - 1]];
    if (first === undefined || second === undefined) return true;
    const run = first + second + character;
    const back = character + second + first;
    const isOnTheSpot = first === second && second === character;
    return !isOnTheSpot && !rows.some((row) => row.includes(run) || row.includes(back));
  }).length;
}

/** Whether the whole is one piece, at least twice; the last time may break off. */
function isRepeated(folded: readonly string[]): boolean {
  const half = Math.floor(folded.length / 2);
  return Array.from({ length: half }, (_, index) => index + 1).some((piece) =>
    folded.every((character, index) => index < piece || character === folded[index - piece]),
  );
}

/** Dates and numbers of any kind: what separates the digits does not count. */
function isOnlyDigits(folded: readonly string[]): boolean {
  const rest = folded.filter((character) => !/^[\s.,:/()+-]*$/u.test(character));
  return rest.length > 0 && rest.length < minDigits && rest.every((character) => /^\p{N}+$/u.test(character));
}

function hasName(folded: readonly string[], person: string): boolean {
  const letters = (characters: readonly string[]): string[] =>
    characters.filter((character) => /[\p{L}\p{N}]/u.test(character));
  const within = letters(folded);
  const found = [person, ...person.split(/[^\p{L}\p{M}\p{N}]+/u)]
    .map((part) => letters(Array.from(part.normalize('NFKC'), fold)))
    .filter((part) => part.length >= minNamePart[part.some((letter) => /\p{Lo}/u.test(letter)) ? 'uncased' : 'cased'])
    .some((part) => within.some((_, at) => part.every((character, index) => character === within[at + index])));
  within.fill('');
  return found;
}
