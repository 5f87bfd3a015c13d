/**
 * Makes a set of ids that nobody changes.
 * @param ids - of people; none where there are none
 */
export function idSet(ids: readonly string[] = []): ReadonlySet<string> {
  return new Set(ids);
}
