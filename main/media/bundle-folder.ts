import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { layout } from '../../app/bundle/layout.ts';
import type { Bundle } from '../../app/bundle/verify-bundle.ts';
import { bytesToUtf8 } from '../../app/keys/bytes.ts';
import { refuse } from '../../app/rules/refusal.ts';

const maxFiles = 2000;
/** No ceremony makes a larger one, and no larger one can be held in memory as text. */
const maxFileBytes = 32 * 1024 * 1024;
/** Of all files together: they are in memory while they are checked. */
const maxBytes = 256 * 1024 * 1024;
const maxDepth = 8;

/**
 * Whether a folder is a bundle at all.
 * @param folder - the path
 * @throws the system's error when the folder cannot be looked into
 */
export function isBundle(folder: string): boolean {
  return readdirSync(folder).includes(layout.manifest);
}

/**
 * Reads everything a bundle holds.
 * @param named - its path, or a link to it
 * @returns the name of the folder and every file
 * @throws Refused with BUNDLE-PLAIN-FILES for a link, a device or more than can be checked; the system's error when
 * something cannot be read
 */
export function readBundle(named: string): Bundle {
  const folder = realpathSync(named);
  const sizes = new Map<string, number>();
  measure(folder, '', 0, sizes);
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (bytes > maxBytes) refuse('BUNDLE-PLAIN-FILES', `The bundle has ${bytes} bytes; at most ${maxBytes} are read.`);
  const files = new Map([...sizes.keys()].map((path) => [path, readPlain(join(folder, path), path)]));
  return { folder: basename(folder), files };
}

/** What lies there, and how large it is; nothing is read before all of it is known to be within the limits. */
function measure(top: string, prefix: string, depth: number, sizes: Map<string, number>): void {
  if (depth > maxDepth) refuse('BUNDLE-PLAIN-FILES', `${prefix} lies deeper than ${maxDepth} folders.`);
  for (const name of namesIn(join(top, prefix))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const found = lstatSync(join(top, path));
    if (found.isDirectory()) {
      measure(top, path, depth + 1, sizes);
      continue;
    }
    if (!found.isFile()) refuse('BUNDLE-PLAIN-FILES', `${path} is a link or a device.`);
    if (found.size > maxFileBytes) {
      refuse('BUNDLE-PLAIN-FILES', `${path} has ${found.size} bytes; at most ${maxFileBytes} are read.`);
    }
    if (sizes.size === maxFiles) refuse('BUNDLE-PLAIN-FILES', `The bundle holds more than ${maxFiles} files.`);
    sizes.set(path, found.size);
  }
}

/** The names in a folder; one that is no text is that of no file of a bundle. */
function namesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { encoding: 'buffer' });
  return names.map((name) => bytesToUtf8(name) ?? refuse('BUNDLE-PLAIN-FILES', 'A name is no UTF-8.')).toSorted();
}

function readPlain(path: string, name: string): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // Looked at once more: another file may lie there by now.
    const found = fstatSync(file);
    if (!found.isFile() || found.size > maxFileBytes)
      refuse('BUNDLE-PLAIN-FILES', `${name} changed while it was read.`);
    return Uint8Array.from(readFileSync(file));
  } finally {
    closeSync(file);
  }
}
