import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { verifyChain, type ChainHead } from '../../app/audit/chain.ts';
import type { Entry } from '../../app/audit/entry.ts';
import type { Side } from '../../app/audit/two-copies.ts';
import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { Refused, refuse, type Refusal } from '../../app/rules/refusal.ts';
import { LogDatabase } from './database.ts';
import { guarded } from './guarded.ts';
import { checkAgainstMark, headMarkOf, readHeadMark } from './head-mark.ts';
import { choicesIn, finding, findingOf, judge, sound, type Found } from './judgement.ts';
import { readCopy } from './log-copy.ts';
import { ceremonyAt, type LogPlaces } from './places.ts';

/**
 * Reads a log without changing it, and without its copy.
 * @param file - path of a log that nobody has open
 * @param mark - `needed` for a log where it was written; where a log was brought from elsewhere its mark may not be with it
 * @returns all entries, their chain followed
 * @throws Refused, see main/audit/store.ts
 */
export function readLog(file: string, mark: 'needed' | 'if-there' = 'needed'): readonly Entry[] {
  return onOwnFiles(file, (own) => {
    const entries = entriesIn(own);
    if (mark === 'needed' || existsSync(headMarkOf(own))) {
      const seen = guarded(file, () => readHeadMark(headMarkOf(own)));
      checkAgainstMark(seen, verifyChain(entries), entries);
    }
    return entries;
  });
}

/**
 * Reads a log entry by entry, without changing it: one of any length takes the same memory. Its chain is followed by whoever
 * reads; the mark, where one is with it, is held against it at the end.
 * @param file - path of a log that nobody has open
 * @param read - is given the bytes of each entry, in order
 * @throws Refused, see main/audit/store.ts
 */
export function readEach<T>(file: string, read: (entries: Iterable<Uint8Array>) => T): T {
  return onOwnFiles(file, (own) => {
    const seen = existsSync(headMarkOf(own)) ? guarded(file, () => readHeadMark(headMarkOf(own))) : null;
    const database = LogDatabase.open(own);
    try {
      return read(heldAgainst(seen, database.each()));
    } finally {
      database.close();
    }
  });
}

/** An older log than the mark says is too short, or had another entry at that place. */
function* heldAgainst(seen: ChainHead | null, entries: Iterable<Uint8Array>): Generator<Uint8Array> {
  let size = 0;
  for (const bytes of entries) {
    size += 1;
    if (size === seen?.size && sha256Hex(bytes) !== seen.hash) {
      refuse('LOG-AS-LAST-SEEN', `Entry ${size} of the log is another than it was.`);
    }
    yield bytes;
  }
  if (seen !== null && size < seen.size) {
    refuse('LOG-AS-LAST-SEEN', `The log has ${size} entries; it had ${seen.size} when it was last written.`);
  }
}

/** What a log would be taken up again with. */
export type Outlook =
  | { readonly entries: readonly Entry[]; readonly unsound: null }
  | {
      readonly entries: null;
      readonly unsound: {
        readonly refusal: Refusal;
        /** Where each of the two ends; null where it cannot be read. */
        readonly heads: Readonly<Record<Side, ChainHead | null>>;
        /** With which of them the people may go on. */
        readonly choices: readonly Side[];
      };
    };

/**
 * Looks at a log, its copy and its mark as an opening would, without changing any of them.
 * @param places - where they lie
 */
export function lookAtLog(places: LogPlaces): Outlook {
  const { file, copy } = places;
  const ceremony = ceremonyAt(places);
  const found: Found = onOwnFiles(file, (own) => ({
    log: calledBy(
      file,
      own,
      findingOf(ceremony, () => entriesIn(own)),
    ),
    copy: findingOf(ceremony, () => guarded(copy, () => readCopy(copy))),
    mark: finding(() => guarded(file, () => readHeadMark(headMarkOf(own)))),
  }));
  const { log, copy: other } = found;
  const copied = 'entries' in other ? other.entries : null;
  try {
    const isCopyLonger = judge(found, null)?.kept === 'copy';
    return { entries: (isCopyLonger ? copied : 'rule' in log ? null : log) ?? [], unsound: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const heads = { log: 'rule' in log ? null : verifyChain(log), copy: copied === null ? null : verifyChain(copied) };
    return { entries: null, unsound: { refusal: error.refusal, heads, choices: choicesIn(found) } };
  }
}

/** People look for the file where it lies, not for the one that was read in its place. */
function calledBy<T extends object>(file: string, own: string, found: T | Refusal): T | Refusal {
  return 'rule' in found ? { ...found, cause: found.cause.replaceAll(own, file) } : found;
}

function entriesIn(file: string): readonly Entry[] {
  const database = LogDatabase.open(file);
  try {
    return database.entries();
  } finally {
    database.close();
  }
}

/** Opening the file itself would fold the -wal file into it: what is read is a copy, which is removed again. */
function onOwnFiles<T>(file: string, read: (own: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-log-'));
  const own = join(folder, basename(file));
  try {
    // The mark is read before the log, which may be further when another Keyferry writes.
    guarded(file, () => {
      if (!existsSync(file)) return;
      if (existsSync(headMarkOf(file))) copyFileSync(headMarkOf(file), headMarkOf(own));
      copyFileSync(file, own);
      if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${own}-wal`);
    });
    return sound(
      calledBy(
        file,
        own,
        finding(() => ({ read: read(own) })),
      ),
    ).read;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
