import { refusal, type Refusal } from '../rules/refusal.ts';
import { checkConfirmers } from './confirmation.ts';
import { carriedKeys, currentStep, isClosed, type CeremonyState } from './state.ts';
import { remainingWork } from './work.ts';

/** What the people decide about a key whose work has failed. */
export interface LeavingOut {
  readonly step: string;
  readonly key: string;
  readonly reason: string;
  /** Ids of the people who decide it. */
  readonly confirmedBy: readonly string[];
}

/**
 * The key that may be left out now: the one whose work has just failed, while another is carried.
 * @param state - the ceremony
 * @returns its id, or null when nothing has failed, or nothing would be left
 */
export function keyToLeaveOut(state: CeremonyState): string | null {
  const step = currentStep(state);
  if (step?.work?.each !== 'key' || state.failure === null || state.inFlight !== null) return null;
  const [piece] = remainingWork(state);
  return piece !== undefined && 'key' in piece && carriedKeys(state).length > 1 ? piece.key.id : null;
}

/**
 * Checks a decision to go on without a key.
 * @param state - the ceremony
 * @param given - what the people decide
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkLeavingOut(state: CeremonyState, given: LeavingOut): Refusal | null {
  if (isClosed(state)) return refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`);
  const step = currentStep(state);
  if (step?.id !== given.step) {
    return refusal(
      'STEP-IS-CURRENT',
      `It was decided at step "${given.step}"; the current step is "${step?.id ?? 'none'}".`,
    );
  }
  const key = keyToLeaveOut(state);
  if (key !== given.key || given.reason.trim() === '') {
    const may = key === null ? 'No key may be left out now' : `Only ${key} may be left out now, with a reason`;
    return refusal('KEY-LEFT-OUT-BY-DECISION', `${may}; it was decided of "${given.key}".`);
  }
  return checkConfirmers(state, step, given.confirmedBy);
}
