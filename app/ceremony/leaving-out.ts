import { carriedKeys, currentStep, type CeremonyState } from './state.ts';
import { ownWork } from './work.ts';

/**
 * The key that may be left out now: the one whose work has just failed, or that the refusal names, while another is
 * carried. Once a copy of the bundle is written, its bytes stand.
 * @param state - the ceremony
 * @returns its id, or null when nothing has failed, or nothing would be left
 */
export function keyToLeaveOut(state: CeremonyState): string | null {
  const { failure, inFlight, copies, stopped } = state;
  if (failure === null || inFlight !== null || copies.length > 0 || stopped !== null) return null;
  const carried = carriedKeys(state).map(({ id }) => id);
  const key = failedKey(state) ?? failure.key;
  return key !== undefined && carried.includes(key) && carried.length > 1 ? key : null;
}

function failedKey(state: CeremonyState): string | undefined {
  const [piece] = ownWork(state);
  return currentStep(state)?.work?.each === 'key' && piece !== undefined && 'key' in piece ? piece.key.id : undefined;
}
