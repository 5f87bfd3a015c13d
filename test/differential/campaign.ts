import type { Bundle } from '../../app/bundle/verify-bundle.ts';
import { application } from '../app/bundle/bundle-maker.ts';
import { cloudBundle } from '../app/bundle/sample-clouds.ts';
import { sampleBundle } from '../app/bundle/sample-bundle.ts';
import { signedAnew } from './anew.ts';
import { eventfulBundle } from './eventful.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { firstOpinion, SecondOpinion, type Opinion } from './second-opinion.ts';

/** What a run of both verifiers came to. */
export interface Totals {
  /** How many bundles both were asked about. */
  readonly bundles: number;
  /** Those on which they differ, or that one of them takes and must not. */
  readonly faults: readonly { readonly name: string; readonly first: Opinion; readonly second: Opinion }[];
  readonly byRule: ReadonlyMap<string, number>;
  /** How many both took for sound. */
  readonly sound: number;
}

const sound = (): readonly Bundle[] => [sampleBundle(), cloudBundle(), eventfulBundle()];

/**
 * Asks both verifiers about the sound bundles, and about mutants of them, which both must find.
 * @param count - how many mutants
 * @param seed - which
 */
export async function compared(count: number, seed: number): Promise<Totals> {
  const bundles = sound();
  const parts = bundles.map((bundle, at) => mutantsOf(bundle, bundles.at(at - 1) ?? bundle, seed + at));
  const asked = [...bundles.map((bundle) => ({ name: 'sound', bundle })), ...taken(parts, count)];
  return judged(asked, application, ({ name, first, second }) =>
    [first, second].every(({ code }) => code === (name === 'sound' ? 0 : 1)),
  );
}

/**
 * Asks both verifiers about bundles that everybody signed anew, written by another version, so that neither can compare wording:
 * whatever they find, it is the same.
 * @param count - how many
 * @param seed - which
 * @param verifier - another program in Python than the one that is shipped
 */
export async function agreed(count: number, seed: number, verifier?: string): Promise<Totals> {
  const parts = sound().map((bundle, at) => signedAnew(bundle, seed + at));
  const isAgreed: Settled = ({ first, second }) => {
    const both = [first, second].map(({ code, broken }) => [code, ...forms.map((rule) => broken.includes(rule))]);
    return JSON.stringify(both[0]) === JSON.stringify(both[1]);
  };
  return judged(taken(parts, count), 'Keyferry 9.9.9', isAgreed, verifier);
}

/** Whatever else is broken, these stand for themselves: what is in no form no other rule looks at. */
const forms = ['LOG-CHAIN-INTACT', 'BUNDLE-EVENTS-IN-FORM'];

function* taken(parts: readonly Generator<Mutant, never>[], count: number): Generator<Mutant> {
  for (let made = 0; made < count; made += 1) {
    const next = parts[made % parts.length]?.next();
    if (next !== undefined) yield next.value;
  }
}

/** Whether what both say of a bundle is as it should be. */
type Settled = (opinions: { readonly name: string; readonly first: Opinion; readonly second: Opinion }) => boolean;

async function judged(mutants: Iterable<Mutant>, by: string, isSettled: Settled, verifier?: string): Promise<Totals> {
  const second = new SecondOpinion(verifier);
  const faults: { name: string; first: Opinion; second: Opinion }[] = [];
  const byRule = new Map<string, number>();
  const codes: number[] = [];
  try {
    for (const { name, bundle } of mutants) {
      const opinions = { name, first: firstOpinion(bundle, by), second: await second.of(bundle) };
      if (!isSettled(opinions)) faults.push(opinions);
      for (const rule of opinions.second.broken) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
      codes.push(Math.max(opinions.first.code, opinions.second.code));
    }
  } finally {
    second.end();
  }
  return { bundles: codes.length, faults, byRule, sound: codes.filter((code) => code === 0).length };
}
