import { byokExport } from './byok-export/definition.ts';
import { carriedKeys, type CeremonyState } from './state.ts';
import type { Step } from './step.ts';
import { keysToDestroy } from './work.ts';

/**
 * The steps of a ceremony that goes on without a key: the same steps, whose words count and name the keys that are left.
 * Ids, numbers and who confirms stay, so that the log means what it meant.
 * @param state - the ceremony, the key left out
 * @returns as many steps as before, in the same order
 */
export function reworded(state: CeremonyState): readonly Step[] {
  const { plan, tokenSerial } = state;
  const site = tokenSerial === null ? 'make-token' : 'find-token';
  const carrying = byokExport({ ...plan, keys: carriedKeys(state) }, site);
  const destroying = byokExport({ ...plan, keys: keysToDestroy(state) }, site);
  return state.steps.map((step) => {
    if (step.key !== null && state.leftOut.has(step.key)) return { ...step, title: `Left out: ${step.key}` };
    const words = (step.work?.kind === 'destroy-key' ? destroying : carrying).find(({ id }) => id === step.id);
    if (words === undefined) return step;
    const { title, says, ticks, action } = words;
    return { ...step, title, says, ticks, action };
  });
}
