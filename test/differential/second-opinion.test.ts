import { describe, expect, it } from 'vitest';
import { sampleBundle } from '../app/bundle/sample-bundle.ts';
import { cloudBundle } from '../app/bundle/sample-clouds.ts';
import { compared } from './campaign.ts';
import { mutantsOf, type Mutant } from './mutants.ts';

// The verifier of the application, and the one in Python that was written from docs/record-format.md alone.

/** More of them, and by another seed: `npm run test:differential`. */
const slice = 160;

describe('both verifiers', () => {
  it('find the sound bundles sound, and every mutant of them broken', async () => {
    const { faults, mutants, byRule } = await compared(slice, 20261126);
    expect(faults).toEqual([]);
    expect(mutants).toBe(slice);
    // Not by one rule alone: what each of them finds differs.
    expect(byRule.size).toBeGreaterThan(10);
  }, 240_000);
});

describe('the mutants', () => {
  it('are the same for the same seed, and differ from the bundle that they are of', () => {
    const made = (): Mutant[] => {
      const mutants = mutantsOf(sampleBundle(), cloudBundle(), 7);
      return Array.from({ length: 12 }, () => mutants.next().value);
    };
    const [first, second] = [made(), made()];
    expect(first).toEqual(second);
    for (const { bundle } of first) expect(bundle.files).not.toEqual(sampleBundle().files);
  });
});
