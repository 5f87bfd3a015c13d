// Electron's own Node: its crypto (BoringSSL) and its addon interface are what ships.
import { electron, inCheckout } from './paths.mjs';
import { foreground } from './run.mjs';

export const electronNodeEnvironment = () => ({ ...process.env, ELECTRON_RUN_AS_NODE: '1' });

/**
 * Runs one of the checkout's command line programs, main/cli/<name>.ts, with this process's arguments.
 * @param {string} name also the name of its npm script
 */
export function runCommand(name) {
  // npm starts a script in the checkout; relative paths are meant from where the person stood.
  const byNpm = process.env['npm_lifecycle_event'] === name;
  const cwd = (byNpm && process.env['INIT_CWD']) || process.cwd();
  const script = inCheckout('main/cli', `${name}.ts`);
  return foreground(electron, [script, ...process.argv.slice(2)], { cwd, env: electronNodeEnvironment() });
}
