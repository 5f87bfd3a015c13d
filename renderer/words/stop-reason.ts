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

/** The contract takes this many UTF-16 code units. */
const longest = 500;
const separator = ': ';

/**
 * Says how much people may add to a reason.
 * @param mismatch - the reason that is known already, if one is
 * @returns UTF-16 code units
 */
export function roomBeside(mismatch: string | null): number {
  return mismatch === null ? longest : longest - mismatch.length - separator.length;
}

/**
 * Puts the reason together as it will stand in the log. What the log takes no part of, such as invisible characters
 * that came with pasted text, becomes a space: nobody who says stop is sent back for them.
 * @param mismatch - the reason that is known already, if one is
 * @param typed - what somebody added, or the whole reason
 * @returns 1 to 500 printable characters, or nothing when no reason was given
 */
export function stopReason(mismatch: string | null, typed: string): string {
  const said = typed.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
  return [mismatch ?? '', said].filter((part) => part !== '').join(separator);
}
