import { unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { refuseWrite } from './errors.ts';
import { readBack } from './read-back.ts';
import { syncFolder } from './sync-folder.ts';
import { writeSynced } from './write-synced.ts';

/**
 * Writes one file that was not there before, syncs it and its name, and reads it back.
 * @param path - where; its folder must exist
 * @param bytes - what it holds
 * @returns its SHA-256, lower-case hex
 * @throws Refused with MEDIA-NOTHING-OVERWRITTEN when something is there, MEDIA-READ-BACK-EQUAL when other bytes come
 * back, or another MEDIA rule; nothing stays behind then
 */
export function writeNewFile(path: string, bytes: Uint8Array): string {
  try {
    writeSynced(path, bytes, 'everybody');
  } catch (error) {
    return refuseWrite(error, path, 'Nothing of it is there.');
  }
  try {
    syncFolder(dirname(path));
    const sha256 = sha256Hex(bytes);
    if (readBack(path).sha256 !== sha256) {
      refuse('MEDIA-READ-BACK-EQUAL', `${path} reads back with other bytes than were written.`);
    }
    return sha256;
  } catch (error) {
    return refuseWrite(error, path, takeOff(path));
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
