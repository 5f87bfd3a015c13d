import type { Plan } from '../ceremony/plan.ts';
import { roles, type Confirmers, type Role } from '../ceremony/roles.ts';
import { countOf } from '../ceremony/byok-export/draft.ts';

/** A role as the first word of a line. */
export function roleTitle(role: Role): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}

/** `1 witness`, `2 witnesses`. */
export function countedRole(count: number, role: Role): string {
  return role === 'witness' ? countOf(count, role, 'witnesses') : countOf(count, role);
}

/**
 * The seats of a plan.
 * @returns `Administrator`, `Custodian 1`, `Custodian 2`: one for each person, in the order of the roles
 */
export function seatsOf(plan: Plan): string[] {
  return roles.flatMap((role) => numbered(roleTitle(role), plan.roles[role]));
}

/**
 * Who must confirm a step.
 * @returns `2 custodians, 1 witness; 3 different people`, or `nobody yet` before roll call
 */
export function confirmersInWords({ roles: asked, distinctPeople }: Confirmers): string {
  const counts = roles.flatMap((role) => {
    const count = asked[role] ?? 0;
    return count > 0 ? [countedRole(count, role)] : [];
  });
  if (counts.length === 0) return 'nobody: it comes before people confirm';
  return distinctPeople < 2 ? counts.join(', ') : `${counts.join(', ')}; at least ${distinctPeople} different people`;
}

/**
 * Who writes initials beside a step: whoever acts, and whoever must confirm.
 * @param acts - the role that acts
 * @param confirmers - of the step
 * @returns `Operator`, `Custodian, 1 of 2`, `Custodian, 2 of 2`
 */
export function initialsOf(acts: Role, { roles: asked }: Confirmers): string[] {
  return roles.flatMap((role) => {
    const count = Math.max(asked[role] ?? 0, role === acts ? 1 : 0);
    return Array.from({ length: count }, (_, index) =>
      count === 1 ? roleTitle(role) : `${roleTitle(role)}, ${index + 1} of ${count}`,
    );
  });
}

function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => (count === 1 ? word : `${word} ${index + 1}`));
}
