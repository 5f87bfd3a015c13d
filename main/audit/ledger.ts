import { bytesToHex } from '@noble/hashes/utils.js';
import { emptyChain, followLink, type ChainHead } from '../../app/audit/chain.ts';
import { entryBytes, type Entry } from '../../app/audit/entry.ts';
import { emptyTree, growTree, rootOf, type GrowingTree } from '../../app/audit/growing-tree.ts';
import { leafHash } from '../../app/audit/tree.ts';

/** How long the log is, the hash of its last entry and the RFC 6962 root over all of them; both lower-case hex. */
export interface LogHead {
  readonly size: number;
  readonly hash: string;
  readonly root: string;
}

/** The entries of a log in memory, with the chain and the tree over them. */
export class Ledger {
  readonly #entries: Entry[] = [];
  #chain: ChainHead = emptyChain;
  #tree: GrowingTree = emptyTree;

  /** Takes the entry that follows; throws Refused with LOG-CHAIN-INTACT when it does not. */
  follow(entry: Entry): void {
    this.#chain = followLink(this.#chain, entry);
    this.#tree = growTree(this.#tree, leafHash(entryBytes(entry)));
    this.#entries.push(entry);
  }

  get chain(): ChainHead {
    return this.#chain;
  }

  entries(): readonly Entry[] {
    return [...this.#entries];
  }

  head(): LogHead {
    return { ...this.#chain, root: bytesToHex(rootOf(this.#tree)) };
  }
}
