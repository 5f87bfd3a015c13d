/** A comparison that fails. */
export interface Mismatch {
  /** What differs then, as a reason to stop. */
  readonly reason: string;
  /** What is done first: most differences are slips of the tongue. */
  readonly first: string;
}

/** By the beginning of the id of the step that compares. */
const mismatches: readonly (readonly [step: string, mismatch: Mismatch])[] = [
  ['prepare.plan', { reason: 'The hash of the plan does not match', first: once('that group') }],
  ['token.log-in', { reason: 'The serial number of the token does not match', first: once('it') }],
  ['bring-in.compare.', { reason: 'The fingerprint does not match', first: once('that group') }],
];

function once(what: string): string {
  return `If something does not match, read ${what} once more, slowly. Abort only if it still differs.`;
}

/**
 * Finds the reason for which people most likely stop at a step.
 * @param step - id of the step
 * @returns the reason, and what is done first; null at a step where nothing is compared
 */
export function mismatchAt(step: string): Mismatch | null {
  return mismatches.find(([start]) => step.startsWith(start))?.[1] ?? null;
}
