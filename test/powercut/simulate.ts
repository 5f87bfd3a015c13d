import { Dice, seedAt } from '../support/dice.ts';
import { Disk } from './disk.ts';
import type { History } from './effects.ts';
import { Findings, inWords, type Failure, type Outcome } from './failures.ts';
import { certainFates, fateOf } from './fates.ts';
import { layOut, nameOf, type Image } from './image.ts';
import { observe, type Observation } from './observe.ts';
import { listen, silence, type Said } from './script.ts';
import { verdictOn, type Verdict } from './verdict.ts';

/** How thoroughly a record is cut. */
export interface Plan {
  /** What the record is called. */
  readonly where: string;
  readonly seed: number;
  /** How many fates by chance for each place, besides the certain ones. */
  readonly chances: number;
  /** Which places are cut; all of them when it is left out. */
  readonly places?: (place: number) => boolean;
  /** Stop after so many failures that are not known. */
  readonly enough?: number;
  /** What had been said before the record began. */
  readonly said?: Said;
}

/** One cut: after so many effects, with this fate of what was not synced. */
export interface Cut {
  readonly place: number;
  readonly fate: number;
  readonly image: Image;
  /** See {@link nameOf}. */
  readonly name: string;
  readonly said: Said;
}

/**
 * Every cut of a plan, in order; where several fates leave the same on the disk, the first of them.
 * @param history - what was recorded
 */
export function* cutsOf(
  history: History,
  { seed, chances, places = () => true, said = silence }: Plan,
): Generator<Cut> {
  const disk = new Disk(history);
  for (const [index, effect] of history.effects.entries()) {
    disk.take(effect);
    if (effect.kind === 'said') said = listen(said, effect.words);
    const place = index + 1;
    if (place < history.begins || !places(place)) continue;
    const seen = new Set<string>();
    const fates = disk.hasUnsynced() ? certainFates + chances : 1;
    for (let fate = 0; fate < fates; fate += 1) {
      const image = disk.cut(fateOf(fate, new Dice(seedAt(seed, place, fate))));
      const name = nameOf(image);
      if (!seen.has(name)) yield { place, fate, image, name, said };
      seen.add(name);
    }
  }
}

/** Looks at what cuts leave through the product's own eyes; the same state is looked at once. */
export class Observer {
  readonly #folder: string;
  readonly #known = new Map<string, Observation>();

  /** @param folder - an empty scratch folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get states(): number {
    return this.#known.size;
  }

  /** @param name - see {@link nameOf} */
  look(image: Image, name = nameOf(image)): Observation {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    layOut(this.#folder, image);
    const found = observe(this.#folder);
    this.#known.set(name, found);
    return found;
  }

  /** How many of the states were repaired when they were opened, and told of it. */
  get repaired(): number {
    return [...this.#known.values()].filter((found) => found.kind === 'opened' && found.isRepaired).length;
  }
}

/**
 * Cuts the power at every place of a record and looks at what is left.
 * @param observer - may be shared by records
 */
export function simulate(history: History, plan: Plan, observer: Observer): Outcome {
  const findings = new Findings(plan.enough);
  let cuts = 0;
  for (const { place, fate, image, name, said } of cutsOf(history, plan)) {
    cuts += 1;
    const verdict = verdictOn(observer.look(image, name), said);
    if (verdict !== null) findings.add(failureAt(history, plan, { place, fate }, verdict));
    if (findings.isEnough) break;
  }
  return { cuts, failures: findings.failures };
}

/** A verdict with what somebody needs to find the cut again. */
export function failureAt(
  history: History,
  { where, seed }: Plan,
  { place, fate }: Pick<Cut, 'place' | 'fate'>,
  verdict: Verdict,
): Failure {
  return { ...verdict, where, seed, place, fate, after: inWords(history, place) };
}
