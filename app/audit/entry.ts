import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { bytesToUtf8, equalBytes } from '../keys/bytes.ts';
import { Refused, refuse } from '../rules/refusal.ts';
import { canonicalBytes, type JsonValue } from './canonical-json.ts';
import { nanosecondsOf } from './moment.ts';

/** One line of the log. Its order is its sequence; the time is data, since clocks jump. */
export interface Entry {
  /** 1 for the first entry, then one more each. */
  readonly sequence: number;
  /** Hash of the entry before, lower-case hex; 64 zeros in the first entry. */
  readonly previous: string;
  /** ISO 8601 in UTC with milliseconds: `2026-11-23T14:07:32.000Z`. */
  readonly time: string;
  /** Who or what caused it. */
  readonly actor: string;
  readonly event: JsonValue;
}

/** What `previous` says in the first entry. */
export const noPrevious = '0'.repeat(64);

const entrySchema = v.strictObject({
  sequence: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  previous: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)),
  time: v.pipe(
    v.string(),
    v.regex(/\.\d{3}Z$/u),
    v.check((time) => nanosecondsOf(time) !== null),
  ),
  actor: v.pipe(v.string(), v.nonEmpty()),
  event: v.custom<JsonValue>((value) => value !== undefined),
});

/** Levels of an entry, itself the first: hostile nesting stays off everybody's call stack. */
const mostLevels = 64;
/** The one number that may be no integer is `uploadMarginHours` of the plan, in the first entry. */
export const mostMarginHours = 8760;
const openingSchema = v.object({
  sequence: v.literal(1),
  event: v.object({
    plan: v.object({ uploadMarginHours: v.pipe(v.number(), v.minValue(0), v.maxValue(mostMarginHours)) }),
  }),
});

/**
 * The bytes of an entry: what is stored, hashed, exported and proved.
 * @param entry - the entry
 * @returns RFC 8785 canonical JSON of its five members, UTF-8
 * @throws Refused with LOG-ENTRY-CANONICAL when a member is not of its form, JSON-CANONICAL when the event is not JSON
 */
export function entryBytes(entry: Entry): Uint8Array {
  return canonicalBytes(checkMembers(entry));
}

/**
 * The hash that the next entry carries as `previous`.
 * @param entry - the entry
 * @returns SHA-256 of {@link entryBytes}, lower-case hex
 */
export function entryHash(entry: Entry): string {
  return bytesToHex(sha256(entryBytes(entry)));
}

/**
 * Reads an entry back; accepts exactly what {@link entryBytes} writes.
 * @param bytes - UTF-8 canonical JSON
 * @returns the entry
 * @throws Refused with LOG-ENTRY-CANONICAL
 */
export function parseEntry(bytes: Uint8Array): Entry {
  const entry = checkMembers(readJson(bytes));
  // Comparing bytes also refuses what JSON.parse lets pass: white space, another order, a member given twice.
  if (!equalBytes(canonicalBytes(entry), bytes)) {
    refuse('LOG-ENTRY-CANONICAL', `Entry ${entry.sequence} is not written in canonical form.`);
  }
  return entry;
}

/**
 * Reads the entry at a place of a log, and names the place when it is none.
 * @param bytes - see {@link parseEntry}
 * @param number - which one it is, from 1
 * @throws Refused with LOG-ENTRY-CANONICAL or JSON-CANONICAL
 */
export function parseEntryAt(bytes: Uint8Array, number: number): Entry {
  try {
    return parseEntry(bytes);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refuse(error.refusal.rule, `At entry ${number}: ${error.refusal.cause}`);
  }
}

function checkMembers(candidate: unknown): Entry {
  const result = v.safeParse(entrySchema, candidate);
  if (result.success) return checkData(result.output);
  const [issue] = result.issues;
  return refuse('LOG-ENTRY-CANONICAL', `Member "${v.getDotPath(issue) ?? 'entry'}" of a log entry: ${issue.message}.`);
}

/** What not every reader of JSON takes alike is in no log: fractions, large numbers, deep nesting. */
function checkData(entry: Entry): Entry {
  if (isPlain(v.is(openingSchema, entry) ? withoutMargin(entry.event) : entry.event, mostLevels - 1)) return entry;
  return refuse(
    'LOG-ENTRY-CANONICAL',
    `Entry ${entry.sequence} is nested deeper than ${mostLevels} levels, or holds a number that is no integer below 2^53.`,
  );
}

function withoutMargin(event: v.InferOutput<typeof openingSchema>['event']): JsonValue {
  return { ...event, plan: { ...event.plan, uploadMarginHours: 0 } };
}

function isPlain(value: JsonValue, levels: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((each: JsonValue) => isPlain(each, levels - 1));
}

function readJson(bytes: Uint8Array): unknown {
  const text = bytesToUtf8(bytes) ?? refuse('LOG-ENTRY-CANONICAL', 'A log entry is not UTF-8 text.');
  try {
    return JSON.parse(text);
  } catch {
    return refuse('LOG-ENTRY-CANONICAL', 'A log entry is not JSON.');
  }
}
