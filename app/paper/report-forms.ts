import { hexToBytes } from '../keys/bytes.ts';
import { pgpWords } from '../keys/fingerprint.ts';
import type { Block, Column, Item } from './document.ts';

/** A SHA-256, whole and in words. */
export function hash(caption: string, hex: string): Block {
  return { kind: 'hash', caption, hex, words: pgpWords(hexToBytes(hex)) };
}

/** Named values, none of them read character by character unless it is made by {@link code}. */
export function values(caption: string, items: readonly (Item | readonly [label: string, value: string])[]): Block {
  return {
    kind: 'values',
    caption,
    items: items.map((item) => ('label' in item ? item : { label: item[0], value: item[1], isCode: false })),
  };
}

/** A named value that is read character by character. */
export function code(label: string, value: string): Item {
  return { label, value, isCode: true };
}

/** A table whose columns are as wide as their words need. */
export function table(caption: string, columns: readonly string[], rows: readonly (readonly string[])[]): Block {
  return { kind: 'table', caption, columns: columns.map((heading) => ({ heading })), rows, isForm: false };
}

/** A table whose columns have these widths, compared with each other. */
export function sharedTable(caption: string, columns: readonly Column[], rows: readonly (readonly string[])[]): Block {
  return { kind: 'table', caption, columns, rows, isForm: false };
}

/** Hex that is longer than a line breaks between groups of four bytes: `3f2a91d2 0c7be611`. */
export function inGroups(hex: string): string {
  return hex.replaceAll(/.{8}(?=.)/gu, '$& ');
}
