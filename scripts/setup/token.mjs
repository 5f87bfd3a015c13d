// The rehearsal token: SoftHSM 2.6.1 from Debian's own source archive, with resources/token's patch, built once into the
// cache and copied to dist/token with its licence. Beside it the tests' fault shim (test/support/p11shim.c).
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { inCache, inCheckout } from '../paths.mjs';
import { quietly, say } from '../run.mjs';
import { fetchSofthsm, tarballByHand } from './softhsm-source.mjs';
import { ensureSystem } from './system.mjs';

const patchFile = inCheckout('resources/token/softhsm-2.6.1-byok.patch');
const licence = inCheckout('resources/token/LICENSE.softhsm');
const shimSource = inCheckout('test/support/p11shim.c');
const modules = ['libsofthsm2.so', 'libp11shim.so'];
const options = [
  ...['-DCMAKE_BUILD_TYPE=Release', '-DENABLE_EDDSA=ON', '-DENABLE_GOST=OFF', '-DENABLE_P11_KIT=OFF'],
  ...['-DENABLE_STATIC=OFF', '-DDISABLE_NON_PAGED_MEMORY=ON', '-DBUILD_TESTS=OFF'],
];

/** What decides the result, in one short name: a change of patch, licence, shim or options builds anew. */
function recipe() {
  const hash = createHash('sha256').update(options.join(' '));
  for (const file of [patchFile, licence, shimSource]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

/** @param {string} work a scratch folder @returns {string} the built module */
function buildSofthsm(work) {
  const [source, build] = [path.join(work, 'source'), path.join(work, 'build')];
  const byHand = tarballByHand;
  mkdirSync(source);
  quietly('tar', ['-xzf', fetchSofthsm(), '-C', source, '--strip-components=1', '--no-same-owner'], { byHand });
  quietly('patch', ['-d', source, '-p1', '--batch', '--silent'], { input: readFileSync(patchFile), byHand });
  quietly('cmake', ['-S', source, '-B', build, ...options], { byHand });
  quietly('make', ['-C', build, `-j${availableParallelism()}`, 'softhsm2'], { byHand });
  return path.join(build, 'src/lib/libsofthsm2.so');
}

/** @param {string} work a scratch folder @returns {string} the built shim */
function buildShim(work) {
  const shim = path.join(work, 'libp11shim.so');
  const headers = inCheckout('node_modules/pkcs11js/includes');
  const flags = ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', `-I${headers}`];
  quietly('cc', [...flags, shimSource, '-o', shim, '-ldl'], { byHand: 'By hand: see test/support/p11shim.c.' });
  return shim;
}

/** @param {string} cached the folder to make, whole or not at all */
function build(cached) {
  const work = mkdtempSync(inCache('token-build-'));
  try {
    const ready = path.join(work, 'ready');
    mkdirSync(ready);
    copyFileSync(buildSofthsm(work), path.join(ready, 'libsofthsm2.so'));
    copyFileSync(buildShim(work), path.join(ready, 'libp11shim.so'));
    rmSync(cached, { recursive: true, force: true });
    renameSync(ready, cached);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export async function ensureToken() {
  const name = recipe();
  const folder = inCheckout('dist/token');
  const stamp = path.join(folder, 'recipe');
  const inPlace = modules.every((file) => existsSync(path.join(folder, file)));
  if (inPlace && existsSync(stamp) && readFileSync(stamp, 'utf8') === name) return;

  const cached = inCache(`token-${name}`);
  if (!modules.every((file) => existsSync(path.join(cached, file)))) {
    await ensureSystem('build');
    say('building the rehearsal token, a software HSM (SoftHSM 2.6.1, patched), once (about half a minute)');
    mkdirSync(inCache(), { recursive: true });
    build(cached);
  }
  mkdirSync(folder, { recursive: true });
  for (const file of modules) {
    // Put in place by rename: a module that a running process has mapped must not be written over.
    copyFileSync(path.join(cached, file), path.join(folder, `${file}.new`));
    renameSync(path.join(folder, `${file}.new`), path.join(folder, file));
  }
  copyFileSync(licence, path.join(folder, path.basename(licence)));
  writeFileSync(stamp, name);
}
