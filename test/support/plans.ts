import * as fc from 'fast-check';
import { roles } from '../../app/ceremony/roles.ts';
import { azureKey, planWith } from './walk.ts';

/** Any number of seats of each role, and a quorum that they can fill. */
const counts = fc
  .tuple(...roles.map(() => fc.tuple(fc.nat(4), fc.nat(4))))
  .map((pairs) => pairs.map(([seats, asked]) => ({ seats, asked: Math.min(seats, asked) })))
  .filter((pairs) => pairs.some(({ asked }) => asked > 0));

const key = fc.record({
  spec: fc.constantFrom('ec-p256', 'ec-p384', 'rsa-2048', 'rsa-4096'),
  after: fc.constantFrom('destroy', 'keep'),
});

const letters = fc.constantFrom(...Array.from('abcXYZ 019._-éŁЖωế中'));

/** Documents of sound plans: people, keys and words of many kinds. */
export const planDocuments: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    counts,
    keys: fc.array(key, { minLength: 1, maxLength: 6 }),
    title: fc.string({ unit: letters, minLength: 1, maxLength: 60 }).filter((title) => /\S/u.test(title) && !title.startsWith('-')), // prettier-ignore
    purpose: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')),
    copies: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ counts: pairs, keys, ...words }) =>
    planWith(
      keys.map((each, index) => azureKey(`key-${index + 1}`, each)),
      {
        ...words,
        roles: Object.fromEntries(roles.map((role, index) => [role, pairs[index]?.seats ?? 0])),
        quorum: Object.fromEntries(roles.map((role, index) => [role, pairs[index]?.asked ?? 0])),
      },
    ),
  );
