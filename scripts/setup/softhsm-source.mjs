// SoftHSM's source archive, from the Debian mirror this machine already uses.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { inCache } from '../paths.mjs';
import { SetupFailed, quietly } from '../run.mjs';

const name = 'softhsm2_2.6.1.orig.tar.gz';
const sha256 = 'ac9ac1e3f4402f88bf3e626a18f070f8031c031947ed469c6e17482495ec72b6';
const tarball = inCache(name);

export const tarballByHand = `By hand: put ${name} (SHA-256 ${sha256}) from any Debian mirror, pool/main/s/softhsm2, at ${tarball} and run the command again.`;

const isGenuine = () =>
  existsSync(tarball) && createHash('sha256').update(readFileSync(tarball)).digest('hex') === sha256;

/** One apt source file, asking for sources in place of packages. @param {string} file */
function asSources(file) {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.sources')
    ? text.replace(/^Types:.*$/gm, 'Types: deb-src')
    : text.replace(/^deb /gm, 'deb-src ');
}

/** Copies apt's source lists into a private folder, so that nothing on the system changes. @param {string} parts */
function copySourceLists(parts) {
  mkdirSync(parts, { recursive: true });
  const folder = '/etc/apt/sources.list.d';
  const extra = existsSync(folder) ? readdirSync(folder).map((file) => path.join(folder, file)) : [];
  const lists = ['/etc/apt/sources.list', ...extra].filter(
    (file) => /\.(list|sources)$/.test(file) && existsSync(file),
  );
  for (const file of lists) writeFileSync(path.join(parts, path.basename(file)), asSources(file));
}

/** @returns {string} the path of the archive, checked */
export function fetchSofthsm() {
  if (isGenuine()) return tarball;
  const work = mkdtempSync(inCache('softhsm-source-'));
  try {
    copySourceLists(path.join(work, 'parts'));
    mkdirSync(path.join(work, 'lists/partial'), { recursive: true });
    mkdirSync(path.join(work, 'cache/archives/partial'), { recursive: true });
    const settings = {
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': path.join(work, 'parts'),
      'Dir::State::Lists': path.join(work, 'lists'),
      'Dir::Cache': path.join(work, 'cache'),
      'Acquire::Languages': 'none',
    };
    const apt = ['-qq', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
    // A partly unreachable mirror may still have this one file; the next command tells.
    spawnSync('apt-get', [...apt, 'update'], { stdio: 'ignore' });
    quietly('apt-get', [...apt, 'source', '--download-only', '--tar-only', 'softhsm2'], {
      cwd: work,
      byHand: tarballByHand,
    });
    copyFileSync(path.join(work, name), tarball);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (!isGenuine()) throw new SetupFailed(`${name} is not the expected archive (SHA-256 differs). ${tarballByHand}`);
  return tarball;
}
