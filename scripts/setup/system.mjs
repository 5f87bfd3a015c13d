// Debian packages. Only missing ones are installed, nothing already there is upgraded.
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { isRoot } from '../paths.mjs';
import { SetupFailed, foreground, quietly, say } from '../run.mjs';

const sets = {
  build: {
    why: 'to compile the PKCS#11 addon and the rehearsal token',
    packages: ['g++', 'make', 'python3', 'cmake', 'patch', 'libssl-dev'],
  },
  runtime: {
    why: 'the libraries Electron needs, a virtual screen for machines without one, and OpenSSL',
    packages: [
      ...['libnss3', 'libatk1.0-0', 'libatk-bridge2.0-0', 'libgtk-3-0', 'libgbm1', 'libasound2', 'libxss1'],
      ...['libdrm2', 'libcups2', 'dbus-x11', 'xvfb', 'xauth', 'openssl'],
    ],
  },
  tests: {
    why: "Debian's own SoftHSM, which the tests take for an HSM that lacks things, Python for the second verifier, a compiler",
    packages: ['libsofthsm2', 'python3', 'g++'],
  },
};

/** @param {readonly string[]} packages @returns {string[]} */
function missing(packages) {
  const format = '${Package} ${db:Status-Status}\n';
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', format, ...packages], { encoding: 'utf8' });
  const installed = new Set((stdout ?? '').split('\n'));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

/** @param {string} command @returns {Promise<boolean>} */
async function agreed(command) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`keyferry: run \`${command}\` now? [Y/n] `);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}

/** @param {string[]} apt */
function installAsRoot(apt) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A stale or partly unreachable list is no reason to stop: the installation below says what is really missing.
  spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', 'update'], { env, stdio: 'ignore' });
  quietly('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...apt], {
    env,
    byHand: `By hand, as root: apt-get update && apt-get ${apt.join(' ')}`,
  });
}

/**
 * Installs what is missing of a set: at once as root, after a yes on a terminal, else it stops and says the command.
 * @param {keyof typeof sets} set
 */
export async function ensureSystem(set) {
  const wanted = missing(sets[set].packages);
  if (wanted.length === 0) return;
  say(`Debian packages to install (${sets[set].why}): ${wanted.join(' ')}`);
  const apt = ['install', '-y', '--no-install-recommends', '--no-upgrade', ...wanted];
  if (isRoot) return installAsRoot(apt);
  const script = `apt-get update; apt-get ${apt.join(' ')}`;
  const command = `sudo sh -c '${script}'`;
  if (!process.stdin.isTTY || !(await agreed(command))) {
    throw new SetupFailed(`these packages must be installed first. By hand: ${command}`);
  }
  const code = await foreground('sudo', ['sh', '-c', script]).catch(() => 1);
  if (code !== 0) throw new SetupFailed(`the installation failed. By hand: ${command}`);
}
