/**
 * Says whether somebody wrote their initials, in whatever case and however accents are composed.
 * @param written - what stands in the field
 * @param initials - of the person, as named at roll call
 */
export function isSameInitials(written: string, initials: string): boolean {
  return initials !== '' && folded(written) === folded(initials);
}

/**
 * Says whether what is written cannot become somebody's initials any more; while it can, nobody is told off.
 * @param written - what stands in the field
 * @param initials - of the person
 */
export function isNotInitials(written: string, initials: string): boolean {
  return !folded(initials).startsWith(folded(written));
}

function folded(text: string): string {
  return text.trim().normalize('NFC').toUpperCase();
}
