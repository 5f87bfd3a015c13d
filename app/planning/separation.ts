import { defaultSeparation, roles, type Role } from '../ceremony/roles.ts';

/** Two roles that one person may not combine. */
export type RolePair = readonly [Role, Role];

/** Every two roles, each pair once, in the order of the roles. */
export const rolePairs: readonly RolePair[] = roles.flatMap((one, index) =>
  roles.slice(index + 1).map((other): RolePair => [one, other]),
);

/** The pairs that are kept apart when a plan says nothing. */
export const usualPairs: readonly RolePair[] = rolePairs.filter(([one, other]) =>
  defaultSeparation.some((apart) => apart.includes(one) && apart.includes(other)),
);

/** Whether a list has a pair. */
export function hasPair(pairs: readonly RolePair[], [one, other]: RolePair): boolean {
  return pairs.some(([first, second]) => first === one && second === other);
}

/** The pairs with this one added, or taken away when it was there; always in the order of the roles. */
export function togglePair(pairs: readonly RolePair[], pair: RolePair): RolePair[] {
  return rolePairs.filter((each) => (each === pair) !== hasPair(pairs, each));
}
