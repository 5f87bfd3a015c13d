import type { PinAsked } from '../state/pin-draft.svelte.ts';
import type { Gap } from './gap.ts';

/** What has been said and typed of a PIN so far. */
export interface PinGiven {
  readonly how: 'one' | 'parts' | 'pad';
  readonly typist: string;
  readonly order: readonly string[];
  readonly held: number | null;
  readonly heldCharacters: number;
  readonly next: string | null;
  readonly knowsFinalTry: boolean;
  readonly typed: { readonly text: string };
  readonly again: { readonly text: string };
}

/** Ids of the fields. */
export const pinField = {
  typed: 'pin',
  again: 'pin-again',
  typist: 'pin-typist',
  order: 'pin-order',
  begin: 'pin-begin',
  finalTry: 'pin-final-try',
} as const;

/** SoftHSM, which holds the rehearsal token, takes no shorter PIN. */
export const shortestNewPin = 4;

/** So many people type a part each at most. */
export const mostParts = 8;

/**
 * Says what is missing of a PIN.
 * @param asked - what is asked; nothing is missing where nothing is
 * @param given - what has been said and typed
 * @param isNew - it is being chosen: it has a shortest length, and is typed twice
 * @returns the gaps in reading order
 */
export function pinGaps(asked: PinAsked | null, given: PinGiven, isNew: boolean): Gap[] {
  if (asked === null) return [];
  const known = given.knowsFinalTry || !asked.isFinalTry;
  const unknown = { words: 'It is not ticked that one more wrong PIN locks the token', field: pinField.finalTry };
  return [...givenGaps(asked, given, isNew), ...(known ? [] : [unknown])];
}

function givenGaps(asked: PinAsked, given: PinGiven, isNew: boolean): Gap[] {
  if (given.how === 'parts') return partGaps(asked, given);
  const unsaid = { words: 'It is not said who types the PIN', field: pinField.typist };
  const typed = given.how === 'pad' ? [] : typedGaps(given, isNew);
  return given.typist === '' ? [unsaid, ...typed] : typed;
}

function partGaps({ people }: PinAsked, { order, held, next }: PinGiven): Gap[] {
  if (order.length < 2) return [{ words: 'It is not said who types the parts of the PIN', field: pinField.order }];
  if (held === null) return [{ words: 'No part of the PIN is typed yet', field: pinField.begin }];
  const name = people.find(({ id }) => id === next)?.name;
  if (name === undefined) return [];
  return [{ words: `${name} has not typed part ${held + 1} of ${order.length}`, field: pinField.typed }];
}

/**
 * Says what is missing of what is typed: the whole PIN, or the part whose turn it is.
 * @param given - both fields, and how many parts are held
 * @param isNew - see {@link pinGaps}
 * @returns the gaps in reading order
 */
export function typedGaps(given: PinGiven, isNew: boolean): Gap[] {
  const { how, typed, again, held, heldCharacters, order } = given;
  // A PIN is 1 to 255 bytes of UTF-8.
  const bytes = new TextEncoder().encode(typed.text).length;
  const field = pinField.typed;
  if (bytes === 0) return [{ words: 'The PIN is not typed', field }];
  if (bytes > 255) return [{ words: 'The PIN is longer than 255 bytes', field }];
  if (!isNew) return [];
  const isWhole = how !== 'parts' || held === order.length - 1;
  const before = how === 'parts' ? heldCharacters : 0;
  const isShort = isWhole && before + Array.from(typed.text).length < shortestNewPin;
  const short = isShort ? [{ words: `The PIN is shorter than ${shortestNewPin} characters`, field }] : [];
  return [...short, ...repeatGaps(typed.text, again.text)];
}

function repeatGaps(typed: string, again: string): Gap[] {
  if (typed === again) return [];
  const words = again === '' ? 'The PIN is not typed a second time' : 'The two PINs differ';
  return [{ words, field: pinField.again }];
}
