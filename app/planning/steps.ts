import { byokExport } from '../ceremony/byok-export/definition.ts';
import type { Plan } from '../ceremony/plan.ts';
import type { Step } from '../ceremony/step.ts';

/**
 * The steps of a plan before a place and a day are known: of a ceremony on an HSM that is found there.
 * @param plan - a parsed plan
 */
export function stepsOf(plan: Plan): readonly Step[] {
  return byokExport(plan, 'find-token');
}
