import { refusal, type Refusal } from '../rules/refusal.ts';
import { quorumOf } from './byok-export/draft.ts';
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
 * The key that may be left out now: the one whose work has just failed, or that the refusal names, while another is
 * carried. Once a copy of the bundle is written, its bytes stand.
 * @param state - the ceremony
 * @returns its id, or null when nothing has failed, or nothing would be left
 */
export function keyToLeaveOut(state: CeremonyState): string | null {
  const { failure, inFlight, copies } = state;
  if (failure === null || inFlight !== null || copies.length > 0) return null;
  const carried = carriedKeys(state).map(({ id }) => id);
  const key = failedKey(state) ?? failure.key;
  return key !== undefined && carried.includes(key) && carried.length > 1 ? key : null;
}

function failedKey(state: CeremonyState): string | undefined {
  const [piece] = remainingWork(state);
  return currentStep(state)?.work?.each === 'key' && piece !== undefined && 'key' in piece ? piece.key.id : undefined;
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
  // Whoever the step itself asks for: a key of the plan is given up by the quorum of the plan.
  return checkConfirmers(state, { ...step, confirmers: quorumOf(state.plan) }, given.confirmedBy);
}
