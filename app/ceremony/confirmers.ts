import { refusal, type Refusal } from '../rules/refusal.ts';
import { quorumOf } from './byok-export/draft.ts';
import { roles, type Confirmers, type Person, type Role } from './roles.ts';
import { presentPeople, type CeremonyState } from './state.ts';

/** Who must confirm, and how the thing to be confirmed is called. */
export interface Confirmable {
  readonly number: string;
  readonly confirmers: Confirmers;
}

type Room = Pick<CeremonyState, 'people' | 'absent' | 'stopped'>;

/**
 * Who must confirm, of the people who are left. An abort is brought to its end by whoever is left: nothing leaves the token
 * any more, and nobody else could sign how it ended. Where nobody of the asked roles is left, everybody else is asked.
 * @param state - the ceremony, for the people and who is left of them
 * @param confirmers - who must confirm
 * @returns the same while the ceremony goes on as planned
 */
export function confirmersNow(state: Room, confirmers: Confirmers): Confirmers {
  if (state.stopped === null) return confirmers;
  const present = presentPeople(state);
  const asked = present.filter((person) => person.roles.some((role) => (confirmers.roles[role] ?? 0) > 0));
  if (asked.length === 0) {
    const held = roles.filter((role) => holders(present, role) > 0);
    return { roles: Object.fromEntries(held.map((role) => [role, holders(present, role)])), distinctPeople: 1 };
  }
  return {
    roles: confirmers.roles,
    distinctPeople: Math.min(Math.max(confirmers.distinctPeople, 1), asked.length),
    everyone: true,
  };
}

/**
 * How many of a role must confirm: as many as are named, or as many as are left where everybody must.
 * @param state - the ceremony, for the people and who is left of them
 * @param confirmers - who must confirm
 * @param role - the role
 */
export function neededOf(state: Room, confirmers: Confirmers, role: Role): number {
  const { roles: asked, everyone } = confirmersNow(state, confirmers);
  const needed = asked[role] ?? 0;
  return everyone === true ? Math.min(needed, holders(presentPeople(state), role)) : needed;
}

/** How many different people must confirm, see {@link confirmersNow}. */
export function distinctOf(state: Room, confirmers: Confirmers): number {
  return confirmersNow(state, confirmers).distinctPeople;
}

/**
 * Says whether the people who confirm are enough.
 * @param state - the ceremony, for the people and their roles
 * @param step - what is confirmed
 * @param confirmedBy - ids of the people who confirm
 * @returns null when they are, otherwise who is missing
 */
export function checkConfirmers(
  state: Room,
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
  const distinct = distinctOf(state, confirmers);
  if (people.length < distinct) {
    return refusal(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
      `Step ${number} needs ${distinct} different people; ${people.length} confirmed.`,
    );
  }
  return null;
}

/**
 * Whether those who are left could be the quorum of the plan. Whoever is left may end an abort; a key is destroyed by nobody
 * but that quorum.
 * @param state - the ceremony
 */
export function isQuorumLeft(state: CeremonyState): boolean {
  const everybody = presentPeople(state).map(({ id }) => id);
  const quorum = { number: 'of the plan', confirmers: quorumOf(state.plan) };
  return checkConfirmers({ ...state, stopped: null }, quorum, everybody) === null;
}

function holders(people: readonly Person[], role: Role): number {
  return people.filter((person) => person.roles.includes(role)).length;
}
