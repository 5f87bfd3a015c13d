import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { layout } from '../../app/bundle/layout.ts';
import type { Bundle } from '../../app/bundle/verify-bundle.ts';
import { refuse } from '../../app/rules/refusal.ts';

const maxFiles = 2000;
const maxFileBytes = 64 * 1024 * 1024;
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
 * @param folder - its path
 * @returns the name of the folder and every file
 * @throws Refused with BUNDLE-PLAIN-FILES for a link, a device or more than can be checked; the system's error when
 * something cannot be read
 */
export function readBundle(folder: string): Bundle {
  const files = new Map<string, Uint8Array>();
  collect(folder, '', 0, files);
  return { folder: basename(resolve(folder)), files };
}

function collect(top: string, prefix: string, depth: number, files: Map<string, Uint8Array>): void {
  if (depth > maxDepth) refuse('BUNDLE-PLAIN-FILES', `${prefix} lies deeper than ${maxDepth} folders.`);
  for (const name of readdirSync(join(top, prefix)).toSorted()) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const found = lstatSync(join(top, path));
    if (found.isDirectory()) {
      collect(top, path, depth + 1, files);
      continue;
    }
    if (!found.isFile()) refuse('BUNDLE-PLAIN-FILES', `${path} is a link or a device.`);
    if (files.size === maxFiles) refuse('BUNDLE-PLAIN-FILES', `The bundle holds more than ${maxFiles} files.`);
    files.set(path, readPlain(join(top, path), path));
  }
}

function readPlain(path: string, name: string): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (size > maxFileBytes)
      refuse('BUNDLE-PLAIN-FILES', `${name} has ${size} bytes; at most ${maxFileBytes} are read.`);
    return Uint8Array.from(readFileSync(file));
  } finally {
    closeSync(file);
  }
}
