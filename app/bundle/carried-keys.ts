import * as v from 'valibot';
import type { Way } from '../byok/format.ts';
import { destinationOf } from '../byok/registry.ts';
import { plannedWays, wayOf } from '../byok/ways.ts';
import { parsePlanDocument, type Plan, type PlannedKey } from '../ceremony/plan.ts';
import { refuse } from '../rules/refusal.ts';
import type { KekFacts, LogFacts } from './log-facts.ts';
import type { StepKey } from './planned-steps.ts';
import type { BundleRule } from './verification.ts';

/** A key of the plan that was not left out, with what the log alone says of how it was to be wrapped. */
export interface CarriedKey {
  readonly planned: PlannedKey;
  readonly kek: KekFacts;
  readonly way: Way;
}

const typesSchema = v.object({ keys: v.array(v.object({ destination: v.object({ type: v.string() }) })) });

/**
 * A destination of the logged plan that this version does not know, so that it cannot say how a key is wrapped for it.
 * @returns its type; undefined when all are known, or the plan names none
 */
export function unknownInPlan({ opened }: LogFacts): string | undefined {
  const plan = v.safeParse(typesSchema, opened?.plan);
  const types = plan.success ? plan.output.keys.map(({ destination }) => destination.type) : [];
  return types.find((type) => destinationOf(type) === undefined);
}

/**
 * The keys that a bundle carries, by the log alone.
 * @param rule - what is broken when the log does not tell it
 * @returns the plan with all defaults, and its keys without those left out, in the plan's order
 * @throws Refused with the rule, or with what the plan violates
 */
export function carriedIn(
  facts: LogFacts,
  rule: BundleRule,
): { readonly plan: Plan; readonly carried: readonly CarriedKey[] } {
  const { plan } = parsePlanDocument(facts.opened?.plan);
  const carried = plan.keys
    .filter(({ id }) => !facts.leftOut.has(id))
    .map((planned) => {
      const kek = facts.keks.get(planned.id);
      if (kek === undefined) return refuse(rule, `The log does not tell of a wrapping key for ${planned.id}.`);
      return { planned, kek, way: settledWay(planned, kek, rule) };
    });
  return { plan, carried };
}

/** The one way that plan and wrapping key leave; a key that should have decided and did not leaves it open. */
function settledWay({ id, destination, spec }: PlannedKey, { option }: KekFacts, rule: BundleRule): Way {
  const isOpen = option === null && plannedWays(destination, spec).length > 1;
  const way = isOpen ? undefined : wayOf(destination, spec, { option });
  return (
    way ?? refuse(rule, `${destination.type} takes no ${spec} key in the way named for ${id}: ${option ?? 'none'}.`)
  );
}

/**
 * The keys of the plan in a log, as far as the steps depend on them.
 * @returns them in the plan's order, those left out later included
 * @throws Refused with what the plan violates
 */
export function plannedIn({ opened }: LogFacts): readonly StepKey[] {
  return parsePlanDocument(opened?.plan).plan.keys.map(({ id, destination, spec, source }) => ({
    id,
    isWeak: plannedWays(destination, spec).some(({ wrap }) => wrap.oaepHash === null),
    ckaId: source === 'generate' ? null : source.existing.ckaId,
  }));
}
