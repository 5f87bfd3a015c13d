import type { Person } from './roles.ts';

/** What tells people apart. */
export type Identity = Pick<Person, 'name' | 'organisation' | 'identifiedBy'>;

/** Marks that stand on a letter, and what nobody sees: variation selectors, joiners, fillers. */
const unseen = /[\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * What is compared of a name: its letters and digits, however they were typed. Case, width, accents, invisible marks, punctuation
 * and the kind and number of spaces do not make two names. Letters of another script that look alike do: no table of those is
 * complete, and people look at the document.
 * @param text - a name, an organisation, or how somebody was identified
 */
export function folded(text: string): string {
  // Decomposed, so that a joiner between a letter and its accent changes nothing; small letters first, for the capital ß has no two.
  const letters = text.normalize('NFKD').replaceAll(unseen, '').toLowerCase().toUpperCase().normalize('NFKD');
  return letters
    .replaceAll(unseen, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * Says whether two entries may be namesakes: one name, and each belongs to another organisation.
 * @param one - an entry
 * @param other - another
 */
export function mayBeNamesakes(one: Identity, other: Identity): boolean {
  const [here, there] = [folded(one.organisation), folded(other.organisation)];
  return folded(one.name) === folded(other.name) && here !== '' && there !== '' && here !== there;
}

/**
 * Says whether two entries are one person: they have one name, unless both the organisation and the document tell them apart. An
 * organisation alone is typed too easily, and one person can show two documents.
 * @param one - an entry
 * @param other - another
 */
export function isSamePerson(one: Identity, other: Identity): boolean {
  if (folded(one.name) !== folded(other.name)) return false;
  return !mayBeNamesakes(one, other) || folded(one.identifiedBy) === folded(other.identifiedBy);
}
