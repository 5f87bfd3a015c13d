import { nodeHash, treeRoot } from './tree.ts';

/**
 * An RFC 6962 tree that grows leaf by leaf and keeps only the roots of its full subtrees, largest first: as many as the
 * size has binary ones. Immutable; growing gives a new one.
 */
export interface GrowingTree {
  readonly size: number;
  readonly fullRoots: readonly Uint8Array[];
}

export const emptyTree: GrowingTree = { size: 0, fullRoots: [] };

/**
 * Adds one leaf.
 * @param tree - the tree before
 * @param leaf - the leaf's hash, 32 bytes
 * @returns the tree after
 */
export function growTree(tree: GrowingTree, leaf: Uint8Array): GrowingTree {
  const fullRoots = [...tree.fullRoots];
  let root = leaf;
  // Each trailing one of the size is a full subtree that the new leaf completes a larger one with.
  for (let rest = tree.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = fullRoots.pop();
    if (left !== undefined) root = nodeHash(left, root);
  }
  return { size: tree.size + 1, fullRoots: [...fullRoots, root] };
}

/**
 * The root over all leaves so far, equal to {@link treeRoot} over them.
 * @param tree - the tree
 * @returns 32 bytes
 */
export function rootOf(tree: GrowingTree): Uint8Array {
  return tree.fullRoots.length === 0
    ? treeRoot([])
    : tree.fullRoots.reduceRight((right, left) => nodeHash(left, right));
}
