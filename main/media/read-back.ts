import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { systemCode } from './errors.ts';

const blockBytes = 64 * 1024;

/** What a file on the media turned out to hold. */
export interface FileFacts {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads a file from the medium itself, past the system's page cache where the file system allows that (O_DIRECT), else
 * through it. What even this cannot see: a cache inside the medium, and a medium that forgets after it is pulled out.
 * @param path - the file; a link is not followed
 * @returns its hash and size
 * @throws the system's error
 */
export function readBack(path: string): FileFacts {
  try {
    return digest(path, constants.O_DIRECT);
  } catch (error) {
    // Not every file system takes O_DIRECT, and some want the buffer aligned.
    if (systemCode(error) !== 'EINVAL') throw error;
    return digest(path, 0);
  }
}

function digest(path: string, flags: number): FileFacts {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | flags);
  try {
    const hash = createHash('sha256');
    const block = new Uint8Array(blockBytes);
    const { size } = fstatSync(file);
    let bytes = 0;
    while (bytes < size) {
      const read = readSync(file, block, 0, blockBytes, null);
      if (read === 0) break;
      hash.update(block.subarray(0, read));
      bytes += read;
    }
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    closeSync(file);
  }
}
