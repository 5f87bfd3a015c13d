import type { PassphraseAdvice } from '../../app/approval/passphrase.ts';

/** What each place of the meter means, so that nobody has to count its bars. */
const words: Readonly<Record<PassphraseAdvice['meter'], string>> = {
  0: 'not strong enough',
  1: 'just strong enough',
  2: 'good',
  3: 'strong',
  4: 'very strong',
};

/**
 * Says what the meter of a passphrase shows.
 * @param meter - 0 where it is refused, to 4
 */
export function strengthOf(meter: PassphraseAdvice['meter']): string {
  return words[meter];
}
