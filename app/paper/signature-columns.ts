/**
 * The columns in which people sign, on a script and on a report.
 * @param first - what they are: their role, or their function
 */
export function signatureColumns(first: string): readonly (readonly [heading: string, share: number])[] {
  return [[first, 3], ['Name', 5], ['Signature', 6], ['Date and time, UTC', 4]]; // prettier-ignore
}
