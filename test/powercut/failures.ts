import type { Effect, History } from './effects.ts';
import { knownFaultOf } from './known-faults.ts';
import type { Verdict } from './verdict.ts';

/** A cut after which something was wrong, with what somebody needs to make it again. */
export interface Failure extends Verdict {
  /** Which record was cut. */
  readonly where: string;
  readonly seed: number;
  /** After how many effects, and with which fate of what was not synced. */
  readonly place: number;
  readonly fate: number;
  /** The last effects before the cut, to be read by people. */
  readonly after: string;
}

/** What was found in some cuts. */
export interface Outcome {
  readonly cuts: number;
  readonly failures: readonly Failure[];
}

/** Collects failures, until there are enough of those that are not known. */
export class Findings {
  readonly failures: Failure[] = [];
  readonly #enough: number;
  #unknown = 0;

  constructor(enough = Infinity) {
    this.#enough = enough;
  }

  add(...failures: readonly Failure[]): void {
    this.failures.push(...failures);
    this.#unknown += failures.filter((failure) => knownFaultOf(failure) === undefined).length;
  }

  get isEnough(): boolean {
    return this.#unknown >= this.#enough;
  }
}

/** The last effects before a cut, in words. */
export function inWords({ effects }: History, place: number): string {
  return effects
    .slice(Math.max(0, place - 3), place)
    .map(wordsFor)
    .join('; ');
}

function wordsFor(effect: Effect): string {
  switch (effect.kind) {
    case 'write':
      return `write of ${effect.data.length} at ${effect.offset} of ${nameIn(effect.path)}`;
    case 'truncate':
      return `length ${effect.size} of ${nameIn(effect.path)}`;
    case 'sync':
      return `sync of ${nameIn(effect.path)}`;
    case 'names': {
      const { remove, set } = effect.change;
      return [
        ...(remove === undefined ? [] : [`${remove} goes`]),
        ...(set === undefined ? [] : [`${set.name} comes`]),
      ].join(' as ');
    }
    case 'said':
      return `"${effect.words.slice(0, 20)}"`;
  }
}

function nameIn(path: string): string {
  return path.split('/').at(-1) ?? path;
}
