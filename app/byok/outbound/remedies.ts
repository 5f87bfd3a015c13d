import type { KeyToUpload } from '../format.ts';

/** Whether the HSM still holds the key when the online desk reads of it. */
type Held = Pick<KeyToUpload<unknown>, 'after'>;

/**
 * What is left when the cloud opens the files of a key no more: sentences.
 * @param key - a key that the HSM keeps can be wrapped once more
 */
export function wrapAgain({ after }: Held): string {
  return after === 'keep'
    ? 'Fetch what the ceremony needs anew and wrap the key again: a new ceremony; the HSM still holds the key.'
    : 'The ceremony destroys the key in the HSM, so that nobody can wrap it again: what is left is another key, by a new ceremony.';
}

/**
 * How people prove what the cloud does not: by the HSM, as long as it holds the key.
 * @param comparison - a sentence, for a key that the HSM keeps
 */
export function compareWithHsm({ after }: Held, comparison: string): string {
  return after === 'keep'
    ? comparison
    : 'The ceremony destroys the key in the HSM, so that nothing can be compared with it afterwards.';
}
