/** How many letters initials may have (rule PERSON-INITIALLED). */
const longest = 4;

/**
 * Proposes initials for people, so that no two are alike: first letters of first and last name, then more letters where
 * that is not enough.
 * @param names - the names, in the order of the list, in any script
 * @returns for each name two to four letters, capitals where its script has them; empty for a name without a letter
 */
export function initialsOf(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const found = candidates(lettersOf(name)).find((initials) => !taken.has(initials)) ?? '';
    taken.add(found);
    return found;
  });
}

/** The words of a name, letter by letter: capitals, and letters of scripts that have none. Marks are left out. */
function lettersOf(name: string): string[][] {
  return name
    .normalize('NFC')
    .toUpperCase()
    .split(/[^\p{L}\p{M}]+/u)
    .map((word) => Array.from(word).filter((letter) => /[\p{Lu}\p{Lo}]/u.test(letter)))
    .filter((word) => word.length > 0);
}

/** Proposals for one name, the usual one first. */
function candidates(words: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = words;
  const last = rest.at(-1) ?? [];
  if (first.length === 0) return [];
  const usual = last.length === 0 ? first.slice(0, 2) : [...first.slice(0, 1), ...last.slice(0, 1)];
  const all = words.map(([letter = '']) => letter);
  const more = [...last.slice(1), ...first.slice(1), ...alphabet].map((letter) => [...usual, letter]);
  const most = more.flatMap((letters) => alphabet.map((letter) => [...letters, letter]));
  return [usual, all, ...more, ...most]
    .filter(({ length }) => length >= 2 && length <= longest)
    .map((letters) => letters.join(''));
}

const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
