import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `usage: npm run rehearse -- --plan FILE --inbound DIR --outbound DIR [--outbound DIR]...
                          [--profile DIR] [--module FILE --token-serial SERIAL]

Without --module the rehearsal makes a soft token and a PIN of its own. With --module the token's PIN is read from
standard input, one line; a PIN is never an argument.`;

/** What the command line says; paths absolute. */
export interface RehearseOptions {
  readonly plan: string;
  readonly inbound: string;
  readonly outbound: readonly string[];
  readonly profile: string;
  readonly token: { readonly module: string; readonly serial: string } | null;
}

/**
 * Reads the command line.
 * @param args - without the executable and the script
 * @returns the options, or null when they are wrong
 */
export function readOptions(args: readonly string[]): RehearseOptions | null {
  const values = parse(args);
  if (values?.plan === undefined || values.inbound === undefined || values.outbound === undefined) return null;
  const { module, 'token-serial': serial } = values;
  if ((module === undefined) !== (serial === undefined)) return null;
  return {
    plan: resolve(values.plan),
    inbound: resolve(values.inbound),
    outbound: values.outbound.map((folder) => resolve(folder)),
    profile: values.profile === undefined ? defaultProfile() : resolve(values.profile),
    token: module === undefined || serial === undefined ? null : { module: resolve(module), serial },
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  try {
    const options = {
      plan: string,
      inbound: string,
      outbound: { type: 'string', multiple: true },
      profile: string,
      module: string,
      'token-serial': string,
    } as const;
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch {
    return null;
  }
}

/** Beside what the window keeps, so that a rehearsal's log is never lost and never in the way. */
function defaultProfile(): string {
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'keyferry', 'rehearsals');
}
