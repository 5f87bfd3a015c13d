import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { refuse } from '../../app/rules/refusal.ts';
import { systemCode } from '../media/errors.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { writeSynced } from '../media/write-synced.ts';
import { maxSealedFileBytes, parseSealedFile, sealedFileBytes, type SealedKey } from './sealed-file.ts';

/** The sealed approval keys of one ceremony, one file for each person. */
export interface KeyFolder {
  /** Keeps a key, synced. Throws Refused with APPROVAL-KEY-FILE-INTACT when the person has one: none is replaced. */
  keep(person: string, sealed: SealedKey): void;
  /** The key of a person. Throws Refused with APPROVAL-KEY-FILE-INTACT when its file is missing or malformed. */
  sealed(person: string): SealedKey;
  /** Whether there is a file for a person, whatever is in it. */
  has(person: string): boolean;
  /** Removes the key of a person, if there is one. */
  remove(person: string): void;
  /** Removes every key: before a roll call that is held again, and when no approval is due any more. */
  clear(): void;
}

/**
 * Opens the folder of a ceremony's approval keys.
 * @param folder - made with mode 0700 when first needed; only the user of this workstation guesses at a passphrase
 */
export function openKeyFolder(folder: string): KeyFolder {
  return {
    keep(person, sealed) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      syncFolder(dirname(folder));
      keepNew(fileOf(folder, person), sealedFileBytes(sealed));
      syncFolder(folder);
    },
    sealed: (person) => parseSealedFile(readWhole(fileOf(folder, person)), `the approval key ${nameOf(person)}`),
    has: (person) => existsSync(fileOf(folder, person)),
    remove(person) {
      if (!existsSync(fileOf(folder, person))) return;
      rmSync(fileOf(folder, person));
      syncFolder(folder);
    },
    clear() {
      if (!existsSync(folder)) return;
      rmSync(folder, { recursive: true });
      syncFolder(dirname(folder));
    },
  };
}

function fileOf(folder: string, person: string): string {
  return join(folder, nameOf(person));
}

/** Ids come from the window by way of the roll call; one that is no plain name leads nowhere. */
function nameOf(person: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{0,119}$/u.test(person)) throw new Error('The id of a person is not a plain name.');
  return `${person}.json`;
}

function keepNew(path: string, bytes: Uint8Array): void {
  try {
    writeSynced(path, bytes, 'owner');
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    refuse('APPROVAL-KEY-FILE-INTACT', 'This person has a sealed approval key already; none is replaced.');
  }
}

/** Looks at the size before it reads. */
function readWhole(path: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return refuse('APPROVAL-KEY-FILE-INTACT', 'The sealed approval key of this person cannot be opened.', { code });
  }
  try {
    const found = fstatSync(file);
    const { size } = found;
    if (!found.isFile() || size > maxSealedFileBytes)
      refuse('APPROVAL-KEY-FILE-INTACT', 'Where the sealed approval key of this person belongs is something else.');
    const bytes = new Uint8Array(size);
    if (readSync(file, bytes) !== size) refuse('APPROVAL-KEY-FILE-INTACT', 'A sealed approval key changes as it is read.'); // prettier-ignore
    return bytes;
  } finally {
    closeSync(file);
  }
}
