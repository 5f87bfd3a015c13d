import * as v from 'valibot';
import type { JsonValue } from '../audit/canonical-json.ts';
import { entryHash, type Entry } from '../audit/entry.ts';

const rehearsal = v.object({ type: v.literal('ceremony-opened'), mode: v.literal('rehearsal') });

/**
 * Tells the log in words for people: every entry, every value, nothing left out and nothing judged.
 * @param entries - the log from its first entry on
 * @returns plain text, LF; the same log gives the same text
 */
export function transcriptText(entries: readonly Entry[]): string {
  const isRehearsal = v.is(rehearsal, entries[0]?.event);
  return [
    'Transcript of the ceremony',
    ...(isRehearsal ? ['REHEARSAL: never put these keys to use.'] : []),
    'Each entry: number, time (UTC), who, what. The log itself, which this is made from, is log.jsonl.',
    '',
    ...entries.flatMap(describeEntry),
    `End of the transcript: ${entries.length} entries.`,
    '',
  ].join('\n');
}

function describeEntry(entry: Entry): string[] {
  const { title, values } = titled(entry.event);
  return [
    `${entry.sequence}  ${entry.time.replace('T', ' ').replace('Z', ' UTC')}  ${printable(entry.actor)}  ${title}`,
    ...describeMembers(values, '    '),
    `    hash: ${entryHash(entry)}`,
    '',
  ];
}

/** An event is told by its type; what has none is told by its values alone. */
function titled(event: JsonValue): { title: string; values: Readonly<Record<string, JsonValue>> } {
  if (!isRecord(event)) return { title: 'entry', values: { value: event } };
  const { type, ...values } = event;
  return typeof type === 'string' ? { title: inWords(type), values } : { title: 'entry', values: event };
}

/** In the order of the canonical log, so that an entry told before it was stored reads like one that was read back. */
function describeMembers(members: Readonly<Record<string, JsonValue>>, indent: string): string[] {
  return Object.entries(members)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, value]) => describe(inWords(name), value, indent));
}

function describe(name: string, value: JsonValue, indent: string): string[] {
  if (isScalar(value)) return [`${indent}${name}: ${scalar(value)}`];
  if (!isRecord(value)) {
    const items = value;
    if (items.length === 0) return [`${indent}${name}: none`];
    return [`${indent}${name}:`, ...items.flatMap((item, index) => describe(`${index + 1}`, item, `${indent}  `))];
  }
  if (Object.keys(value).length === 0) return [`${indent}${name}: none`];
  return [`${indent}${name}:`, ...describeMembers(value, `${indent}  `)];
}

type Scalar = string | number | boolean | null;

function isScalar(value: JsonValue): value is Scalar {
  return typeof value !== 'object' || value === null;
}

function isRecord(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return !isScalar(value) && !Array.isArray(value);
}

function scalar(value: Scalar): string {
  if (value === null || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return printable(String(value));
}

/** `kek-fingerprint-confirmed` and `spkiSha256` as words; an id stays as it is written in the log. */
function inWords(name: string): string {
  return printable(name)
    .replaceAll('-', ' ')
    .replace(/([a-z0-9])([A-Z])/gu, (_, one: string, two: string) => `${one} ${two.toLowerCase()}`);
}

/** Nobody's name or message can begin a line of its own or turn the text around. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
