import { closeSync, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { refuseWrite, systemCode } from './errors.ts';
import { readBack } from './read-back.ts';
import { syncFolder } from './sync-folder.ts';

/** What a plan is called wherever it is saved. */
export const planName = 'plan.json';

/**
 * Saves a plan: exclusively new, synced, then read back and compared. A file that could not be written whole is taken off
 * again.
 * @param folder - an existing folder
 * @param bytes - the plan in its canonical form
 * @returns the path of the file
 * @throws Refused with PLAN-FILE-NEW when a plan is there already, MEDIA-PRESENT, MEDIA-HAS-ROOM, MEDIA-WRITABLE,
 * MEDIA-WORKS or MEDIA-READ-BACK-EQUAL; the system's code is kept
 */
export function writePlan(folder: string, bytes: Uint8Array): string {
  const path = join(folder, planName);
  const file = openNew(path);
  try {
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(folder);
    if (readBack(path).sha256 !== sha256Hex(bytes)) {
      refuse('MEDIA-READ-BACK-EQUAL', `${path} reads back with other bytes than were written.`);
    }
    return path;
  } catch (error) {
    return refuseWrite(error, path, takeOff(path));
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') refuse('PLAN-FILE-NEW', `${path} is there already.`);
    return refuseWrite(error, path, 'Nothing was written.');
  }
}

/** @returns one sentence for the people about what is left */
function takeOff(path: string): string {
  try {
    unlinkSync(path);
    return 'It was taken off again.';
  } catch {
    return 'What there is of it could not be taken off again.';
  }
}
