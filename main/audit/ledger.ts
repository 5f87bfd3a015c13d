import type { ChainHead } from '../../app/audit/chain.ts';
import type { Entry } from '../../app/audit/entry.ts';
import { followEntry, nothingFollowed, rootFollowed, type Followed } from '../../app/audit/follow.ts';

/** How long the log is, the hash of its last entry and the RFC 6962 root over all of them; both lower-case hex. */
export interface LogHead {
  readonly size: number;
  readonly hash: string;
  readonly root: string;
}

/** The entries of a log in memory, with the chain and the tree over them. */
export class Ledger {
  readonly #entries: Entry[] = [];
  #followed: Followed = nothingFollowed;

  /** Takes the entry that follows; throws Refused with LOG-CHAIN-INTACT when it does not. */
  follow(entry: Entry): void {
    this.#followed = followEntry(this.#followed, entry);
    this.#entries.push(entry);
  }

  get chain(): ChainHead {
    return this.#followed.chain;
  }

  entries(): readonly Entry[] {
    return [...this.#entries];
  }

  head(): LogHead {
    return { ...this.chain, root: rootFollowed(this.#followed) };
  }
}
