/** Numbers that only look random: one seed gives the same ones everywhere and for ever (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to `limit`, which is not reached. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True in one of so many cases. */
  oneIn(cases: number): boolean {
    return this.below(cases) === 0;
  }

  pick<T>(list: readonly T[]): T {
    const at = this.below(list.length);
    for (const [index, item] of list.entries()) if (index === at) return item;
    throw new Error('there is nothing to pick from');
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** A part of something so long: where it begins and ends, mostly short. */
  range(length: number): readonly [start: number, end: number] {
    const start = this.below(length + 1);
    return [start, Math.min(length, start + 1 + this.below(this.oneIn(4) ? length + 1 : 8))];
  }
}
