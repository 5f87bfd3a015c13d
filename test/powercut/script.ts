import type { Side } from '../../app/audit/two-copies.ts';
import type { Happened } from './store-use.ts';

/** What the driver does, one after the other, in one process; it ends without closing anything that is open then. */
export type Step =
  | { readonly do: 'make' }
  | { readonly do: 'take-up' }
  /** Take up a log of which the log itself or its copy is damaged, with the other one. */
  | { readonly do: 'choose'; readonly side: Side }
  /** Take up the log if there is one, else make it. */
  | { readonly do: 'go-on' }
  | { readonly do: 'append'; readonly to: number }
  | { readonly do: 'close' };

/** What one process of the driver is told. */
export interface Script {
  readonly folder: string;
  /** The whole ceremony; `append` goes on where the log ends. */
  readonly happened: readonly Happened[];
  readonly steps: readonly Step[];
}

/** How long a log is, and the hash of its last entry. */
export interface Place {
  readonly size: number;
  readonly hash: string;
}

/** What the program says to the outside, and may not take back. */
export const words = {
  made: 'made',
  trying: ({ size, hash }: Place): string => `trying ${size} ${hash}`,
  kept: ({ size, hash }: Place): string => `kept ${size} ${hash}`,
};

/** What was said up to a cut. */
export interface Said {
  /** The log is there. */
  readonly isMade: boolean;
  /** The last entry that was acknowledged, null when none was yet. */
  readonly kept: Place | null;
  /** The last entry that was begun. */
  readonly tried: Place | null;
}

export const silence: Said = { isMade: false, kept: null, tried: null };

/** What was said, with one thing more. */
export function listen(said: Said, line: string): Said {
  const [kind, size, hash = ''] = line.split(' ');
  const place = { size: Number(size), hash };
  if (kind === 'made') return { ...said, isMade: true };
  if (kind === 'trying') return { ...said, tried: place };
  if (kind === 'kept') return { ...said, kept: place.size === 0 ? null : place };
  throw new Error(`The driver said "${line}".`);
}
