import type { KeySpec } from '../keys/specs.ts';

/** One member of a destination, as a form asks for it. */
export interface MemberOption {
  readonly name: string;
  readonly label: string;
  /** `moment` is typed as ISO 8601 in UTC; of a `list` one or more are chosen. */
  readonly kind: 'text' | 'moment' | 'choice' | 'list';
  /** What may be chosen, by the destination's own words; empty for what is typed. */
  readonly choices: readonly string[];
  readonly isOptional: boolean;
  /** What it looks like where it is typed: a value that the destination's schema takes. */
  readonly example: string;
  readonly hint: string;
  /** The first choice that fits is the right one, unless somebody knows better. */
  readonly takesFirst: boolean;
  /** Which choices the service takes for a key spec, where the support matrix does not say; null where it does. */
  readonly fitting: ((spec: KeySpec) => readonly string[]) | null;
}

const usual = { isOptional: false, takesFirst: false, fitting: null } as const;

/** A member that is typed. */
export function text(name: string, label: string, example: string, hint: string): MemberOption {
  return { ...usual, kind: 'text', choices: [], name, label, example, hint };
}

/** A member of which one value is chosen. */
export function choice(
  name: string,
  label: string,
  choices: readonly string[],
  more: Pick<MemberOption, 'hint'> & Partial<Pick<MemberOption, 'takesFirst'>>,
): MemberOption {
  return { ...usual, kind: 'choice', example: '', name, label, choices, ...more };
}

/** A member that may be left out. */
export function optional(member: MemberOption): MemberOption {
  return { ...member, isOptional: true };
}

/** When the cloud is to forget the key material. */
export const endOfKey: MemberOption = {
  ...optional(text('validTo', 'Ends there', '2027-06-30T00:00:00Z', 'In UTC. Left open: it does not expire.')),
  kind: 'moment',
};
