import { keySpecNames } from '../keys/specs.ts';
import { destinationOf, type KeyDraft } from './draft.ts';
import { choiceFits, specFits, type Fit, type Given } from './fits.ts';
import type { MemberOption } from './members.ts';
import { optionOf, type DestinationOption } from './options.ts';

/**
 * Sends a key to another place. What was typed for the old one means nothing there.
 * @param key - is changed
 * @param place - id of a {@link DestinationOption}
 */
export function moveKey(key: KeyDraft, place: string): void {
  key.place = place;
  key.texts = {};
  key.lists = {};
  settleKey(key);
}

/**
 * Takes back what no longer fits when place or spec of a key have changed, and chooses where only one thing is left, or
 * one is to be preferred.
 * @param key - is changed
 */
export function settleKey(key: KeyDraft): void {
  const option = optionOf(key.place);
  if (option === undefined) return;
  if (!taken(specFits(option, givenTo(key))).some((spec) => spec === key.spec)) key.spec = '';
  for (const member of option.members.filter(({ choices }) => choices.length > 0)) settleMember(key, option, member);
}

/** What was filled in of a key's destination. */
export function givenTo(key: KeyDraft): Given {
  return Object.fromEntries(Object.entries(destinationOf(key)).filter(([name]) => name !== 'type')) as Given;
}

/** The spec of a key; null while none is chosen. */
export function specOf({ spec }: KeyDraft): (typeof keySpecNames)[number] | null {
  return keySpecNames.find((each) => each === spec) ?? null;
}

function settleMember(key: KeyDraft, option: DestinationOption, member: MemberOption): void {
  const spec = specOf(key);
  const fitting = taken(choiceFits(option, member, spec, givenTo(key)));
  if (member.kind === 'list') {
    key.lists[member.name] = (key.lists[member.name] ?? []).filter((value) => fitting.includes(value));
    return;
  }
  const chosen = key.texts[member.name] ?? '';
  if (fitting.includes(chosen)) return;
  const isClear = spec !== null && !member.isOptional && (member.takesFirst || fitting.length === 1);
  key.texts[member.name] = isClear ? (fitting[0] ?? '') : '';
}

/** The values that a service takes. */
export function taken<T extends string>(fits: readonly Fit<T>[]): readonly T[] {
  return fits.filter(({ reason }) => reason === null).map(({ value }) => value);
}
