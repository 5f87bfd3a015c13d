import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is on the disk after a cut: paths below the watched folder, folders with a slash at their end. */
export type Image = ReadonlyMap<string, Uint8Array>;

/**
 * Puts what is on a disk into a folder.
 * @param folder - the folder; what else is in it is removed
 */
export function layOut(folder: string, image: Image): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  for (const [path, bytes] of image) {
    if (path.endsWith('/')) mkdirSync(join(folder, path));
    else writeFileSync(join(folder, path), bytes);
  }
}

/** A name for what is on a disk: the same for the same content. */
export function nameOf(image: Image): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of image) hash.update(`${path} ${bytes.length}\n`).update(bytes);
  return hash.digest('base64url');
}
