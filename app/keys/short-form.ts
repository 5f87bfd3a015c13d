import { hexToBytes } from './bytes.ts';
import { hexGroups, pgpWords } from './fingerprint.ts';

/** What identifies a hash that was compared whole before: its first three bytes and its last, as hex and as words. */
export interface ShortForm {
  /** `3F2A 91 … D2`. */
  readonly hex: string;
  /** The words of the same four bytes. */
  readonly words: readonly [string, string, string, string];
}

/**
 * The short form of a SHA-256. It is for recognising a paper or a line, never in place of a comparison.
 * @param sha256 - 64 hex digits
 */
export function shortForm(sha256: string): ShortForm {
  const words = pgpWords(hexToBytes(sha256));
  const [first = '', second = '', third = ''] = words;
  return {
    hex: `${hexGroups(sha256.slice(0, 6)).join(' ')} … ${sha256.slice(-2).toUpperCase()}`,
    words: [first, second, third, words.at(-1) ?? ''],
  };
}

/** The short form in one line, with the first word and the last: `3F2A 91 … D2, cowbell … stethoscope`. */
export function shortLine(sha256: string): string {
  const { hex, words } = shortForm(sha256);
  return `${hex}, ${words[0]} … ${words[3]}`;
}

/**
 * What is said and written of a checkpoint of the log: its size, the first word of its root and the last.
 * @param checkpoint - number of entries, and the root over them, 64 hex digits
 * @returns `57 cowbell … stethoscope`
 */
export function checkpointLine({ size, root }: { readonly size: number; readonly root: string }): string {
  const { words } = shortForm(root);
  return `${size} ${words[0]} … ${words[3]}`;
}
