import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UploadCommand, UploadSection } from '../../app/byok/format.ts';
import { putFiles } from './put-files.ts';
import { scratchFolder } from './token.ts';

/** What a shell made of a script. */
export interface ShellRun {
  readonly output: string;
  /** The calls of the cloud's command line: its name and its arguments, in order. */
  readonly calls: readonly (readonly string[])[];
}

/**
 * Runs commands of an upload sheet in a real POSIX shell, at the top of a bundle, with the cloud's command line replaced.
 * @param script - what the sheet prints
 * @param tool - `gcloud`, `oci`, `vault`
 * @param answer - shell commands that play the tool's part; they see its arguments
 * @param files - of the bundle, by path
 */
export function runPosix(
  script: string,
  tool: string,
  answer: string,
  files: Readonly<Record<string, string>> = {},
): ShellRun {
  const { folder, remove } = scratchFolder();
  const bundle = join(folder, 'bundle');
  const log = join(folder, 'calls');
  try {
    mkdirSync(bundle);
    writeFileSync(log, '');
    putFiles(bundle, Object.entries(files));
    const stub = `${tool}() {\nprintf '%s\\0' ${tool} "$@" >> ../calls\nprintf '\\0' >> ../calls\n${answer}\n}\n`;
    const output = execFileSync('sh', ['-eu'], { cwd: bundle, input: stub + script, encoding: 'utf8' });
    const calls = readFileSync(log, 'utf8')
      .split('\0\0')
      .filter((call) => call !== '');
    return { output, calls: calls.map((call) => call.split('\0')) };
  } finally {
    remove();
  }
}

/** Every command of a section. */
export function commandsOf({ signIn, upload, checks }: UploadSection): readonly UploadCommand[] {
  return [...signIn, ...upload, ...checks];
}

/** What stands outside single quotes, where a shell would look into it. */
export function unquoted(command: string): string {
  return command.replace(/'[^']*'/g, '');
}
