import * as v from 'valibot';
import { destinationOf, type Destination } from '../byok/registry.ts';
import type { DestinationFormat } from '../byok/format.ts';
import { plannedWays } from '../byok/ways.ts';
import { keySpecNames, specInWords, type KeySpec } from '../keys/specs.ts';
import type { MemberOption } from './members.ts';
import type { DestinationOption } from './options.ts';

/** What was filled in of a destination, by member: a text, or what was chosen of a list. */
export type Given = Readonly<Record<string, string | readonly string[]>>;

/** Something that could be chosen, and why the service does not take it; null when it does. */
export interface Fit<T extends string = string> {
  readonly value: T;
  readonly reason: string | null;
}

/**
 * Tells the format behind an option.
 * @param option - of the table, so that its type is known
 */
export function formatOf(option: DestinationOption): DestinationFormat<Destination> {
  const format = destinationOf(option.type);
  if (format === undefined) throw new Error(`An option has the unknown destination ${option.type}`);
  return format;
}

/**
 * Judges every key spec for a place, by the support matrix and what has been filled in so far.
 * @param option - the place
 * @param given - what was filled in; what is missing, or does not parse, decides nothing
 * @returns all specs, each with the service's reason when no choice that is left would carry it
 */
export function specFits(option: DestinationOption, given: Given): readonly Fit<KeySpec>[] {
  const candidates = combinations(option, settled(option, given));
  return keySpecNames.map((spec) => {
    const reasons = candidates.map((destination) => reasonAgainst(option, destination, spec));
    return { value: spec, reason: reasons.includes(null) ? null : (reasons[0] ?? null) };
  });
}

/**
 * Judges every choice of a member for a key spec.
 * @param option - the place
 * @param member - one of its members with choices
 * @param spec - the key spec; null while none is chosen, when everything can be
 * @param given - what was filled in
 */
export function choiceFits(
  option: DestinationOption,
  member: MemberOption,
  spec: KeySpec | null,
  given: Given,
): readonly Fit[] {
  const ground = settled(option, given);
  return member.choices.map((value) => ({
    value,
    reason: spec === null ? null : against(option, member, spec, { ...ground, [member.name]: asGiven(member, value) }),
  }));
}

function against(option: DestinationOption, member: MemberOption, spec: KeySpec, candidate: Given): string | null {
  const destination = parsed(option, candidate);
  if (member.fitting === null) return destination === null ? null : reasonAgainst(option, destination, spec);
  const fitting = member.fitting(spec);
  const [value = ''] = candidate[member.name] ?? [];
  return fitting.includes(value) ? null : `For ${specInWords(spec)} keys the service takes ${fitting.join(', ')}.`;
}

/** The service's reason as a sentence; null when it takes the spec in the way that the destination names. */
function reasonAgainst(option: DestinationOption, destination: Destination, spec: KeySpec): string | null {
  if (plannedWays(destination, spec).length > 0) return null;
  const reason = formatOf(option).whyNot(destination, spec);
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

/** A choice as the document has it: what a list holds is a list. */
function asGiven(member: MemberOption, value: string): string | readonly string[] {
  return member.kind === 'list' ? [value] : value;
}

function parsed(option: DestinationOption, given: Given): Destination | null {
  const result = v.safeParse(formatOf(option).schema, { type: option.type, ...given });
  return result.success ? result.output : null;
}

/** A destination that parses: samples, and in their place whatever was typed or chosen and parses too. */
function settled(option: DestinationOption, given: Given): Given {
  const sample = Object.fromEntries(
    option.members
      .filter(({ isOptional }) => !isOptional)
      .map((member) => [
        member.name,
        member.example === '' ? asGiven(member, member.choices[0] ?? '') : member.example,
      ]),
  );
  return Object.entries(given).reduce<Given>((ground, [name, value]) => {
    const next = { ...ground, [name]: value };
    return parsed(option, next) === null ? ground : next;
  }, sample);
}

/** Every destination that the choices leave open: one of each member where one is chosen. */
function combinations(option: DestinationOption, ground: Given): readonly Destination[] {
  const all = option.members
    .filter(({ kind, isOptional }) => kind === 'choice' && !isOptional)
    .reduce<readonly Given[]>(
      (made, { name, choices }) => made.flatMap((each) => choices.map((value) => ({ ...each, [name]: value }))),
      [ground],
    );
  return all.map((each) => parsed(option, each)).filter((destination) => destination !== null);
}
