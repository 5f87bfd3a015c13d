/** What differs when a comparison fails, by the beginning of the id of the step that compares. */
const mismatches: readonly (readonly [step: string, words: string])[] = [
  ['prepare.plan', 'The hash of the plan does not match'],
  ['token.log-in', 'The serial number of the token does not match'],
  ['bring-in.compare.', 'The fingerprint does not match'],
];

/**
 * Finds the reason for which people most likely stop at a step.
 * @param step - id of the step
 * @returns the reason in words, or null at a step where nothing is compared
 */
export function mismatchAt(step: string): string | null {
  return mismatches.find(([start]) => step.startsWith(start))?.[1] ?? null;
}
