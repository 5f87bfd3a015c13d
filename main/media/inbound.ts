import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InboundFile } from '../../app/byok/format.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { maxInboundBytes } from '../../app/keys/limits.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { readingInbound } from './errors.ts';

/** A file as it was read, with the hash that goes into the log. */
export interface InboundMediaFile extends InboundFile {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly size: number;
}

const maxFilesPerKey = 16;
const maxNameBytes = 255;

/**
 * Reads what was carried in: for each key the plain files in the folder named like it, sizes checked before reading.
 * Whatever else lies at the top of the medium (other folders, `System Volume Information`, a plan) is never opened; a
 * link there is refused all the same.
 * @param folder - the inbound folder
 * @param keyIds - the ids of the plan's keys
 * @returns the files of each key, sorted by name
 * @throws Refused with INBOUND-READABLE, INBOUND-FOLDER-PER-KEY, INBOUND-NO-LINKS, INBOUND-PLAIN-FILES,
 * INBOUND-FILE-COUNT, INBOUND-NAMES-PLAIN, INBOUND-SIZE-CAPPED, INBOUND-STEADY
 */
export function readInboundFolder(
  folder: string,
  keyIds: readonly string[],
): ReadonlyMap<string, readonly InboundMediaFile[]> {
  readingInbound(folder, () => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) refuse('INBOUND-NO-LINKS', `"${entry.name}" on the inbound medium is a link.`);
    }
  });
  return new Map(keyIds.map((keyId) => [keyId, readKeyFolder(join(folder, keyId), keyId)]));
}

function readKeyFolder(folder: string, keyId: string): InboundMediaFile[] {
  return readingInbound(folder, () => {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) {
      return refuse('INBOUND-FOLDER-PER-KEY', `${dirname(folder)} has no folder "${keyId}".`);
    }
    const names = readdirSync(folder).toSorted();
    if (names.length > maxFilesPerKey) {
      refuse(
        'INBOUND-FILE-COUNT',
        `Folder "${keyId}" holds ${names.length} files; at most ${maxFilesPerKey} are read.`,
      );
    }
    return names.map((name) => readFile(join(folder, checkName(name, keyId)), name, keyId));
  });
}

function checkName(name: string, keyId: string): string {
  // Node replaces what is not UTF-8 in a name by U+FFFD, so such a file could not even be opened again.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u.test(name) || Buffer.byteLength(name) > maxNameBytes) {
    refuse('INBOUND-NAMES-PLAIN', `A file in folder "${keyId}" has a name that cannot be printed.`);
  }
  return name;
}

function readFile(path: string, name: string, keyId: string): InboundMediaFile {
  const place = `"${name}" in folder "${keyId}"`;
  const seen = lstatSync(path);
  checkKind(seen, place);
  return readingInbound(path, () => {
    // O_NOFOLLOW and the comparison below leave no moment in which another file could take this one's place.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      requireSame(seen, fstatSync(file), place);
      const bytes = new Uint8Array(seen.size + 1);
      const read = readFully(file, bytes);
      requireSame(seen, fstatSync(file), place);
      if (read !== seen.size) refuse('INBOUND-STEADY', `${place} has another length than a moment ago.`);
      const content = bytes.slice(0, read);
      return { name, bytes: content, sha256: sha256Hex(content), size: read };
    } finally {
      closeSync(file);
    }
  });
}

function checkKind(found: Stats, place: string): void {
  if (found.isSymbolicLink()) refuse('INBOUND-NO-LINKS', `${place} is a link.`);
  if (!found.isFile()) refuse('INBOUND-PLAIN-FILES', `${place} is not a plain file.`);
  if (found.size > maxInboundBytes) {
    refuse('INBOUND-SIZE-CAPPED', `${place} has ${found.size} bytes; at most ${maxInboundBytes} are read.`);
  }
}

function requireSame(before: Stats, now: Stats, place: string): void {
  const same =
    before.dev === now.dev && before.ino === now.ino && before.size === now.size && before.mtimeMs === now.mtimeMs;
  if (!same) refuse('INBOUND-STEADY', `${place} changed while it was read.`);
}

function readFully(file: number, bytes: Uint8Array): number {
  let total = 0;
  for (let read = -1; read !== 0 && total < bytes.length; total += read) {
    read = readSync(file, bytes, total, bytes.length - total, null);
  }
  return total;
}
