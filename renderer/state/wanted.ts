import type { CeremonyView } from '../../app/contract/view.ts';

/** What a ceremony waits for, and so what the primary action does. */
export type Wanted = 'identify-people' | 'close-exception' | 'look-again' | 'reopen-token' | 'confirm-step';

/**
 * Says what a ceremony waits for.
 * @param view - of a ceremony that is not closed
 * @returns the people come first, then what they have not decided yet; a look at interrupted work and an open token come
 * before any step
 */
export function wantedBy(view: CeremonyView): Wanted {
  if (view.onBreak !== null) return 'identify-people';
  if (view.closing !== null) return 'close-exception';
  if (view.isUnsettled) return 'look-again';
  return view.reopen === null ? 'confirm-step' : 'reopen-token';
}
