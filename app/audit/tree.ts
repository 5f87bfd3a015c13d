import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';

/**
 * The Merkle tree of RFC 6962 section 2.1 over SHA-256, in that RFC's words; verification follows RFC 9162 sections
 * 2.1.3.2 and 2.1.4.2. Sizes are ordinary numbers: shifts are written as divisions, since JavaScript's are 32 bits wide.
 */
const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

/**
 * The hash of a leaf (RFC 6962: SHA-256(0x00 || d)).
 * @param data - the bytes of one entry
 * @returns 32 bytes
 */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(concatBytes(leafPrefix, data));
}

/**
 * The hash of an inner node (RFC 6962: SHA-256(0x01 || left || right)).
 * @param left - 32 bytes
 * @param right - 32 bytes
 * @returns 32 bytes
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(nodePrefix, left, right));
}

/**
 * The Merkle Tree Hash, MTH (RFC 6962 section 2.1).
 * @param leaves - leaf hashes in order
 * @returns 32 bytes; of no leaves the hash of nothing
 */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256(new Uint8Array());
  if (leaves.length === 1) return first;
  const k = split(leaves.length);
  return nodeHash(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

/**
 * The Merkle audit path, PATH(m, D[n]) (RFC 6962 section 2.1.1).
 * @param index - m, from 0
 * @param leaves - leaf hashes in order
 * @returns the hashes from the leaf up
 * @throws RangeError when the tree has no such leaf
 */
export function inclusionProof(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  requireWithin(index, 0, leaves.length - 1);
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusionProof(index, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...inclusionProof(index - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}

/**
 * The consistency proof, PROOF(m, D[n]) (RFC 6962 section 2.1.2).
 * @param first - m, the size of the older tree, at least 1
 * @param leaves - leaf hashes of the newer tree
 * @returns the hashes that connect both roots; none when the sizes are equal
 * @throws RangeError when the newer tree is smaller
 */
export function consistencyProof(first: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  requireWithin(first, 1, leaves.length);
  return subproof(first, leaves, 'known');
}

/** SUBPROOF(m, D[n], b): `older` is known (b is true) while the subtree is one whose root the verifier has already. */
function subproof(first: number, leaves: readonly Uint8Array[], older: 'known' | 'unknown'): Uint8Array[] {
  if (first === leaves.length) return older === 'known' ? [] : [treeRoot(leaves)];
  const k = split(leaves.length);
  return first <= k
    ? [...subproof(first, leaves.slice(0, k), older), treeRoot(leaves.slice(k))]
    : [...subproof(first - k, leaves.slice(k), 'unknown'), treeRoot(leaves.slice(0, k))];
}

/** A tree somebody has signed or read aloud: how many leaves and the root over them. */
export interface SizedRoot {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Checks that a leaf is in a tree (RFC 9162 section 2.1.3.2).
 * @param leaf - its index from 0 and its hash
 * @param tree - the size and root that are trusted
 * @param proof - see {@link inclusionProof}
 * @returns whether the proof connects the leaf with the root
 */
export function verifyInclusion(
  leaf: { readonly index: number; readonly hash: Uint8Array },
  tree: SizedRoot,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(tree.size) || !Number.isSafeInteger(leaf.index) || leaf.index < 0 || leaf.index >= tree.size)
    return false;
  let fn = leaf.index;
  let sn = tree.size - 1;
  let r = leaf.hash;
  for (const p of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      r = nodeHash(p, r);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = nodeHash(r, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(r, tree.root);
}

/**
 * Checks that a newer tree begins with exactly the leaves of an older one (RFC 9162 section 2.1.4.2).
 * @param older - size and root known before
 * @param newer - size and root claimed now
 * @param proof - see {@link consistencyProof}
 * @returns whether the proof connects both roots
 */
export function verifyConsistency(older: SizedRoot, newer: SizedRoot, proof: readonly Uint8Array[]): boolean {
  if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root);
  // The root of a full older tree is itself the first node of the path, so the proof leaves it out.
  const [start, ...path] = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  if (start === undefined) return false;
  let [fn, sn] = [older.size - 1, newer.size - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [start, start];
  for (const c of path) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equal(fr, older.root) && equal(sr, newer.root);
}

/** k of RFC 6962: the largest power of two smaller than n, for n of at least 2. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function requireWithin(value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${value} is not within ${least} and ${most}`);
  }
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  return value === 1 || split(value) * 2 === value;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return bytesToHex(one) === bytesToHex(other);
}
