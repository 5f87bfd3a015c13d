import type { Side } from '../../app/audit/two-copies.ts';
import type { Command } from './store-use.ts';

/** What the driver does, one after the other, in one process; it ends without closing anything that is open then. */
export type Step =
  | { readonly do: 'make' }
  | { readonly do: 'take-up' }
  /** Take up a log of which the log itself or its copy is damaged, with the other one. */
  | { readonly do: 'choose'; readonly side: Side }
  /** Take up the log if there is one, else make it. */
  | { readonly do: 'go-on' }
  /** Append command by command until the log has so many entries of the ceremony, or a few more. */
  | { readonly do: 'append'; readonly to: number }
  | { readonly do: 'close' };

/** What one process of the driver is told. */
export interface Script {
  readonly folder: string;
  /** The whole ceremony; `append` goes on where the log ends. */
  readonly commands: readonly Command[];
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
  trying: (places: readonly Place[]): string =>
    ['trying', ...places.map(({ size, hash }) => `${size} ${hash}`)].join(' '),
  kept: ({ size, hash }: Place): string => `kept ${size} ${hash}`,
};

/** What was said up to a cut. */
export interface Said {
  /** The log is there. */
  readonly isMade: boolean;
  /** The last entry that was acknowledged, null when none was yet. */
  readonly kept: Place | null;
  /** The entries of the command that was begun last. */
  readonly tried: readonly Place[];
}

export const silence: Said = { isMade: false, kept: null, tried: [] };

/** What was said, with one thing more. */
export function listen(said: Said, line: string): Said {
  const [kind, ...rest] = line.split(' ');
  const places = rest.flatMap((hash, at) => (at % 2 === 1 ? [{ size: Number(rest[at - 1]), hash }] : []));
  if (kind === 'made') return { ...said, isMade: true };
  if (kind === 'trying') return { ...said, tried: places };
  const [place] = places;
  if (kind === 'kept' && place !== undefined) return { ...said, kept: place.size === 0 ? null : place };
  throw new Error(`The driver said "${line}".`);
}
