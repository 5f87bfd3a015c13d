// The three bundles under dist/: main (with the HSM process), preload, renderer.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inCheckout, root, toolNode } from './paths.mjs';
import { SetupFailed, foreground, say } from './run.mjs';

const bundles = ['main', 'preload', 'renderer'];
const sources = ['app', 'main', 'renderer', 'resources', 'package.json', 'package-lock.json', 'tsconfig.json'];
const stamp = inCheckout('dist/built');

/** @param {string} name below the checkout @returns {string[]} the files there, sorted */
function filesOf(name) {
  const where = inCheckout(name);
  if (!existsSync(where)) return [];
  if (statSync(where).isFile()) return [name];
  const entries = readdirSync(where, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** One hash over everything a build reads. */
function sourcesHash() {
  const hash = createHash('sha256');
  const configs = bundles.map((bundle) => `vite.${bundle}.config.ts`);
  for (const file of [...sources, ...configs].flatMap(filesOf)) {
    hash.update(`${file}\0`).update(readFileSync(inCheckout(file)));
  }
  return hash.digest('hex');
}

/** Builds all bundles. @throws {SetupFailed} when one cannot be built */
export async function build() {
  rmSync(stamp, { force: true });
  const before = sourcesHash();
  for (const bundle of bundles) {
    const vite = inCheckout('node_modules/vite/bin/vite.js');
    const args = [vite, 'build', '--config', `vite.${bundle}.config.ts`, '--logLevel', 'warn'];
    const code = await foreground(toolNode, args, { cwd: root });
    if (code !== 0) throw new SetupFailed(`dist/${bundle} could not be built; the messages above say why.`);
    say(`built dist/${bundle}`);
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, before);
}

/** Builds unless dist/ already holds what these sources make. */
export async function ensureBuilt() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash()) return;
  await build();
}
