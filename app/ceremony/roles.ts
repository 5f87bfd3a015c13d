/** The roles a plan may fill, in the order in which the window lists them. */
export const roles = ['administrator', 'operator', 'custodian', 'witness', 'auditor'] as const;

export type Role = (typeof roles)[number];

/** How many people of each role; an absent role counts 0. */
export type RoleCounts = Readonly<Record<Role, number>>;

/** Somebody in the room. `id` is unique within the ceremony and is what later events refer to. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly roles: readonly Role[];
  /** What the person writes beside a step on paper: two to four letters, nobody else's. */
  readonly initials: string;
  /** The document or the person by which the identity was checked. */
  readonly identifiedBy: string;
}

/** Who must confirm a step: so many people of each role, and so many different people in all. */
export interface Confirmers {
  readonly roles: Readonly<Partial<Record<Role, number>>>;
  /** Two people who compare something must be two, even where one person may hold both roles. */
  readonly distinctPeople: number;
  /** True where whoever is in the room must confirm, so that somebody who had to leave for good is not waited for. */
  readonly everyone?: boolean;
}

/** Roles that one person may not combine when the plan says nothing: witness and auditor combine with nothing. */
export const defaultSeparation: readonly (readonly Role[])[] = roles.flatMap((one) =>
  roles
    .filter(
      (other) =>
        other !== one && (one === 'witness' || one === 'auditor') && !(other === 'witness' && one === 'auditor'),
    )
    .map((other) => [one, other]),
);

/**
 * Picks the first role of a list that the plan fills.
 * @param counts - the plan's roles
 * @param preferred - candidates, best first
 * @param otherwise - the role to take when the plan fills none of them
 * @returns the role
 */
export function firstFilled(counts: RoleCounts, preferred: readonly Role[], otherwise: Role): Role {
  return preferred.find((role) => counts[role] > 0) ?? otherwise;
}
