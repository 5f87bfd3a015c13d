import { sha256Hex } from '../keys/fingerprint.ts';
import { bytesToHex } from '../keys/bytes.ts';
import { emptyChain, followLink, type ChainHead } from './chain.ts';
import { entryBytes, parseEntryAt, type Entry } from './entry.ts';
import { emptyTree, growTree, rootOf, type GrowingTree } from './growing-tree.ts';
import { leafHash } from './tree.ts';

/** How far a log was followed that is read entry by entry: nothing of it is kept but its head and the edge of its tree. */
export interface Followed {
  readonly chain: ChainHead;
  readonly tree: GrowingTree;
}

export const nothingFollowed: Followed = { chain: emptyChain, tree: emptyTree };

/**
 * Takes the next entry into account; a log of any length takes the same memory.
 * @param followed - how far the log was followed
 * @param entry - the one that should follow
 * @param bytes - of the entry, as it is stored
 * @returns how far the log is followed then
 * @throws Refused with LOG-CHAIN-INTACT
 */
export function followEntry({ chain, tree }: Followed, entry: Entry, bytes = entryBytes(entry)): Followed {
  // They need not be written again to be hashed.
  return { chain: followLink(chain, entry, sha256Hex(bytes)), tree: growTree(tree, leafHash(bytes)) };
}

/**
 * Reads the next entry and takes it into account.
 * @param followed - how far the log was followed
 * @param bytes - of the entry, as it is stored
 * @returns the entry, and how far the log is followed then
 * @throws Refused with LOG-ENTRY-CANONICAL or LOG-CHAIN-INTACT
 */
export function follow(followed: Followed, bytes: Uint8Array): { readonly entry: Entry; readonly followed: Followed } {
  // What was parsed is what these bytes say, to the byte.
  const entry = parseEntryAt(bytes, followed.chain.size + 1);
  return { entry, followed: followEntry(followed, entry, bytes) };
}

/** The RFC 6962 root over what was followed, lower-case hex. */
export function rootFollowed({ tree }: Followed): string {
  return bytesToHex(rootOf(tree));
}
