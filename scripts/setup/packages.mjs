// The npm packages, exactly as the lockfile has them. Nothing a package wants to run at install time is run.
import { existsSync, readFileSync } from 'node:fs';
import { inCheckout, root } from '../paths.mjs';
import { quietly, say } from '../run.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked */

/** @param {string} file a lockfile @returns {Record<string, Locked>} its packages, without the project itself */
function lockedPackages(file) {
  const { packages } = JSON.parse(readFileSync(inCheckout(file), 'utf8'));
  delete packages[''];
  return packages;
}

/** True when npm's own record of node_modules equals the lockfile (other platforms' packages aside) and it is all there. */
function asLocked() {
  if (!existsSync(inCheckout('node_modules/.package-lock.json'))) return false;
  const wanted = lockedPackages('package-lock.json');
  const installed = lockedPackages('node_modules/.package-lock.json');
  return (
    Object.keys(installed).every((name) => name in wanted && existsSync(inCheckout(name, 'package.json'))) &&
    Object.entries(wanted).every(([name, { version, integrity, optional }]) => {
      const found = installed[name];
      return found ? found.version === version && found.integrity === integrity : optional === true;
    })
  );
}

export function ensurePackages() {
  if (asLocked()) return;
  say('installing the npm packages named in package-lock.json into node_modules (about half a minute)');
  quietly('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: root,
    byHand:
      'By hand: run `npm ci --ignore-scripts` in the checkout. It needs the npm registry (or a warm npm cache) and ' +
      'write access to the checkout.',
  });
}
