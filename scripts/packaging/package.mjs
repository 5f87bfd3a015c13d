// The installable application in out/: unpacked, as a .deb, and a copy of the unpacked one that the window's tests can
// drive. AppImage, snap and flatpak need run times that only their own hosts give out; they are left out and said so.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inCheckout, root, toolNode } from '../paths.mjs';
import { SetupFailed, foreground, say } from '../run.mjs';
import { fuseForTest, wrongFuses } from './fuses.mjs';

const out = inCheckout('out');
const unpacked = path.join(out, 'linux-unpacked');
const testCopy = path.join(out, 'linux-unpacked-test');
const executableName = 'keyferry';

/** Everything the archive may hold; anything else got in by mistake. */
const archived = /^(package\.json|dist\/(main|preload|renderer)\/.+|node_modules\/(better-sqlite3|pkcs11js)\/.+)$/;
const licences = [
  'LICENSE',
  'token/LICENSE.softhsm',
  ...['svelte', 'valibot', 'bits-ui', 'noble-hashes', 'fontsource-ibm-plex-sans'].map((name) => `licences/${name}.txt`),
];
const besideArchive = [
  'LICENSE.electron.txt',
  'LICENSES.chromium.html',
  ...licences.map((file) => `resources/${file}`),
];

/** The time every packaged file gets: that of the last commit, so that a commit gives one package. */
function sourceDate() {
  const given = process.env['SOURCE_DATE_EPOCH'];
  return given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
}

/** Electron-builder copies a link as a link; it is given the folder the link leads to. */
async function runBuilder() {
  const electron = realpathSync(inCheckout('node_modules/electron/dist'));
  const args = ['--linux', '--x64', '--publish', 'never', `--config.electronDist=${electron}`];
  const code = await foreground(toolNode, [inCheckout('node_modules/electron-builder/cli.js'), ...args], {
    cwd: root,
    env: {
      ...process.env,
      CUSTOM_FPM_PATH: path.join(import.meta.dirname, 'fpm-deb.mjs'),
      SOURCE_DATE_EPOCH: sourceDate(),
    },
  });
  if (code !== 0) throw new SetupFailed('the package could not be built; the messages above say why.');
}

/**
 * Lists an asar archive: after 12 bytes of framing comes the length of its table of contents, then that as JSON.
 * @param {string} archive
 */
function filesInArchive(archive) {
  const bytes = readFileSync(archive);
  /** @typedef {{ files?: Record<string, Entry> }} Entry */
  /** @type {(entry: Entry, place: string) => string[]} */
  const walk = ({ files = {} }, place) =>
    Object.entries(files).flatMap(([name, entry]) =>
      entry.files === undefined ? [place + name] : walk(entry, `${place}${name}/`),
    );
  return walk(JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))), '');
}

/** Reads back what was made. @throws {SetupFailed} when it is not what a release must be */
async function check() {
  const wrong = await wrongFuses(path.join(unpacked, executableName));
  if (wrong.length > 0) throw new SetupFailed(`these fuses are not as a release needs them: ${wrong.join(', ')}`);
  const strange = filesInArchive(path.join(unpacked, 'resources/app.asar')).filter((file) => !archived.test(file));
  if (strange.length > 0) throw new SetupFailed(`the archive holds what it must not: ${strange.join(', ')}`);
  const missing = besideArchive.filter((file) => !existsSync(path.join(unpacked, file)));
  if (missing.length > 0) throw new SetupFailed(`the package lacks ${missing.join(', ')}`);
}

async function copyForTests() {
  rmSync(testCopy, { recursive: true, force: true });
  cpSync(unpacked, testCopy, { recursive: true, verbatimSymlinks: true });
  await fuseForTest(path.join(testCopy, executableName));
}

/** Makes the package from what was built in dist/. */
export async function makePackage() {
  rmSync(out, { recursive: true, force: true });
  await runBuilder();
  await check();
  await copyForTests();
  for (const name of readdirSync(out).filter((file) => file.endsWith('.deb'))) say(`made out/${name}`);
  say(`made ${path.relative(root, unpacked)}, and ${path.relative(root, testCopy)} for the window's tests`);
  say('no AppImage: its run time is given out by its own host only');
}
