import type { PhaseId } from '../../app/ceremony/step.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import { phaseOf } from './phase.ts';

/** What a refused piece of work leaves untouched, by phase: people who see red ask this first. */
export const staysSafe: Readonly<Record<PhaseId, string>> = {
  prepare: 'Nothing was changed on this workstation.',
  'roll-call': 'Nothing has been done with the token or with any media.',
  token: 'No target key has been touched.',
  'bring-in': 'The inbound media was only read, and no target key has been touched.',
  keys: 'No target key has left the token.',
  wrap: 'The target keys are in the token as before, and nothing has been written to any media.',
  'take-out': 'The target keys are in the token as before; a copy counts only when every file was read back equal.',
  close: 'The copies that were taken out are complete and do not change.',
};

/** The rule that a wrong PIN breaks. */
export const wrongPin = 'TOKEN-PIN-ACCEPTED';

/**
 * What stays untouched when a token is not opened again.
 * @param rule - why it is not
 * @returns a wrong PIN is the one refusal that leaves something behind
 */
export function safeUnopened(rule: string): string {
  const untouched = 'The step was not begun and no key was touched.';
  if (rule !== wrongPin) return untouched;
  return `${untouched} The wrong try counts towards the token’s lock, and the log has it.`;
}

/** Only these have done something for one key before they come to the next. */
const keyByKey: readonly PhaseId[] = ['keys', 'wrap'];

/**
 * What work of the current step that failed left as it was.
 * @param view - of a ceremony whose last work did not complete
 */
export function safeAfterFailure(view: CeremonyView): string {
  const phase = phaseOf(view)?.id;
  if (phase === undefined) return '';
  const others = view.carried.of > 1 && keyByKey.includes(phase) ? ' What was done for other keys stands.' : '';
  const next = view.isUnsettled
    ? 'Nothing is repeated before somebody has seen what became of it.'
    : 'The step is not done, and the log says so.';
  return `${staysSafe[phase]}${others} ${next}`;
}
