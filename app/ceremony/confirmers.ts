import { refusal, type Refusal } from '../rules/refusal.ts';
import { roles, type Confirmers, type Person, type Role } from './roles.ts';
import { presentPeople, type CeremonyState } from './state.ts';

/** Who must confirm, and how the thing to be confirmed is called. */
export interface Confirmable {
  readonly number: string;
  readonly confirmers: Confirmers;
}

/**
 * How many of a role must confirm: as many as are named, or as many as are left where everybody must.
 * @param state - the ceremony, for the people and who is left of them
 * @param confirmers - who must confirm
 * @param role - the role
 */
export function neededOf(
  state: Pick<CeremonyState, 'people' | 'absent'>,
  { roles: asked, everyone }: Confirmers,
  role: Role,
): number {
  const needed = asked[role] ?? 0;
  return everyone === true ? Math.min(needed, holders(presentPeople(state), role)) : needed;
}

/**
 * Says whether the people who confirm are enough.
 * @param state - the ceremony, for the people and their roles
 * @param step - what is confirmed
 * @param confirmedBy - ids of the people who confirm
 * @returns null when they are, otherwise who is missing
 */
export function checkConfirmers(
  state: Pick<CeremonyState, 'people' | 'absent'>,
  { number, confirmers }: Confirmable,
  confirmedBy: readonly string[],
): Refusal | null {
  const present = presentPeople(state);
  const people = present.filter((person) => confirmedBy.includes(person.id));
  const stranger = confirmedBy.find((id) => !present.some((person) => person.id === id));
  if (stranger !== undefined || new Set(confirmedBy).size !== confirmedBy.length) {
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${number}: somebody confirmed who was not named at roll call, has left, or twice.`,
    );
  }
  const short = roles.find((role) => holders(people, role) < neededOf(state, confirmers, role));
  if (short !== undefined) {
    const needed = neededOf(state, confirmers, short);
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${number} needs ${needed} of role ${short}; ${holders(people, short)} confirmed.`,
    );
  }
  if (people.length < confirmers.distinctPeople) {
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${number} needs ${confirmers.distinctPeople} different people; ${people.length} confirmed.`,
    );
  }
  return null;
}

function holders(people: readonly Person[], role: Role): number {
  return people.filter((person) => person.roles.includes(role)).length;
}
