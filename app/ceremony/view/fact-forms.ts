import type { Fact } from '../../contract/view.ts';
import { hexToBytes } from '../../keys/bytes.ts';
import { hexGroups, pgpWords } from '../../keys/fingerprint.ts';
import type { NoticeRecord } from '../effects.ts';

/**
 * A SHA-256 to be read aloud.
 * @param caption - whose hash it is
 * @param hex - 64 lower-case hex digits
 */
export function fingerprint(caption: string, hex: string): Fact {
  return { kind: 'fingerprint', caption, hex, words: pgpWords(hexToBytes(hex)) };
}

/**
 * Named values.
 * @param items - label and value of each
 * @param isCode - whether the values are read character by character
 */
export function values(caption: string, items: readonly (readonly [string, string])[], isCode = false): Fact {
  return { kind: 'values', caption, items: items.map(([label, value]) => ({ label, value, isCode })) };
}

/** Each notice as a fact of its own. */
export function noticeFacts(notices: readonly NoticeRecord[]): Fact[] {
  return notices.map(({ rule, text }) => ({ kind: 'notice', rule, text }));
}

/** The first 8 bytes: enough to recognise a hash that was compared whole before. */
export function beginningOf(sha256: string): string {
  return hexGroups(sha256).slice(0, 4).join(' ');
}
