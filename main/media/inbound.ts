import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InboundFile } from '../../app/byok/format.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { maxInboundBytes, maxZipBytes } from '../../app/keys/limits.ts';
import { concerning, refuse } from '../../app/rules/refusal.ts';
import { readingInbound } from './errors.ts';
import { isPrintableName } from './file-names.ts';
import { isZip, unzip } from './zip.ts';

/** A file as it was read, with the hash that goes into the log. */
export interface InboundMediaFile extends InboundFile {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly size: number;
}

/** What the folder of one key holds. */
export interface InboundKeyFolder {
  /** What a destination gets to see: the files, and in the place of a zip those in it, each named `<zip>/<file>`. */
  readonly files: readonly InboundMediaFile[];
  /** The zips themselves, as they lie on the medium. */
  readonly archives: readonly InboundMediaFile[];
}

const maxFilesPerKey = 16;

/**
 * Reads what was carried in: for each key the plain files in the folder named like it, sizes checked before reading.
 * Zips are unpacked in memory. Whatever else lies at the top of the medium (other folders, `System Volume Information`,
 * a plan) is never opened; a link there is refused all the same.
 * @param folder - the inbound folder
 * @param keyIds - the ids of the plan's keys
 * @returns the files of each key, sorted by name; those of a zip in the order of its directory
 * @throws Refused with INBOUND-READABLE, INBOUND-FOLDER-PER-KEY, INBOUND-NO-LINKS, INBOUND-PLAIN-FILES,
 * INBOUND-FILE-COUNT, INBOUND-NAMES-PLAIN, INBOUND-SIZE-CAPPED, INBOUND-STEADY, INBOUND-ZIP-SMALL, INBOUND-ZIP-PLAIN,
 * INBOUND-ZIP-WHOLE
 */
export async function readInboundFolder(
  folder: string,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, InboundKeyFolder>> {
  readingInbound(folder, () => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) refuse('INBOUND-NO-LINKS', `"${entry.name}" on the inbound medium is a link.`);
    }
  });
  const folders = new Map<string, InboundKeyFolder>();
  for (const keyId of keyIds) {
    const read = (): Promise<InboundKeyFolder> => unpackAll(readKeyFolder(join(folder, keyId), keyId), keyId);
    folders.set(keyId, await concerning(keyId, read));
  }
  return folders;
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
  if (!isPrintableName(name)) {
    refuse('INBOUND-NAMES-PLAIN', `A file in folder "${keyId}" has a name that cannot be printed.`);
  }
  return name;
}

async function unpackAll(found: readonly InboundMediaFile[], keyId: string): Promise<InboundKeyFolder> {
  const files: InboundMediaFile[] = [];
  for (const file of found) {
    if (!isZip(file.bytes)) files.push(file);
    else {
      const unpacked = await unzip(file.bytes, placeOf(file.name, keyId));
      files.push(...unpacked.map(({ name, bytes }) => hashed(`${file.name}/${name}`, bytes)));
    }
  }
  return { files, archives: found.filter(({ bytes }) => isZip(bytes)) };
}

function hashed(name: string, bytes: Uint8Array): InboundMediaFile {
  return { name, bytes, sha256: sha256Hex(bytes), size: bytes.length };
}

function placeOf(name: string, keyId: string): string {
  return `"${name}" in folder "${keyId}"`;
}

function readFile(path: string, name: string, keyId: string): InboundMediaFile {
  const place = placeOf(name, keyId);
  const seen = lstatSync(path);
  checkKind(seen, place);
  return readingInbound(path, () => {
    // O_NOFOLLOW and the comparison below leave no moment in which another file could take this one's place.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      requireSame(seen, fstatSync(file), place);
      checkSize(file, seen.size, place);
      const bytes = new Uint8Array(seen.size + 1);
      const read = readFully(file, bytes);
      requireSame(seen, fstatSync(file), place);
      if (read !== seen.size) refuse('INBOUND-STEADY', `${place} has another length than a moment ago.`);
      return hashed(name, bytes.slice(0, read));
    } finally {
      closeSync(file);
    }
  });
}

function checkKind(found: Stats, place: string): void {
  if (found.isSymbolicLink()) refuse('INBOUND-NO-LINKS', `${place} is a link.`);
  if (!found.isFile()) refuse('INBOUND-PLAIN-FILES', `${place} is not a plain file.`);
}

/** Which cap holds for a file is decided by its first four bytes, before the rest of it is read. */
function checkSize(file: number, size: number, place: string): void {
  const start = new Uint8Array(4);
  const read = readSync(file, start, 0, start.length, 0);
  const [rule, most] = isZip(start.subarray(0, read))
    ? (['INBOUND-ZIP-SMALL', maxZipBytes] as const)
    : (['INBOUND-SIZE-CAPPED', maxInboundBytes] as const);
  if (size > most) refuse(rule, `${place} has ${size} bytes; at most ${most} are read.`);
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
