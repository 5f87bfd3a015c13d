import type { CeremonyView } from '../../app/contract/view.ts';
import { listed } from '../words/format.ts';
import type { Gap } from './gap.ts';

/** Id of the button that opens the custody register. */
export const registerField = 'register';

/** The steps that close a ceremony, whose register must be in order by then. */
const closing: readonly string[] = ['close.sign-off', 'abort.sign-off'];

/**
 * Says which bags keep the ceremony from being closed.
 * @param view - the ceremony
 * @returns null while another step is on screen, and when every bag that was opened is sealed again or destroyed
 */
export function openBagGap({ step, custody }: Pick<CeremonyView, 'step' | 'custody'>): Gap | null {
  if (step === null || !closing.includes(step.id)) return null;
  const open = custody.bags.filter(({ status }) => status === 'open').map(({ bag }) => bag);
  if (open.length === 0) return null;
  const words =
    open.length === 1
      ? `Bag ${open.join('')} is open in the register`
      : `Bags ${listed(open)} are open in the register`;
  return { words, field: registerField };
}
