import type { Confirmers, Role } from '../roles.ts';
import { firstFilled } from '../roles.ts';
import type { Plan } from '../plan.ts';
import type { Step } from '../step.ts';

/** A step before it gets its number; what is left out takes the usual value. */
export type Draft = Omit<Step, 'number' | 'key' | 'ticks' | 'sensitive' | 'work' | 'kind' | 'action' | 'phase'> &
  Partial<Pick<Step, 'key' | 'sensitive' | 'work' | 'kind' | 'action'>> & { readonly ticks?: readonly string[] };

/** Whether the token is made for the rehearsal or found by the serial number that the site binding names. */
export type TokenSite = 'make-token' | 'find-token';

/** Who does what under this plan, given the roles that it fills. */
export interface Cast {
  readonly leader: Role;
  readonly hands: Role;
  /** Follows what `hands` reads out; another role where the plan has one. */
  readonly checker: Role;
  readonly keyHolder: Role;
}

/** For the steps before roll call: nobody has been named yet. */
export const nobody: Confirmers = { roles: {}, distinctPeople: 0 };

/** Casts the roles that a plan fills. It fills at least those of its quorum, so that somebody has the hands. */
export function castOf({ roles: counts }: Plan): Cast {
  const hands = firstFilled(counts, ['operator', 'administrator', 'custodian', 'witness', 'auditor'], 'operator');
  const others = (preferred: readonly Role[]): readonly Role[] => preferred.filter((role) => role !== hands);
  return {
    hands,
    leader: firstFilled(counts, ['administrator'], hands),
    checker: firstFilled(counts, others(['witness', 'auditor', 'custodian', 'administrator']), hands),
    keyHolder: firstFilled(counts, ['custodian'], hands),
  };
}

/** One person of each of these roles. */
export function each(...names: readonly Role[]): Confirmers {
  return { roles: Object.fromEntries(names.map((name) => [name, 1])), distinctPeople: new Set(names).size };
}

/** Two people who compare: of two roles where the plan fills two, of one role otherwise; alone only in a plan for one. */
export function pair(plan: Plan, one: Role, other: Role): Confirmers {
  const seats = Object.values(plan.roles).reduce((sum, count) => sum + count, 0);
  return { ...each(one, other), distinctPeople: Math.min(2, seats) };
}

/** The quorum that the plan asks for at every sensitive step. */
export function quorumOf(plan: Plan): Confirmers {
  const asked = Object.entries(plan.quorum).filter(([, count]) => count > 0);
  return { roles: Object.fromEntries(asked), distinctPeople: Math.max(...asked.map(([, count]) => count)) };
}

/** Every person of every role who is still here. */
export function everyone(plan: Plan): Confirmers {
  const filled = Object.entries(plan.roles).filter(([, count]) => count > 0);
  return { roles: Object.fromEntries(filled), distinctPeople: 0, everyone: true };
}

/** `1 key`, `4 keys`. */
export function countOf(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}
