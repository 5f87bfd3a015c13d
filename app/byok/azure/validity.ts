import { refuse } from '../../rules/refusal.ts';
import type { Notice, RoomTime } from '../format.ts';
import { clockDoubt, clockOf, momentOf, spareUntil, utc, utcOf } from '../inbound/deadline.ts';
import type { KeyBundle } from './inbound-files.ts';

type Attributes = NonNullable<KeyBundle['attributes']>;

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
  const text = `the wrapping key is not valid before ${utc(utcOf(starts))}; ${clockOf(room)}`;
  return wait > clockDoubt ? refuse('KEK-IN-FORCE', `${file}: ${text}.`) : [notice(`${file}: ${text}.`)];
}

function checkEnd(ends: number, file: string, room: RoomTime): Notice[] {
  const spare = spareUntil(ends, 'KEK-IN-FORCE', 'the wrapping key', file, room);
  const soon = spare <= clockDoubt ? `, and soon: ${clockOf(room)}` : '';
  return [notice(`${file}: the wrapping key ends at ${utc(utcOf(ends))}; upload before that${soon}.`)];
}

function notice(text: string): Notice {
  return { rule: 'KEK-IN-FORCE', text };
}

/** Those that are given, as milliseconds since 1970. */
function momentsOf(values: readonly (string | number | null)[], file: string): number[] {
  return values.flatMap((value) => (value === null ? [] : [momentOf(value, file)]));
}
