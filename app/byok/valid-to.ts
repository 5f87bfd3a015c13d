import { refusal, type Refusal } from '../rules/refusal.ts';
import { utc, utcOf } from './inbound/deadline.ts';

/** The last end that a service takes, and why. */
export interface LatestEnd {
  /** Milliseconds since 1970. */
  readonly moment: number;
  /** A clause: `AWS takes at most 365 days`. */
  readonly reason: string;
}

/**
 * Judges a planned end of a key by the room's clock.
 * @param validTo - ISO 8601 with `Z`; undefined for a key that does not expire
 * @param nowIso - the room's clock
 * @param latest - null where the service names none
 * @returns PLAN-TIMES-AHEAD when it has passed, or lies too far ahead; null when nothing stands against it
 */
export function refusesEnd(validTo: string | undefined, nowIso: string, latest: LatestEnd | null): Refusal | null {
  if (validTo === undefined) return null;
  const end = Date.parse(validTo);
  const now = Date.parse(nowIso);
  const says = `the clock of this room says ${utc(nowIso)}`;
  if (end <= now) return refusal('PLAN-TIMES-AHEAD', `"validTo" is ${utc(validTo)}, which has passed; ${says}.`);
  if (latest === null || end <= latest.moment) return null;
  const last = `${latest.reason}, so ${utc(utcOf(latest.moment))} at the latest`;
  return refusal('PLAN-TIMES-AHEAD', `"validTo" is ${utc(validTo)}; ${last}; ${says}.`);
}

/**
 * A planned end as some APIs want it.
 * @param validTo - ISO 8601 with `Z`; undefined for a key that does not expire
 * @returns whole seconds since 1970; 0 for a key that does not expire
 */
export function unixEnd(validTo: string | undefined): number {
  return validTo === undefined ? 0 : Math.floor(Date.parse(validTo) / 1000);
}

/** A planned end in words, for the people who approve it. */
export function endInWords(validTo: string | undefined): string {
  return validTo === undefined ? 'does not expire' : `expires at ${utc(validTo)}`;
}
