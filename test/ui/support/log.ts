import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEntry, type Entry } from '../../../app/audit/entry.ts';
import { readFrames } from '../../../app/audit/frames.ts';
import { parseEvent, type CeremonyEvent } from '../../../app/ceremony/events.ts';
import { headMarkOf } from '../../../main/audit/head-mark.ts';
import { placesOf, shelfOf, type LogPlaces } from '../../../main/audit/places.ts';
import { readLog } from '../../../main/audit/read-log.ts';
import { createLog } from '../../../main/audit/store.ts';

/** The log of the one ceremony of a profile; reading checks its chain. */
export function logOf(profile: string): readonly Entry[] {
  return readLog(placesIn(profile).file);
}

/** The entries of the same log, those together that one command led to, as they were put into its copy. */
export function commandsOf(profile: string): readonly (readonly Entry[])[] {
  const copied = readFrames(Uint8Array.from(readFileSync(placesIn(profile).copy)));
  return (copied?.frames ?? []).map((frame) => frame.map(parseEntry));
}

function placesIn(profile: string): LogPlaces {
  const [ceremony = '', ...others] = readdirSync(shelfOf(profile));
  if (others.length > 0) throw new Error('more than one ceremony');
  return placesOf(join(shelfOf(profile), ceremony));
}

/** Overwrites the log of the one ceremony of a profile; its copy stays as it is. */
export function damageLog(profile: string): void {
  const { file } = placesIn(profile);
  rmSync(`${file}-wal`, { force: true });
  writeFileSync(file, 'no log any more '.repeat(600));
}

/** What happened in the one ceremony of a profile, in order. */
export function eventsOf(profile: string): readonly CeremonyEvent[] {
  return logOf(profile).map((entry) => parseEvent(entry.event));
}

/**
 * Keeps the token of the one ceremony of a profile as it is now; gives what puts it back. It is told how far the log has come, and
 * would contradict an older one.
 * @param profile - of an application whose token does nothing meanwhile
 */
export function keptToken(profile: string): () => void {
  const tokens = join(dirname(placesIn(profile).file), 'token');
  const away = `${profile}-tokens`;
  cpSync(tokens, away, { recursive: true });
  return () => {
    rmSync(tokens, { recursive: true });
    cpSync(away, tokens, { recursive: true });
  };
}

/**
 * Puts a log back to where work had been asked for and nothing was known of it yet, as a crash in that moment leaves it.
 * @param profile - of an application that does not run
 * @param kind - of the work
 */
export function forgetOutcomeOf(profile: string, kind: string): void {
  const entries = logOf(profile);
  const asked = eventsOf(profile).findIndex(
    (event) => event.type === 'effect-requested' && event.request.kind === kind,
  );
  if (asked < 0) throw new Error(`no ${kind} in the log`);
  const { file, copy } = placesIn(profile);
  // The mark beside the log and its copy would tell of the entries that are taken back.
  for (const path of [file, `${file}-wal`, `${file}-shm`, headMarkOf(file), copy]) rmSync(path, { force: true });
  const log = createLog({ file, copy });
  for (const { time, actor, event } of entries.slice(0, asked + 1)) log.append(time, actor, event);
  log.close();
}

/**
 * What was brought to an end, by work and what it was done to: `make-key payroll-root`.
 * @param entries - a whole log
 * @returns each with how often it was completed
 */
export function completedWork(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const requested = new Map<number, string>();
  const completed = new Map<string, number>();
  for (const event of entries.map((entry): CeremonyEvent => parseEvent(entry.event))) {
    if (event.type === 'effect-requested') requested.set(event.effect, nameOf(event.request));
    if (event.type !== 'effect-completed') continue;
    const name = requested.get(event.effect) ?? 'unasked';
    completed.set(name, (completed.get(name) ?? 0) + 1);
  }
  return completed;
}

/** Whether a log ends with work that was asked for and has no outcome yet. */
export function endsInWork(entries: readonly Entry[]): boolean {
  return entries.length > 0 && parseEvent(entries.at(-1)?.event).type === 'effect-requested';
}

function nameOf(request: Extract<CeremonyEvent, { type: 'effect-requested' }>['request']): string {
  if ('key' in request) return `${request.kind} ${request.key}`;
  return 'copy' in request ? `${request.kind} ${request.copy}` : request.kind;
}
