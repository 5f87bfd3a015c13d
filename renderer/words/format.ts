import type { Role } from '../../app/ceremony/roles.ts';

/** `1 check`, `2 checks`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/**
 * Keeps a number and what it counts on one line, and `4 of 12`.
 * @param text - a title
 */
export function unparted(text: string): string {
  return text.replace(/(?<=\d) (?=\p{L})|(?<=\d of) (?=\d)/gu, '\u00A0');
}

/** `Ada, Grace and Kim`. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names);
}

/** `Ada, Grace or Kim`. */
export function oneOf(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names);
}

/** `witness`, `witnesses`. */
export function roleWord(count: number, role: Role): string {
  if (count === 1) return role;
  return role === 'witness' ? 'witnesses' : `${role}s`;
}

/** `1 witness`, `2 witnesses`. */
export function countedRole(count: number, role: Role): string {
  return `${count} ${roleWord(count, role)}`;
}

/** A role as the first word of a line. */
export function roleTitle(role: Role): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}

/**
 * Time of day for the clock on the wall to be compared with.
 * @param time - milliseconds since 1970
 * @returns `14:07:32`, UTC
 */
export function utcClock(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}

/**
 * A moment in the record.
 * @param iso - ISO 8601 with Z
 * @returns `2026-11-23 14:07 UTC`
 */
export function utcMoment(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/**
 * How the room's own time stands to UTC.
 * @param minutesBehind - what `Date.getTimezoneOffset` gives: positive west of Greenwich
 * @returns `UTC+01:00`
 */
export function offsetFromUtc(minutesBehind: number): string {
  const minutes = Math.abs(minutesBehind);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `UTC${minutesBehind > 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * A length of time, in its two largest units.
 * @param milliseconds - negative counts as none
 * @returns `45 s`, `3 min 5 s`, `2 min`, `21 h 14 min`, `3 d 4 h`
 */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return twoUnits(minutes, 'min', seconds % 60, 's');
  if (hours < 48) return twoUnits(hours, 'h', minutes % 60, 'min');
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How many have done it, of how many that must; more may. */
export function doneOf(done: number, needed: number, word: 'confirmed' | 'approved'): string {
  return done <= needed ? `${done} of ${needed} ${word}` : `${done} ${word}, ${needed} needed`;
}

/**
 * A size on a medium, in decimal units as printed on it.
 * @param bytes - how many
 * @returns `512 B`, `14.9 GB`
 */
export function byteSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.floor(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}
