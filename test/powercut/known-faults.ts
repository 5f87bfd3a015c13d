import type { Verdict } from './verdict.ts';

/** How records are called in which the log itself makes the folders that it lies in. */
export const foldersAnew = 'folders made anew';

/** What is wrong, and in which record it showed. */
type Shown = Verdict & { readonly where: string };

/** A fault of the store that the power cuts found and that is not mended yet. */
export interface KnownFault {
  readonly name: string;
  /** How it shows. */
  readonly isIt: (failure: Shown) => boolean;
}

/**
 * The full run fails while one of these is found; the slice in `npm test` and the hunt for mutants look past them, so that
 * nothing else hides behind them. One that is mended is taken off the list.
 */
export const knownFaults: readonly KnownFault[] = [];

/** The known fault that a failure shows; undefined for one that is new. */
export function knownFaultOf(failure: Shown): KnownFault | undefined {
  return knownFaults.find(({ isIt }) => isIt(failure));
}
