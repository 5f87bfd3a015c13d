import { bytesToHex } from '../keys/bytes.ts';
import { entryBytes, type Entry } from './entry.ts';
import { leafHash, treeRoot } from './tree.ts';

/**
 * The leaves of the RFC 6962 tree over a log: one for each entry, over its bytes as they are stored.
 * @param entries - in order
 * @returns leaf hashes, 32 bytes each
 */
export function leavesOver(entries: readonly Entry[]): Uint8Array[] {
  return entries.map((entry) => leafHash(entryBytes(entry)));
}

/**
 * The RFC 6962 root over a log.
 * @param entries - in order
 * @returns lower-case hex, 32 bytes
 */
export function rootOver(entries: readonly Entry[]): string {
  return bytesToHex(treeRoot(leavesOver(entries)));
}
