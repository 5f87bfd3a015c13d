import type { CeremonyView } from '../../app/contract/view.ts';
import { counted, listed } from './format.ts';

/**
 * Says in words how a ceremony ended: the same three outcomes that the record knows.
 * @param view - of a ceremony that is closed
 * @returns `Aborted, with 2 keys left in the token: payroll-root and payroll-signing.`
 */
export function outcomeInWords({
  outcome,
  keysInToken,
  stopped,
}: Pick<CeremonyView, 'outcome' | 'keysInToken' | 'stopped'>): string {
  const doubt = stopped?.keyInDoubt ?? null;
  const inDoubt = doubt === null ? '' : `; ${doubt} may be in the token`;
  switch (outcome) {
    case 'completed':
      return 'Completed.';
    case 'aborted-clean':
      return 'Aborted, with no key of this ceremony left in the token.';
    case 'aborted-with-keys-present':
      if (keysInToken.length === 0) return `Aborted${inDoubt}.`;
      return `Aborted, with ${counted(keysInToken.length, 'key')} left in the token: ${listed(keysInToken)}${inDoubt}.`;
    case 'open':
    case 'suspended':
      return 'Not ended.';
  }
}
