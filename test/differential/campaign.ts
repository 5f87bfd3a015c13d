import { cloudBundle } from '../app/bundle/sample-clouds.ts';
import { sampleBundle } from '../app/bundle/sample-bundle.ts';
import { eventfulBundle } from './eventful.ts';
import { mutantsOf } from './mutants.ts';
import { firstOpinion, SecondOpinion, type Opinion } from './second-opinion.ts';

/** What a run of both verifiers came to. */
export interface Totals {
  readonly mutants: number;
  /** Those on which they differ, or that one of them takes. */
  readonly faults: readonly { readonly name: string; readonly first: Opinion; readonly second: Opinion }[];
  readonly byRule: ReadonlyMap<string, number>;
}

/**
 * Asks both verifiers about the sound bundles, and about mutants of them.
 * @param count - how many mutants
 * @param seed - which
 */
export async function compared(count: number, seed: number): Promise<Totals> {
  const second = new SecondOpinion();
  const sound = { Azure: sampleBundle(), 'four clouds': cloudBundle(), 'an eventful ceremony': eventfulBundle() };
  const faults: { name: string; first: Opinion; second: Opinion }[] = [];
  const byRule = new Map<string, number>();
  try {
    for (const [name, bundle] of Object.entries(sound)) {
      const opinions = { first: firstOpinion(bundle), second: await second.of(bundle) };
      if (opinions.first.code !== 0 || opinions.second.code !== 0) faults.push({ name: `sound: ${name}`, ...opinions });
    }
    const bundles = Object.values(sound);
    const parts = bundles.map((bundle, at) => mutantsOf(bundle, bundles.at(at - 1) ?? bundle, seed + at));
    for (let made = 0; made < count; made += 1) {
      const next = parts[made % parts.length]?.next();
      if (next === undefined) throw new Error('no mutant');
      const { name, bundle } = next.value;
      const opinions = { first: firstOpinion(bundle), second: await second.of(bundle) };
      const isFound = opinions.first.code === 1 && opinions.second.code === 1;
      if (!isFound) faults.push({ name, ...opinions });
      for (const rule of opinions.second.broken) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
    }
  } finally {
    second.end();
  }
  return { mutants: count, faults, byRule };
}
