import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `usage: npm run paper -- script --plan FILE --out FILE.pdf [--production]

The script of a rehearsal says so on every page; --production makes the script of a ceremony that counts.`;

/** What the command line says; paths absolute. */
export interface PaperOptions {
  readonly plan: string;
  readonly out: string;
  readonly mode: 'rehearsal' | 'production';
}

/**
 * Reads the command line.
 * @param args - without the executable and the script
 * @returns the options, or null when they are wrong
 */
export function readOptions(args: readonly string[]): PaperOptions | null {
  const given = parse(args);
  if (given === null) return null;
  const { plan, out, production = false } = given.values;
  if (given.positionals.join(' ') !== 'script' || plan === undefined || out === undefined) return null;
  return { plan: resolve(plan), out: resolve(out), mode: production ? 'production' : 'rehearsal' };
}

function parse(args: readonly string[]) {
  const options = { plan: { type: 'string' }, out: { type: 'string' }, production: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch {
    return null;
  }
}
