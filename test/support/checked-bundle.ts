import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../app/bundle/layout.ts';
import { sealsIn } from '../../app/bundle/seals.ts';
import { hexGroups, pgpWords } from '../../app/keys/fingerprint.ts';
import { sampleLog, sha256 } from '../app/bundle/bundle-maker.ts';
import { sampleBundle, sampleEvents } from '../app/bundle/sample-bundle.ts';
import { toldIn } from '../../app/bundle/told-events.ts';
import { logKeyName, publicKeyOf } from './keys.ts';
import { putFiles } from './put-files.ts';

/** A bundle as somebody who was not in the room gets it, and what the paper of the room says of its log. */

/** A whole, sound bundle of this version. */
export const soundBundle = sampleBundle();

/** Whole hashes as the paper has them, in groups of four: of its manifest, and of the key that signed its log. */
export const manifestOnPaper = grouped(sha256(soundBundle.files.get(layout.manifest) ?? ''));
export const logKeyOnPaper = grouped(sha256(Buffer.from(publicKeyOf(logKeyName), 'hex')));

/** A checkpoint of its log as people write it from the paper: the number of entries and two words. */
export const onPaper = checkpointOf();

/**
 * Writes the bundle.
 * @param medium - the folder that it is written into
 * @returns its own path
 */
export function putBundle(medium: string): string {
  return putFiles(join(medium, soundBundle.folder), soundBundle.files);
}

/** Changes one bit in the middle of a file. */
export function flipBit(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x20;
  writeFileSync(file, bytes);
}

function grouped(hex: string): string {
  return hexGroups(hex).join(' ');
}

function checkpointOf(): string {
  const { size = 0, root = '' } = sealsIn(toldIn(sampleLog(sampleEvents()))).checkpoints[1] ?? {};
  const words = pgpWords(Buffer.from(root, 'hex'));
  return `${size} ${words[0] ?? ''} ${words.at(-1) ?? ''}`;
}
