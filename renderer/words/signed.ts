import type { StepView } from '../../app/contract/view.ts';

/**
 * Says what somebody signs at a step, where they type their passphrase.
 * @param step - the step on screen
 * @returns `step 6.1, “Approve wrapping 4 keys”, with everything that this screen shows`
 */
export function signedAt({ number, title }: Pick<StepView, 'number' | 'title'>): string {
  return `step ${number}, “${title}”, with everything that this screen shows`;
}
