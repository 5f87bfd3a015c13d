import type { InShells, UploadCommand } from '../format.ts';

/** Makes curl end with the HTTP status in a line of its own; no character of it means anything to a shell. */
export const showStatus = "-w '\\n%{http_code}\\n'";

/**
 * A command that both shells take to the letter.
 * @param purpose - what it is for, and what it should say
 */
export function inBothShells(purpose: string, command: string): UploadCommand {
  return { purpose, posix: command, powershell: command };
}

/**
 * What a POSIX shell puts in the place of a member of a JSON file: its value, which has no quotes in it. The file is one of
 * `jsonFile`, where each member stands in a line of its own.
 * @param name - of the member
 * @param file - relative to the top of the bundle
 */
export function memberInPosix(name: string, file: string): string {
  return `"$(awk -F'"' '$2=="${name}"{print $4}' '${file}')"`;
}

/**
 * Several lines of PowerShell as one statement: the first error ends all of it, so that no line goes on with what an
 * earlier run has left behind.
 */
export function inOneBlock(...lines: readonly string[]): string {
  const indented = ["$ErrorActionPreference = 'Stop'", ...lines.flatMap((line) => line.split('\n'))];
  return ['& {', ...indented.map((line) => `  ${line}`), '}'].join('\n');
}

/** A file that a command is about to write must not be there from an earlier run. */
export function removeFile(...files: readonly string[]): InShells {
  const quoted = files.map((file) => `'${file}'`);
  return {
    posix: `rm -f ${quoted.join(' ')}`,
    powershell: `Remove-Item -ErrorAction Ignore -LiteralPath ${quoted.join(', ')}`,
  };
}
