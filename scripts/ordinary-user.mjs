// Chromium's sandbox refuses root, and a window has no need of root. When a command is run as root, its window is opened
// by the system user `keyferry`, which is made on first use; anybody else opens it as himself.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { isRoot } from './paths.mjs';
import { quietly, say } from './run.mjs';

const name = 'keyferry';
const home = '/var/lib/keyferry';
const rootsOwn = /^(XDG_|DBUS_SESSION_BUS_ADDRESS$|TMPDIR$|npm_config_cache$)/;

/** @returns {{ uid: number, gid: number } | null} */
function lookUp() {
  const found = spawnSync('getent', ['passwd', name], { encoding: 'utf8' });
  if (found.status !== 0) return null;
  const [, , uid, gid] = found.stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function ensureUser() {
  const existing = lookUp();
  if (existing) return existing;
  say(`making the system user ${name}: the window's sandbox does not run as root`);
  const options = ['--system', '--user-group', '--home-dir', home, '--create-home', '--shell', '/usr/sbin/nologin'];
  quietly('useradd', [...options, name], { byHand: 'By hand: run the command as an ordinary user.' });
  const made = lookUp();
  if (!made) throw new Error(`useradd made no user ${name}`);
  return made;
}

/** @param {{ uid: number, gid: number }} user */
function environmentOf({ uid, gid }) {
  const runtime = path.join(home, 'runtime');
  mkdirSync(runtime, { recursive: true, mode: 0o700 });
  chownSync(runtime, uid, gid);
  const kept = Object.entries(process.env).filter(([key]) => !rootsOwn.test(key));
  return { ...Object.fromEntries(kept), HOME: home, USER: name, LOGNAME: name, XDG_RUNTIME_DIR: runtime };
}

/** Who opens the window: how to start a program as that user, and how to give that user a folder to write to. */
export function ordinaryUser() {
  /** @typedef {[command: string, args: string[]]} Program */
  if (!isRoot) {
    return {
      env: process.env,
      /** @param {string} command @param {string[]} args @returns {Program} */
      program: (command, args) => [command, args],
      /** @param {string} folder */
      owns: (folder) => void mkdirSync(folder, { recursive: true }),
    };
  }
  const user = ensureUser();
  const become = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--'];
  return {
    env: environmentOf(user),
    /** @param {string} command @param {string[]} args @returns {Program} */
    program: (command, args) => ['setpriv', [...become, command, ...args]],
    /** @param {string} folder */
    owns: (folder) => {
      mkdirSync(folder, { recursive: true });
      chownSync(folder, user.uid, user.gid);
    },
  };
}
