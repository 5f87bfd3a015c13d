import type { JsonValue } from '../../app/audit/canonical-json.ts';

/** The names of members, and numbers of items, from the top of a value down to a place in it. */
export type Path = readonly string[];

/**
 * Every place in a value, itself first.
 * @param but - places, joined by dots, that are left out with all that is in them
 */
export function* placesIn(
  value: JsonValue,
  but: readonly string[],
  path: Path = [],
): Generator<readonly [Path, JsonValue]> {
  if (but.includes(path.join('.'))) return;
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, each] of Object.entries(value)) yield* placesIn(each, but, [...path, name]);
}

/** The value with another one at a place. */
export function put(value: JsonValue, [name, ...rest]: Path, change: (found: JsonValue) => JsonValue): JsonValue {
  if (name === undefined) return change(value);
  const members = Object.entries(value as Readonly<Record<string, JsonValue>>).map(
    ([member, each]) => [member, member === name ? put(each, rest, change) : each] as const,
  );
  return Array.isArray(value) ? members.map(([, each]) => each) : Object.fromEntries(members);
}
