import { resolve } from 'node:path';

/** Switches of the packaged application: its own, and the ones that only say how to draw. */
const known = new Set(['profile', 'force-device-scale-factor', 'ozone-platform', 'ozone-platform-hint']);

/** What opens the application to a debugger; taken only by a build whose inspect fuse is on, which a test copy's is. */
const debugging = new Set(['inspect', 'remote-debugging-port']);

export interface Arguments {
  /** Folder of the profile, absolute; null for the user's own. */
  readonly profile: string | null;
  /** Switches the packaged application does not take: one of them could turn the sandbox or the web's borders off. */
  readonly refused: readonly string[];
}

/**
 * Reads the command line.
 * @param argv - process.argv
 * @param isInspected - whether Node's inspector is open, which the fuses of a release forbid
 * @returns the profile and the switches that are not taken
 */
export function readArguments(argv: readonly string[], isInspected: boolean): Arguments {
  const switches = argv.slice(1).flatMap((argument) => {
    const match = /^--?([^=]+)(?:=(.*))?$/su.exec(argument);
    return match === null ? [] : [{ name: match[1] ?? '', value: match[2] }];
  });
  const profile = switches.findLast(({ name }) => name === 'profile')?.value;
  const names = switches.map(({ name }) => name);
  return {
    profile: profile === undefined || profile === '' ? null : resolve(profile),
    refused: names.filter((name) => !known.has(name) && !(isInspected && debugging.has(name))),
  };
}
