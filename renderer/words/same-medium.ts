import type { Medium } from '../../app/contract/calls.ts';

/**
 * Finds what was chosen to be written to and lies where something else does already. Main refuses the same folder twice;
 * whether two folders are on one medium it leaves to the people.
 * @param chosen - what is to be written to
 * @param readFrom - what the wrapping keys were read from, as long as this window has been open; null while nobody knows
 * @param listed - everything that can be chosen, removable media with their paths
 * @returns sentences in the order in which they were chosen
 */
export function sameMedium(
  chosen: readonly Medium[],
  readFrom: Medium | null,
  listed: readonly Medium[],
): readonly string[] {
  const isOn = (one: Medium, other: Medium): boolean =>
    isWithin(one.path, other.path) ||
    isWithin(other.path, one.path) ||
    (volumeOf(one, listed) !== null && volumeOf(one, listed) === volumeOf(other, listed));
  const inbound = chosen
    .filter((medium) => readFrom !== null && isOn(medium, readFrom))
    .map(
      ({ label }) => `“${label}” is where the wrapping keys were read from, media A. Media B should be another one.`,
    );
  const twice = chosen.flatMap((medium, index) =>
    chosen
      .slice(0, index)
      .filter((earlier) => isOn(medium, earlier))
      .map(({ label }) => `“${label}” and “${medium.label}” are on one medium: whoever loses it loses both copies.`),
  );
  return [...inbound, ...twice];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The removable medium that a folder lies on; a medium may be mounted below another. */
function volumeOf({ path }: Medium, listed: readonly Medium[]): string | null {
  const volumes = listed.filter((medium) => medium.isRemovable && isWithin(path, medium.path)).map((one) => one.path);
  return volumes.toSorted((one, other) => other.length - one.length)[0] ?? null;
}
