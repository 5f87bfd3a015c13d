import { readFileSync } from 'node:fs';

/**
 * Reads a file that came with the application and goes out as it is.
 * @param path - where the release has it
 * @returns the bytes
 * @throws the system's error: an installation without it is broken
 */
export function readReleased(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
