import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { hexToBytes } from '../../../app/keys/bytes.ts';
import { pgpWords } from '../../../app/keys/fingerprint.ts';
import { shortForm, shortLine } from '../../../app/keys/short-form.ts';

it('the short form of a hash is its first three bytes and its last, in hex and in words', () => {
  const hex = 'e582'.padEnd(60, '0') + '91d2';
  // PGPfone's own example begins E5 82: topmost, Istanbul.
  expect(shortForm(hex).hex.replaceAll(/[^0-9A-F]/gu, '')).toBe('E58200D2');
  expect(shortForm(hex).words.slice(0, 2)).toEqual(['topmost', 'Istanbul']);
});

it('every hash has the words of the same bytes, and its line has the outer two', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 64, maxLength: 64 }),
      (hex) => {
        const words = pgpWords(hexToBytes(hex));
        expect(shortForm(hex).words).toEqual([words[0], words[1], words[2], words[31]]);
        expect(shortLine(hex)).toMatch(new RegExp(`^[0-9A-F]{4} [0-9A-F]{2}.*${words[0]}.*${words[31]}$`, 'u'));
      },
    ),
  );
});
