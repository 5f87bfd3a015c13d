import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes files, and the folders that they lie in.
 * @param top - the folder that their paths begin in
 * @param files - by path; text as UTF-8
 * @returns the folder
 */
export function putFiles(top: string, files: Iterable<readonly [string, Uint8Array | string]>): string {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), content);
  }
  return top;
}
