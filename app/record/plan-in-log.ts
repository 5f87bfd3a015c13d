import * as v from 'valibot';
import { refuse } from '../rules/refusal.ts';

const text = v.string();

/** An entry told before it was stored gives the same report as one that was read back, whose members are in order. */
function inOrder<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).toSorted(([one], [other]) => (one < other ? -1 : 1))) as T;
}

/** Of the plan in the log, what a report names; read loosely, so that a log of another version can be reported too. */
const planSchema = v.object({
  title: text,
  purpose: v.optional(text, ''),
  keys: v.array(
    v.object({ id: text, spec: text, destination: v.pipe(v.looseObject({ type: text }), v.transform(inOrder)) }),
  ),
});

export type PlanInLog = v.InferOutput<typeof planSchema>;

/**
 * Reads the plan that the first entry carries.
 * @param plan - as the event has it
 * @throws Refused with LOG-HOLDS-A-CEREMONY when it names no title or no keys
 */
export function planInLog(plan: unknown): PlanInLog {
  const result = v.safeParse(planSchema, plan);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return refuse('LOG-HOLDS-A-CEREMONY', `The plan in the log is none: ${v.getDotPath(issue) ?? 'it is no object'}.`);
}
