import { existsSync } from 'node:fs';
import type { JsonValue } from '../../app/audit/canonical-json.ts';
import type { Entry } from '../../app/audit/entry.ts';
import type { Side } from '../../app/audit/two-copies.ts';
import { isOrdinaryRepair } from '../../app/ceremony/log-repair.ts';
import { parseEvent, type EventOf } from '../../app/ceremony/events.ts';
import { headMarkOf } from '../../main/audit/head-mark.ts';
import { placesOf } from '../../main/audit/places.ts';
import { lookAtLog } from '../../main/audit/read-log.ts';
import { createLog, openLog, type AuditLog } from '../../main/audit/store.ts';
import { Refused } from '../../app/rules/refusal.ts';

/** The one place where the power cuts know how a log is made, opened and read. */

/** What happened, as the log takes it. */
export interface Happened {
  readonly time: string;
  readonly actor: string;
  readonly event: JsonValue;
}

/** What one command leads to: it is in the log whole, or not at all. */
export type Command = readonly Happened[];

/** The folder of a ceremony, below the one that is watched, which stands for the profile. */
export const ceremonyId = 'rehearsal-2026-11-23-7f3a9c';
const ceremony = `ceremonies/${ceremonyId}`;
const places = placesOf(ceremony);

/** Where the files of a log lie, below the folder that is watched. */
export const logPath = places.file;
export const copyPath = places.copy;
export const markPath = headMarkOf(logPath);

const inside = (folder: string): typeof places => placesOf(`${folder}/${ceremony}`);

/** Whether there is a log below a folder. */
export function isMade(folder: string): boolean {
  return existsSync(`${folder}/${logPath}`);
}

/** Begins a log below a folder. */
export function make(folder: string): AuditLog {
  return createLog(inside(folder));
}

/** Opens the log below a folder, as after a restart; `chosen` is what the people chose where they had to. */
export function takeUp(folder: string, chosen: Side | null = null): AuditLog {
  return openLog(inside(folder), {
    tell: (repair) => {
      const event: EventOf<'log-repaired'> = { type: 'log-repaired', ...repair };
      return { time: '2026-11-23T20:00:00.000Z', actor: 'keyferry', event: { ...event } };
    },
    chosen,
  });
}

/**
 * Looks at the log below a folder as the start screen does, without changing anything.
 * @throws Refused as an opening would
 */
export function look(folder: string): readonly Entry[] {
  const { entries, unsound } = lookAtLog(inside(folder));
  if (unsound !== null) throw new Refused(unsound.refusal);
  return entries;
}

/** Whether an entry tells of a repair that an opening made, and not of the ceremony. */
export function isRepair({ event }: Entry): boolean {
  return typeof event === 'object' && event !== null && 'type' in event && event['type'] === 'log-repaired';
}

/** Whether a repair is one that the report would raise an alarm about. */
export function isAlarming(entry: Entry): boolean {
  const event = parseEvent(entry.event);
  return event.type === 'log-repaired' && !isOrdinaryRepair(event);
}
