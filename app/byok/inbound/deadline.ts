import { refuse } from '../../rules/refusal.ts';
import type { Notice, RoomTime } from '../format.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A clock without a network may be off by this much before anybody notices (milliseconds). */
export const clockDoubt = 15 * minute;

/** 9999-12-31T23:59:59.999Z. */
const latestMoment = 253_402_300_799_999;

/** Rules that say of something that it does not end too soon. */
type InForceRule = 'KEK-IN-FORCE' | 'IMPORT-TOKEN-IN-FORCE';

/**
 * Judges an end by the room's clock, which the people have compared before the media is read.
 * @param ends - milliseconds since 1970
 * @param what - what ends: `the import token`
 * @param file - the file that says so
 * @param room - the room's time, and the hours that the upload may take
 * @returns how long beyond those hours it lasts, in milliseconds; not negative
 * @throws Refused with the rule when it has passed, or passes within those hours
 */
export function spareUntil(ends: number, rule: InForceRule, what: string, file: string, room: RoomTime): number {
  const left = ends - Date.parse(room.nowIso);
  const spare = left - room.uploadMarginHours * hour;
  if (left > 0 && spare >= 0) return spare;
  const said =
    left > 0
      ? `ends at ${utc(utcOf(ends))}, in ${lasting(left)}`
      : `ended at ${utc(utcOf(ends))}, ${lasting(-left)} ago`;
  const wants = left > 0 ? `the plan wants ${room.uploadMarginHours} hours for the upload, and ` : '';
  return refuse(rule, `${file}: ${what} ${said}; ${wants}${clockOf(room)}.`);
}

/**
 * Judges the end of an import token or import job.
 * @returns the deadline as the manifest has it, and a notice where a quarter of an hour decides
 * @throws Refused with IMPORT-TOKEN-IN-FORCE
 */
export function checkDeadline(
  ends: number,
  what: string,
  file: string,
  room: RoomTime,
): { readonly deadline: string; readonly notices: Notice[] } {
  const spare = spareUntil(ends, 'IMPORT-TOKEN-IN-FORCE', what, file, room);
  const minutes = Math.floor(spare / minute);
  const more = `only ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} later than the plan needs`;
  const text = `${file}: ${what} ends at ${utc(utcOf(ends))}, ${more}; ${clockOf(room)}.`;
  return {
    deadline: utcOf(ends),
    notices: spare <= clockDoubt ? [{ rule: 'IMPORT-TOKEN-IN-FORCE', text }] : [],
  };
}

/** For example `1 h 5 min`, rounded down. */
function lasting(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / minute);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The sentence that leads people to the clock when it decides. */
export function clockOf({ nowIso }: RoomTime): string {
  return `the clock of this room says ${utc(nowIso)}: make sure that it is right`;
}

/**
 * Reads a moment as clouds write it.
 * @param value - ISO 8601 with `Z` or an offset, or seconds since 1970 as a number or as digits
 * @param place - file and member, for the cause
 * @returns milliseconds since 1970
 * @throws Refused with INBOUND-JSON-MEMBERS when it is none
 */
export function momentOf(value: string | number, place: string): number {
  const moment = typeof value === 'number' ? value * 1000 : momentOfText(value);
  // None of interest lies before 1970 or behind the year 9999, the last that ISO 8601 writes with four digits: seconds
  // as late as that are milliseconds.
  if (moment >= 0 && moment <= latestMoment) return moment;
  return refuse('INBOUND-JSON-MEMBERS', `${place}: "${String(value).slice(0, 40)}" is not a moment in time.`);
}

/** NaN when the text is no moment: Date.parse takes the 31st of every month. */
function momentOfText(text: string): number {
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  const [, date] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  return date !== undefined && isDay(date) ? Date.parse(text) : NaN;
}

/**
 * Tells whether a date exists.
 * @param date - `2026-02-28`
 */
export function isDay(date: string): boolean {
  const moment = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(date);
}

/** ISO 8601 with `Z`, whole seconds. */
export function utcOf(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}

/**
 * Writes a time for people.
 * @param time - ISO 8601 with `Z`
 * @returns `2026-11-24 14:07 UTC`
 */
export function utc(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}
