import { refuse } from '../../rules/refusal.ts';
import type { Notice, RoomTime } from '../format.ts';
import type { KeyBundle } from './inbound-files.ts';

type Attributes = NonNullable<KeyBundle['attributes']>;

const minute = 60_000;

/** A clock without a network may be off by this much before anybody notices (milliseconds). */
const clockDoubt = 15 * minute;

/**
 * Judges whether a KEK is in force, and will be for as long as the online desk needs. The room's clock was compared
 * with the one on the wall before; where a quarter of an hour decides, it is named all the same.
 * @param attributes - both spellings of each moment; where both are given, the stricter one counts
 * @param file - the file that says so
 * @param room - the room's time, and the hours that the upload may take
 * @returns what the people should know
 * @throws Refused with KEK-IN-FORCE, or INBOUND-JSON-MEMBERS when a moment is none
 */
export function checkInForce(attributes: Attributes, file: string, room: RoomTime): Notice[] {
  if (attributes.enabled === false) refuse('KEK-IN-FORCE', `${file}: the wrapping key is disabled.`);
  const starts = momentsOf([attributes.notBefore, attributes.nbf], file);
  const ends = momentsOf([attributes.expires, attributes.exp], file);
  return [
    ...(starts.length === 0 ? [] : checkStart(Math.max(...starts), file, room)),
    ...(ends.length === 0 ? [] : checkEnd(Math.min(...ends), file, room)),
  ];
}

/** A start a few minutes ahead is the difference of two clocks: the upload comes later than the wrap. */
function checkStart(starts: number, file: string, room: RoomTime): Notice[] {
  const wait = starts - Date.parse(room.nowIso);
  if (wait <= 0) return [];
  const text = `the wrapping key is not valid before ${utc(starts)}; ${clockOf(room)}`;
  return wait > clockDoubt ? refuse('KEK-IN-FORCE', `${file}: ${text}.`) : [notice(`${file}: ${text}.`)];
}

function checkEnd(ends: number, file: string, room: RoomTime): Notice[] {
  const left = ends - Date.parse(room.nowIso);
  const spare = left - room.uploadMarginHours * 60 * minute;
  const text = `the wrapping key expires at ${utc(ends)}`;
  if (left <= 0 || spare < 0) {
    const cause = `${file}: ${text}; the plan wants ${room.uploadMarginHours} hours for the upload, and ${clockOf(room)}.`;
    return refuse('KEK-IN-FORCE', cause);
  }
  return [notice(`${file}: ${text}; upload before that${spare <= clockDoubt ? `, and soon: ${clockOf(room)}` : ''}.`)];
}

function clockOf({ nowIso }: RoomTime): string {
  return `the clock of this room says ${utc(Date.parse(nowIso))}: make sure that it is right`;
}

function notice(text: string): Notice {
  return { rule: 'KEK-IN-FORCE', text };
}

/** Those that are given: ISO 8601 with an offset (azure-cli) or seconds since 1970 (REST), as milliseconds since 1970. */
function momentsOf(values: readonly (string | number | null)[], file: string): number[] {
  return values.flatMap((value) => (value === null ? [] : [momentOf(value, file)]));
}

function momentOf(value: string | number, file: string): number {
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(String(value));
  const moment = typeof value === 'number' ? value * 1000 : isIso ? Date.parse(value) : NaN;
  // 8.64e15 is the last moment a Date can hold (ECMA-262).
  if (Math.abs(moment) <= 8.64e15) return moment;
  return refuse('INBOUND-JSON-MEMBERS', `${file}: "${String(value).slice(0, 40)}" is not a moment in time.`);
}

function utc(moment: number): string {
  return new Date(moment).toISOString();
}
