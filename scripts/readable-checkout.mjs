// A checkout below /root, or one made with a strict umask, cannot be read by the ordinary user that opens the window. Then
// the window runs from a copy in the cache: node_modules is linked (copied across file systems), the rest is copied anew.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { electron, inCache, inCheckout, root } from './paths.mjs';
import { SetupFailed, quietly, say } from './run.mjs';

const leftOut = new Set(['.git', 'node_modules', 'out', 'coverage', 'test-results', '.svelte-check']);
const needed = [
  'package.json',
  'dist/main/start.js',
  'dist/token/libsofthsm2.so',
  'node_modules/electron/dist/electron',
];

/** @typedef {ReturnType<typeof import('./ordinary-user.mjs').ordinaryUser>} OrdinaryUser */

/** @param {OrdinaryUser} user @param {string} file */
function canRead(user, file) {
  const [command, args] = user.program('test', ['-r', file]);
  return spawnSync(command, args, { cwd: '/' }).status === 0;
}

/** @param {string} copy */
function linkPackages(copy) {
  const record = readFileSync(inCheckout('node_modules/.package-lock.json'));
  const addon = readFileSync(inCheckout('node_modules/pkcs11js/applied.patch'));
  const wanted = createHash('sha256').update(record).update(addon).digest('hex');
  const stamp = path.join(copy, '.node_modules-copied');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const target = path.join(copy, 'node_modules');
  rmSync(target, { recursive: true, force: true });
  const linked = spawnSync('cp', ['-al', inCheckout('node_modules'), target]).status === 0;
  if (!linked) {
    rmSync(target, { recursive: true, force: true });
    quietly('cp', ['-a', inCheckout('node_modules'), target], { byHand });
  }
  quietly('chmod', ['-R', 'a+rX', target], { byHand });
  writeFileSync(stamp, wanted);
}

const byHand = 'By hand: put the checkout where every user may read it, in /srv for example.';

/** @returns {string} the copy's folder */
function copyCheckout() {
  const copy = inCache(`checkout-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`);
  mkdirSync(copy, { recursive: true });
  linkPackages(copy);
  for (const name of readdirSync(root).filter((entry) => !leftOut.has(entry))) {
    rmSync(path.join(copy, name), { recursive: true, force: true });
    quietly('cp', ['-a', inCheckout(name), path.join(copy, name)], { byHand });
    quietly('chmod', ['-R', 'a+rX', path.join(copy, name)], { byHand });
  }
  return copy;
}

/**
 * @param {OrdinaryUser} user
 * @returns {string} a folder with this checkout's files that the user can read: the checkout itself where possible
 */
export function readableCheckout(user) {
  if (needed.every((file) => canRead(user, inCheckout(file)))) return root;
  say(`the ordinary user cannot read ${root}: running from a copy in ${inCache()}`);
  const copy = copyCheckout();
  const unreadable = needed.filter((file) => !canRead(user, path.join(copy, file)));
  if (unreadable.length === 0) return copy;
  throw new SetupFailed(
    `the ordinary user cannot read ${unreadable.join(', ')} (Electron lies at ${electron}). ${byHand}`,
  );
}
