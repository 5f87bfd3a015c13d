import type { CeremonyView } from '../../app/contract/view.ts';

/** What a ceremony waits for, and so what the primary action does. */
export type Wanted = 'confirm-step' | 'reopen-token' | 'look-again';

/**
 * Says what a ceremony waits for.
 * @param view - of a ceremony that is not closed
 * @returns a look at interrupted work and an open token come before any step
 */
export function wantedBy(view: CeremonyView): Wanted {
  if (view.isUnsettled) return 'look-again';
  return view.reopen === null ? 'confirm-step' : 'reopen-token';
}
