import { makingOf } from '../byok-export/from-target-keys.ts';
import type { CeremonyState } from '../state.ts';
import type { Step } from '../step.ts';
import { ownWork, remainingWork } from '../work.ts';
import { progressOf } from './work-in-words.ts';

/**
 * What the primary action of the current step will do. Once part of the step's work is done, that is the rest of it.
 * @param state - the ceremony
 * @param step - its current step
 * @returns `Wrap 4 keys`, `Wrap the 2 remaining keys`
 */
export function actionOf(state: CeremonyState, step: Step): string {
  // Its own work was done before an interruption, or a failure of what comes after it.
  if (step.work !== null && ownWork(state).length === 0 && remainingWork(state).length > 0) {
    return 'Have the token sign the log';
  }
  const progress = progressOf(state);
  if (progress === null || progress.piece === 1) return step.action;
  const rest = progress.of - progress.piece + 1;
  const [one, several] = step.work?.each === 'copy' ? ['copy', 'copies'] : ['key', 'keys'];
  return `${verbOf(state, step)} the ${rest === 1 ? `remaining ${one}` : `${rest} remaining ${several}`}`;
}

function verbOf(state: CeremonyState, step: Step): string {
  switch (step.work?.kind) {
    case 'wrap-key':
      return 'Wrap';
    case 'destroy-key':
      return 'Destroy';
    case 'write-copy':
      return 'Write';
    default:
      return makingOf(ownWork(state).flatMap((piece) => ('key' in piece ? [piece.key] : [])));
  }
}
