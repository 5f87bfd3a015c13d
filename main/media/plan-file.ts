import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { maxPlanBytes } from '../../app/ceremony/plan.ts';
import { refuse } from '../../app/rules/refusal.ts';

/**
 * Reads a plan file, at most as much as a plan may have.
 * @param path - the file
 * @returns its bytes
 * @throws Refused with PLAN-READABLE when it is no file, too large, or cannot be read
 */
export function readPlanFile(path: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return refuse('PLAN-READABLE', `The plan file ${path} cannot be opened.`, { code: codeOf(error) });
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) refuse('PLAN-READABLE', `${path} is not a file.`);
    if (found.size > maxPlanBytes)
      refuse('PLAN-READABLE', `The plan has ${found.size} bytes; at most ${maxPlanBytes} are read.`);
    const bytes = new Uint8Array(found.size);
    if (readSync(file, bytes) !== found.size) refuse('PLAN-READABLE', `${path} changed while it was read.`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
