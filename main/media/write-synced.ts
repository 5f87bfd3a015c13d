import { closeSync, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';

/** Who may read a file: this user alone what belongs to the workstation, everybody what leaves it. */
export type Readers = 'owner' | 'everybody';

const modes: Readonly<Record<Readers, number>> = { owner: 0o600, everybody: 0o644 };

/**
 * Writes one file that was not there before and syncs it; its name is synced with its folder, by the caller. What could
 * not be written whole is taken off again: half a file would pass for a whole one, or stand in the way of it.
 * @param path - where; its folder must exist
 * @param bytes - what it holds
 * @param readers - see {@link Readers}
 * @throws the system's error, EEXIST when something is there already
 */
export function writeSynced(path: string, bytes: Uint8Array, readers: Readers): void {
  const file = openSync(path, 'wx', modes[readers]);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}
