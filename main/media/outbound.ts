import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isPlainPath } from '../../app/bundle/layout.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { refuseWrite, systemCode } from './errors.ts';
import { readBack, type FileFacts } from './read-back.ts';
import { syncFolder } from './sync-folder.ts';

/** A file of a bundle; `path` is relative to the top of the bundle and uses `/`. */
export interface BundleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file as it should be found on the media. */
export interface ExpectedFile extends FileFacts {
  readonly path: string;
}

/** What a medium holds under the name of a bundle, compared with what it should hold. */
export type BundleState =
  | { readonly state: 'absent' }
  | { readonly state: 'equal' }
  /** Paths that are missing, differ, or should not be there. */
  | { readonly state: 'different'; readonly differences: readonly string[] };

/** Room for folders and for what a file system keeps beside the files. */
const spareBytes = 256 * 1024;

/**
 * Writes a bundle: every folder and file exclusively new, synced, then read back and compared. When anything fails, all
 * that this call made is taken off again, so that no key transfer file stays behind.
 * @param folder - an existing folder on the medium
 * @param name - the bundle's folder in it, a basename
 * @param files - what to write
 * @returns each file with the SHA-256 and size that were read back
 * @throws Refused with MEDIA-NAMES-PLAIN, MEDIA-PRESENT, MEDIA-NOTHING-OVERWRITTEN, MEDIA-HAS-ROOM, MEDIA-WRITABLE,
 * MEDIA-WORKS, MEDIA-READ-BACK-EQUAL; the system's code is kept
 */
export function writeBundle(folder: string, name: string, files: readonly BundleFile[]): ExpectedFile[] {
  for (const path of [name, ...files.map((file) => file.path)]) requirePlainPath(path);
  if (basename(name) !== name) refuse('MEDIA-NAMES-PLAIN', `"${name}" is not the name of one folder.`);
  const made: Made[] = [];
  try {
    requireRoom(folder, files);
    const top = join(folder, name);
    for (const path of ['', ...foldersOf(files)]) makeFolder(join(top, path), made);
    for (const file of files) writeFile(join(top, file.path), file.bytes, made);
    for (const { path, kind } of made.toReversed()) if (kind === 'folder') syncFolder(path);
    syncFolder(folder);
    return files.map((file) => checkFile(top, file));
  } catch (error) {
    return refuseWrite(error, join(folder, name), undo(made));
  }
}

/**
 * Compares what lies on a medium with what should: how a write that was interrupted is settled.
 * @param folder - a folder on the medium
 * @param name - the bundle's folder in it
 * @param expected - every file the bundle should have
 * @throws Refused with a MEDIA rule when the medium cannot be read
 */
export function bundleState(folder: string, name: string, expected: readonly ExpectedFile[]): BundleState {
  const top = join(folder, name);
  try {
    // No folder means two things that must not be confused: no medium, or a medium without the bundle.
    lstatSync(folder);
    if (lstatSync(top, { throwIfNoEntry: false }) === undefined) return { state: 'absent' };
    const listed = new Set(expected.map((file) => file.path));
    const found = walk(top);
    const differences = [
      ...expected
        .filter((file) => !found.includes(file.path) || !isEqual(join(top, file.path), file))
        .map((f) => f.path),
      ...found.filter((path) => !listed.has(path)),
    ];
    return differences.length === 0 ? { state: 'equal' } : { state: 'different', differences: differences.toSorted() };
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return refuse(code === 'ENOENT' ? 'MEDIA-PRESENT' : 'MEDIA-WORKS', `${top} could not be read.`, { code });
  }
}

/**
 * Takes a bundle off a medium again, whole or in part: only the files it is told, and the folders left empty by that.
 * @param folder - a folder on the medium
 * @param name - the bundle's folder in it
 * @param paths - the files that the bundle may hold
 * @returns what is still there afterwards because it is none of these files
 * @throws Refused with a MEDIA rule when a file could not be removed
 */
export function removeBundle(folder: string, name: string, paths: readonly string[]): string[] {
  for (const path of [name, ...paths]) requirePlainPath(path);
  const top = join(folder, name);
  if (lstatSync(top, { throwIfNoEntry: false }) === undefined) return [];
  try {
    for (const path of paths) removeIfThere(() => unlinkSync(join(top, path)));
    for (const path of [...foldersOf(paths.map((path) => ({ path }))).toReversed(), '']) {
      removeIfThere(() => rmdirSync(join(top, path)));
    }
    syncFolder(folder);
    return lstatSync(top, { throwIfNoEntry: false }) === undefined ? [] : walk(top);
  } catch (error) {
    return refuseWrite(error, top, 'What is left of the bundle is still on the medium.');
  }
}

interface Made {
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** Names come from the plan and from formats; a plain part is its own basename and nothing a file system interprets. */
function requirePlainPath(path: string): void {
  if (!isPlainPath(path)) {
    refuse('MEDIA-NAMES-PLAIN', `"${path}" is not a plain relative path.`);
  }
}

function requireRoom(folder: string, files: readonly BundleFile[]): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = files.reduce((sum, file) => sum + Math.ceil(file.bytes.length / bsize) * bsize, spareBytes);
  if (bavail * bsize < needed)
    refuse('MEDIA-HAS-ROOM', `${folder} has ${bavail * bsize} bytes free of ${needed} needed.`);
}

/** Every folder that the files need below the top, parents first. */
function foldersOf(files: readonly { readonly path: string }[]): string[] {
  const folders = files.flatMap(({ path }) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_, depth, parts) => parts.slice(0, depth + 1).join('/')),
  );
  return [...new Set(folders)].toSorted();
}

function makeFolder(path: string, made: Made[]): void {
  mkdirSync(path);
  made.push({ path, kind: 'folder' });
}

function writeFile(path: string, bytes: Uint8Array, made: Made[]): void {
  const file = openSync(path, 'wx', 0o644);
  made.push({ path, kind: 'file' });
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function checkFile(top: string, { path, bytes }: BundleFile): ExpectedFile {
  const expected = { sha256: sha256Hex(bytes), bytes: bytes.length };
  if (!isEqual(join(top, path), expected)) {
    refuse('MEDIA-READ-BACK-EQUAL', `${path} reads back from the medium with other bytes than were written.`);
  }
  return { path, ...expected };
}

function isEqual(path: string, expected: FileFacts): boolean {
  if (!lstatSync(path).isFile()) return false;
  const found = readBack(path);
  return found.sha256 === expected.sha256 && found.bytes === expected.bytes;
}

/** Takes off what was made, newest first. @returns one sentence for the people about what is left */
function undo(made: readonly Made[]): string {
  const left = made.toReversed().filter(({ path, kind }) => {
    try {
      if (kind === 'file') unlinkSync(path);
      else rmdirSync(path);
      return false;
    } catch {
      return true;
    }
  });
  const [first] = made;
  if (first === undefined) return 'Nothing was written.';
  if (left.length > 0) return `These could not be taken off again: ${left.map(({ path }) => path).join(', ')}.`;
  try {
    syncFolder(dirname(first.path));
    return 'Everything written was taken off again.';
  } catch {
    return 'Everything written was taken off again, but the medium did not confirm it.';
  }
}

/** Gone already, or a folder that holds something foreign: both are left to the caller to see. */
function removeIfThere(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
  }
}

/** Everything below a folder that is not a folder itself, relative and with `/`. */
function walk(top: string, prefix = ''): string[] {
  return readdirSync(join(top, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? walk(top, path) : [path];
  });
}
