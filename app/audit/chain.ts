import { refuse } from '../rules/refusal.ts';
import type { JsonValue } from './canonical-json.ts';
import { entryHash, noPrevious, type Entry } from './entry.ts';

/** Where a chain ends: how many entries it has and the hash of the last one (hex). */
export interface ChainHead {
  readonly size: number;
  readonly hash: string;
}

/** The head of a log without entries. */
export const emptyChain: ChainHead = { size: 0, hash: noPrevious };

/**
 * Makes the entry that follows a head.
 * @param head - where the chain ends now
 * @param happened - the time (ISO 8601, UTC, milliseconds), who caused it, and the event
 * @returns the next entry
 */
export function appendEntry(head: ChainHead, happened: { time: string; actor: string; event: JsonValue }): Entry {
  return {
    sequence: head.size + 1,
    previous: head.hash,
    time: happened.time,
    actor: happened.actor,
    event: happened.event,
  };
}

/**
 * Follows one link of the chain.
 * @param head - the head before the entry
 * @param entry - the entry that should follow
 * @param hash - of the entry, where it is known already
 * @returns the head after the entry
 * @throws Refused with LOG-CHAIN-INTACT
 */
export function followLink(head: ChainHead, entry: Entry, hash = entryHash(entry)): ChainHead {
  if (entry.sequence !== head.size + 1) {
    refuse('LOG-CHAIN-INTACT', `Entry ${head.size + 1} should follow, but the next one has number ${entry.sequence}.`);
  }
  if (entry.previous !== head.hash) {
    refuse('LOG-CHAIN-INTACT', `Entry ${entry.sequence} does not carry the hash of the entry before it.`);
  }
  return { size: entry.sequence, hash };
}

/**
 * Follows a whole chain from its beginning. A chain whose tail was cut is intact in itself: only a head kept elsewhere
 * (a checkpoint, the paper, a second copy) can contradict it.
 * @param entries - all entries in order
 * @returns the head
 * @throws Refused with LOG-CHAIN-INTACT naming the first entry that does not fit
 */
export function verifyChain(entries: Iterable<Entry>): ChainHead {
  let head = emptyChain;
  for (const entry of entries) head = followLink(head, entry);
  return head;
}
