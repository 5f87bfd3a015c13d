import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Syncs a folder, so that names made or removed in it survive a power cut: syncing a file does not sync its name.
 * @param path - the folder
 */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Makes a folder for this user alone, with those above it that are not there, and syncs the names of all that were made.
 * @param path - the folder
 */
export function makeSyncedFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  syncFolder(dirname(first));
  for (let made = path; made !== first; made = dirname(made)) syncFolder(dirname(made));
}
