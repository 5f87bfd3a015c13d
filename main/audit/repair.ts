import { existsSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { appendEntry, verifyChain } from '../../app/audit/chain.ts';
import { entryBytes, parseEntry, type Entry } from '../../app/audit/entry.ts';
import type { Side } from '../../app/audit/two-copies.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { filesOf, LogDatabase } from './database.ts';
import { headMarkOf, remakeHeadMark } from './head-mark.ts';
import { sound, type Found, type Repair } from './judgement.ts';
import { LogCopy, type CopyFound } from './log-copy.ts';
import type { LogPlaces } from './places.ts';

/** What an entry says besides its place in the log. */
export interface Happened {
  readonly time: string;
  readonly actor: string;
  readonly event: JsonValue;
}

/** How a log is taken up again. */
export interface Reopening {
  /** The entry that tells of a repair. */
  readonly tell: (repair: Told) => Happened;
  /** Which of the two the people go on with, where a first opening was refused; null when they were not asked. */
  readonly chosen: Side | null;
}

/** A repair, with the name under which what was replaced is kept; null where nothing was. */
export type Told = Repair & { readonly aside: string | null };

interface Task {
  readonly found: Found;
  readonly repair: Repair;
  readonly tell: Reopening['tell'];
}

/**
 * Does a repair. The one whose entries go on takes the entry that tells of it first: cut off in the middle, it is begun
 * again and told of again, and never done in silence.
 * @param places - where log and copy lie
 * @param database - the log, open; null where it cannot be opened. It may be closed afterwards
 * @param task - what was found, what is to be done, and how it is told
 */
export function repairLog(places: LogPlaces, database: LogDatabase | null, { found, repair, tell }: Task): void {
  const { kept: side, other } = repair;
  const kept = side === 'log' ? sound(found.log) : sound(found.copy).entries;
  const replaced = other === 'replaced' ? (side === 'log' ? places.copy : places.file) : null;
  if (replaced === places.copy) checkMediumIsThere(replaced);
  const aside = replaced === null ? null : freeNameFor(replaced);
  const told = tell({ ...repair, aside: aside === null ? null : basename(aside) });
  const record = parseEntry(entryBytes(appendEntry(verifyChain(kept), told)));
  const all = [...kept, record];
  if (side === 'log') {
    database?.insert([record]);
    if (replaced === null) extendCopy(places.copy, sound(found.copy), all);
    else {
      putAside(replaced, aside);
      LogCopy.make(replaced, all);
    }
  } else {
    extendCopy(places.copy, sound(found.copy), all);
    if (replaced === null) database?.insert(all.slice(sound(found.log).length));
    else {
      database?.close();
      putAside(replaced, aside);
      LogDatabase.make(replaced, all, () => undefined);
    }
  }
  remakeHeadMark(headMarkOf(places.file), verifyChain(all));
}

/** A copy is never made in the place of a medium that is not there; looked at before the log tells of it. */
function checkMediumIsThere(copy: string): void {
  const medium = dirname(dirname(copy));
  if (!existsSync(medium)) refuse('LOG-COPY-PRESENT', `There is no folder at ${medium}.`);
}

function extendCopy(path: string, found: CopyFound, all: readonly Entry[]): void {
  const copy = LogCopy.open(path, found);
  try {
    copy.append(all.slice(found.entries.length));
    copy.keep();
  } finally {
    copy.close();
  }
}

/** Nothing is thrown away that somebody may want to examine. */
function putAside(path: string, aside: string | null): void {
  if (aside === null) return;
  for (const file of filesOf(path)) renameSync(file, `${aside}${file.slice(path.length)}`);
  syncFolder(dirname(path));
}

/** Null where there is nothing to keep. */
function freeNameFor(path: string): string | null {
  if (filesOf(path).length === 0) return null;
  for (let number = 1; ; number += 1) {
    const name = `${path}.aside-${number}`;
    if (filesOf(name).length === 0) return name;
  }
}
