import { describe, expect, it } from 'vitest';
import type { DestinationType } from '../../../app/byok/support-matrix.ts';
import { everyForm } from './every-form.ts';
import { feed, product } from './feed.ts';
import { derOf } from './forms.ts';
import { faultOf } from './oracle.ts';

/** One seed for all: what fails once fails always. */
const seed = 20_261_124;
const inputs = 100_000;

/**
 * Declares the fuzz tests of some destinations.
 */
export function fuzzOf(types: readonly DestinationType[]): void {
  describe.each(types)('inbound files for %s', (type) => {
    it.each(everyForm[type].map((form) => [form.name, form] as const))('are read as they stand: %s', (_, form) => {
      for (const values of form.calls) {
        const files = form.build(values);
        const reading = product(form, files);
        expect(faultOf(form, files, reading)).toBeNull();
        expect(reading.kek.spki).toEqual(derOf(values));
        if (values.token.length > 0) expect(reading.carried.importToken).toEqual(values.token);
      }
    });

    it(
      'are refused by a rule or read right, mutated in 100,000 ways: no crash, no hang, nothing broken is taken',
      { timeout: 900_000 },
      async () => {
        const { fed, accepted, refused, rules } = await feed(type, inputs, seed);
        expect(fed).toBe(inputs);
        expect(accepted + refused).toBe(fed);
        // A parser that takes everything, or nothing, has not been tried.
        expect(accepted).toBeGreaterThan(10_000);
        expect(refused).toBeGreaterThan(50_000);
        expect(rules.size).toBeGreaterThanOrEqual(15);
      },
    );
  });
}
