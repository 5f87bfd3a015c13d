/** The contract takes this many UTF-16 code units. */
const longest = 500;
const separator = ': ';

/**
 * Says how much people may add to a reason.
 * @param known - the part of the reason that is known already, if one is
 * @returns UTF-16 code units
 */
export function roomBeside(known: string | null): number {
  return known === null ? longest : longest - known.length - separator.length;
}

/**
 * Puts a reason together as it will stand in the log. What the log takes no part of, such as line breaks and invisible
 * characters that came with pasted text, becomes a space: nobody who says stop is sent back for them.
 * @param known - the part of the reason that is known already, if one is
 * @param typed - what somebody added, or the whole reason
 * @returns 1 to 500 printable characters, or nothing when no reason was given
 */
export function reasonOf(known: string | null, typed: string): string {
  const said = typed.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
  return [known ?? '', said].filter((part) => part !== '').join(separator);
}
