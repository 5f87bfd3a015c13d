import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `usage: npm run paper -- script --plan FILE --out FILE.pdf [--production]
       npm run paper -- report --log LOG --out FILE.pdf [--json FILE.json]

The script of a rehearsal says so on every page; --production makes the script of a ceremony that counts.
LOG is the folder of a bundle or of a saved record, a log.jsonl, or the log.sqlite of a ceremony that nobody has open.`;

/** What the command line says; paths absolute. */
export type PaperOptions = ScriptOptions | ReportOptions;

export interface ScriptOptions {
  readonly paper: 'script';
  readonly plan: string;
  readonly out: string;
  readonly mode: 'rehearsal' | 'production';
}

export interface ReportOptions {
  readonly paper: 'report';
  readonly log: string;
  readonly out: string;
  /** Where the same report goes as JSON; null when it is not wanted. */
  readonly json: string | null;
}

/**
 * Reads the command line.
 * @param args - without the executable and the script
 * @returns the options, or null when they are wrong
 */
export function readOptions(args: readonly string[]): PaperOptions | null {
  const [paper, ...more] = args;
  if (paper === 'script') return scriptOptions(more);
  return paper === 'report' ? reportOptions(more) : null;
}

function scriptOptions(args: readonly string[]): ScriptOptions | null {
  const given = parsed(() => {
    const options = { plan: { type: 'string' }, out: { type: 'string' }, production: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options, strict: true }).values;
  });
  if (given?.plan === undefined || given.out === undefined) return null;
  const mode = given.production === true ? 'production' : 'rehearsal';
  return { paper: 'script', plan: resolve(given.plan), out: resolve(given.out), mode };
}

function reportOptions(args: readonly string[]): ReportOptions | null {
  const given = parsed(() => {
    const options = { log: { type: 'string' }, out: { type: 'string' }, json: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options, strict: true }).values;
  });
  if (given?.log === undefined || given.out === undefined) return null;
  const json = given.json === undefined ? null : resolve(given.json);
  return { paper: 'report', log: resolve(given.log), out: resolve(given.out), json };
}

function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
