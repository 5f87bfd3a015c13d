import { closeSync, fsyncSync, openSync } from 'node:fs';

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
