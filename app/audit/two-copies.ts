import { entryHash, type Entry } from './entry.ts';

/** One command leads to so many entries at most: a power cut, or a killed process, leaves no more of them in one copy alone. */
export const mostAtOnce = 4;

/** How two copies of one log stand to each other. */
export type Standing =
  | { readonly kind: 'agree' }
  /** All entries of the shorter one are the first of the other. */
  | { readonly kind: 'shorter'; readonly which: Side; readonly missing: number }
  /** They have different entries at one place: number of the first of them. */
  | { readonly kind: 'fork'; readonly at: number };

/** The log itself, a database, or its second copy. */
export type Side = 'log' | 'copy';

/**
 * Compares two copies of a log whose chains were followed: then they differ before the end of the shorter one exactly if
 * they differ there.
 * @param log - entries of the log itself
 * @param copy - entries of its second copy
 */
export function compareCopies(log: readonly Entry[], copy: readonly Entry[]): Standing {
  const shared = Math.min(log.length, copy.length);
  if (hashAt(log, shared) !== hashAt(copy, shared)) return { kind: 'fork', at: firstDifference(log, copy, shared) };
  if (log.length === copy.length) return { kind: 'agree' };
  return {
    kind: 'shorter',
    which: log.length < copy.length ? 'log' : 'copy',
    missing: Math.abs(log.length - copy.length),
  };
}

function firstDifference(log: readonly Entry[], copy: readonly Entry[], shared: number): number {
  const index = log.slice(0, shared).findIndex((_, at) => hashAt(log, at + 1) !== hashAt(copy, at + 1));
  return index + 1;
}

function hashAt(entries: readonly Entry[], size: number): string | null {
  const last = entries[size - 1];
  return last === undefined ? null : entryHash(last);
}
