import type { Plan } from '../plan.ts';
import { phases, type PhaseId, type Step } from '../step.ts';
import { castOf, type Draft, type TokenSite } from './draft.ts';
import { close, keys, takeOut, wrap } from './from-target-keys.ts';
import { bringIn, prepare, rollCall, token } from './until-wrapping-keys.ts';

/**
 * The `byok-export` ceremony: which steps, in which order, for this plan. Pure data apart from the plan it is made for,
 * so that the screen, the printed script and the log speak of the same steps.
 * @param plan - the parsed plan
 * @param site - a rehearsal may make its own soft token first; everything else is the same
 * @returns the steps in order; ids are unique, numbers run within each phase
 */
export function byokExport(plan: Plan, site: TokenSite): readonly Step[] {
  const cast = castOf(plan);
  const drafts: Readonly<Record<PhaseId, readonly Draft[]>> = {
    prepare: prepare(cast),
    'roll-call': rollCall(plan, cast),
    token: token(plan, cast, site),
    'bring-in': bringIn(plan, cast),
    keys: keys(plan, cast),
    wrap: wrap(plan, cast),
    'take-out': takeOut(plan, cast),
    close: close(plan, cast),
  };
  return phases.flatMap(({ id }, phase) =>
    drafts[id].map((draft, index) => complete(draft, id, `${phase + 1}.${index + 1}`)),
  );
}

function complete(draft: Draft, phase: PhaseId, number: string): Step {
  const ticks = (draft.ticks ?? []).map((text, index) => ({ id: `${index + 1}`, text }));
  return {
    key: null,
    sensitive: false,
    work: null,
    kind: 'confirm',
    action: 'Confirm and go on',
    ...draft,
    phase,
    number,
    ticks,
  };
}
