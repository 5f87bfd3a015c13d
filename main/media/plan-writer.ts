import { join } from 'node:path';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { writeNewFile } from './new-file.ts';

/** What a plan is called wherever it is saved. */
export const planName = 'plan.json';

/**
 * Saves a plan: exclusively new, synced, then read back and compared. A file that could not be written whole is taken off
 * again.
 * @param folder - an existing folder
 * @param bytes - the plan in its canonical form
 * @returns the path of the file
 * @throws Refused with PLAN-FILE-NEW when a plan is there already, or as {@link writeNewFile}
 */
export function writePlan(folder: string, bytes: Uint8Array): string {
  const path = join(folder, planName);
  try {
    writeNewFile(path, bytes);
    return path;
  } catch (error) {
    const isThere = error instanceof Refused && error.refusal.rule === 'MEDIA-NOTHING-OVERWRITTEN';
    if (isThere) refuse('PLAN-FILE-NEW', `${path} is there already.`);
    throw error;
  }
}
