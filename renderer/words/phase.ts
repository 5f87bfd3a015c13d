import { phases } from '../../app/ceremony/step.ts';
import type { CeremonyView } from '../../app/contract/view.ts';

type Phase = CeremonyView['journey'][number];

/**
 * Finds the phase of the journey that the current step belongs to.
 * @param view - the ceremony
 * @returns undefined once every step is done
 */
export function phaseOf({ journey, step }: Pick<CeremonyView, 'journey' | 'step'>): Phase | undefined {
  return journey.find(({ steps }) => steps.some(({ id }) => id === step?.id));
}

/**
 * Says where a ceremony was aborted. The steps that were not done any more are no longer in the journey.
 * @param step - id of the step
 * @returns `in phase 4, “Bring in”`; empty when the step belongs to none
 */
export function placeOf(step: string): string {
  const index = phases.findIndex(({ id }) => step.startsWith(`${id}.`));
  const phase = phases[index];
  return phase === undefined ? '' : `in phase ${index + 1}, “${phase.title}”`;
}
