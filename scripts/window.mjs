// Starting what opens a window: as an ordinary user, with the sandbox on, on a virtual screen where there is none.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { electron, isRoot } from './paths.mjs';
import { ordinaryUser } from './ordinary-user.mjs';
import { readableCheckout } from './readable-checkout.mjs';
import { SetupFailed, foreground, say } from './run.mjs';

/**
 * Chromium's sandbox needs user namespaces or, where the system forbids them, its set-uid program.
 * @param {ReturnType<typeof ordinaryUser>} user
 */
function ensureSandbox(user) {
  const [command, args] = user.program('unshare', ['--user', 'true']);
  if (spawnSync(command, args, { cwd: '/', stdio: 'ignore' }).status === 0) return;
  const program = path.join(path.dirname(realpathSync(electron)), 'chrome-sandbox');
  const { uid, mode } = statSync(program);
  if (uid === 0 && (mode & 0o4000) !== 0) return;
  if (!isRoot) {
    const commands = `sudo chown root:root ${program} && sudo chmod 4755 ${program}`;
    throw new SetupFailed(
      `this system forbids user namespaces, which the window's sandbox needs. By hand: ${commands}`,
    );
  }
  say("this system forbids user namespaces: making Electron's chrome-sandbox set-uid root, as its sandbox then needs");
  chownSync(program, 0, 0);
  chmodSync(program, 0o4755);
}

/**
 * Prepares the place where windows can be opened.
 * @returns {{ checkout: string, owns: (folder: string) => void,
 *   run: (command: string, args: string[], env?: NodeJS.ProcessEnv) => Promise<number> }}
 *   `checkout` is where that user finds this checkout's files, `owns` gives him a folder, `run` starts a program there
 */
export function windowPlace() {
  const user = ordinaryUser();
  ensureSandbox(user);
  const checkout = readableCheckout(user);
  const hasScreen = Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  const screen = hasScreen ? [] : ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24'];
  return {
    checkout,
    owns: user.owns,
    run: (program, programArgs, env = {}) => {
      if (!hasScreen)
        say('there is no screen (no DISPLAY, no WAYLAND_DISPLAY): using a virtual one, which nobody sees');
      const [first = program, ...rest] = [...screen, program, ...programArgs];
      const [command, args] = user.program(first, rest);
      return foreground(command, args, { cwd: checkout, env: { ...user.env, ...env } });
    },
  };
}
