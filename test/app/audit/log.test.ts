import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendEntry, emptyChain, followLink, verifyChain } from '../../../app/audit/chain.ts';
import { entryBytes, entryHash, parseEntry, type Entry } from '../../../app/audit/entry.ts';
import { extractBytes, parseExtract } from '../../../app/audit/extract.ts';
import { canonicalBytes, type JsonValue } from '../../../app/audit/canonical-json.ts';
import { ruleOf } from '../../support/rule-of.ts';

const time = '2026-11-23T14:07:32.000Z';
const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function logOf(events: readonly JsonValue[]): Entry[] {
  const entries: Entry[] = [];
  let head = emptyChain;
  for (const event of events) {
    const entry = appendEntry(head, { time, actor: 'operator', event });
    entries.push(entry);
    head = followLink(head, entry);
  }
  return entries;
}

const first = appendEntry(emptyChain, { time, actor: 'Ada', event: { type: 'ceremony-opened' } });

describe('an entry', () => {
  it('is canonical JSON of its members, hashed with SHA-256', () => {
    const canonical = `{"actor":"Ada","event":{"type":"ceremony-opened"},"previous":"${'0'.repeat(64)}","sequence":1,"time":"${time}"}`;
    expect(text(entryBytes(first))).toBe(canonical);
    expect(entryHash(first)).toBe(createHash('sha256').update(canonical).digest('hex'));
    expect(parseEntry(utf8(canonical))).toEqual(first);
  });

  const canonical = text(entryBytes(first));
  it.each([
    ['white space', canonical.replace(':', ': ')],
    ['a line end', `${canonical}\n`],
    ['a BOM', `\ufeff${canonical}`],
    ['a member twice', canonical.replace('{"actor"', '{"actor":"Eve","actor"')],
    [
      'members in another order',
      `{"event":1,"actor":"Ada","previous":"${'0'.repeat(64)}","sequence":1,"time":"${time}"}`,
    ],
    ['an unknown member', canonical.replace('"time"', '"tame":1,"time"')],
    ['a missing event', canonical.replace('"event":{"type":"ceremony-opened"},', '')],
    ['an upper-case hash', canonical.replace('000"', '00A"')],
    ['a short hash', canonical.replace('000"', '00"')],
    ['sequence 0', canonical.replace('"sequence":1', '"sequence":0')],
    ['a sequence that is no integer', canonical.replace('"sequence":1', '"sequence":1.5')],
    ['a sequence beyond 2^53', canonical.replace('"sequence":1', '"sequence":9007199254740993')],
    ['a time with an offset', canonical.replace('32.000Z', '32.000+01:00')],
    ['a time without milliseconds', canonical.replace('.000Z', 'Z')],
    ['a moment that does not exist', canonical.replace('11-23', '02-30')],
    ['a month that does not exist', canonical.replace('11-23', '13-23')],
    ['nobody', canonical.replace('"Ada"', '""')],
    ['an escape that is not needed', canonical.replace('Ada', '\\u0041da')],
    ['an array', '[]'],
    ['no JSON', '{'],
  ])('is refused with %s', (_, candidate) => {
    expect(candidate).not.toBe(canonical);
    expect(ruleOf(() => parseEntry(utf8(candidate)))).toBe('LOG-ENTRY-CANONICAL');
  });

  it('is refused when it is not UTF-8, or holds a lone surrogate', () => {
    expect(ruleOf(() => parseEntry(Uint8Array.of(0x7b, 0xff)))).toBe('LOG-ENTRY-CANONICAL');
    expect(ruleOf(() => parseEntry(utf8(canonical.replace('Ada', '\\ud800'))))).toBe('JSON-CANONICAL');
    expect(ruleOf(() => entryBytes({ ...first, event: { x: '\ud800' } }))).toBe('JSON-CANONICAL');
    expect(ruleOf(() => entryBytes({ ...first, time: 'now' }))).toBe('LOG-ENTRY-CANONICAL');
  });
});

describe('the data of an entry', () => {
  const nested = (levels: number): JsonValue => (levels === 0 ? 'x' : [nested(levels - 1)]);
  const opening = (uploadMarginHours: JsonValue, plan: JsonValue = { uploadMarginHours }) => ({ ...first, event: { plan } }); // prettier-ignore
  it.each<[string, Entry]>([
    ['a fraction', { ...first, event: { x: [0.5] } }],
    ['a number that a double does not tell from the next', { ...first, event: 2 ** 53 }],
    ['a number with an exponent', { ...first, event: 1e21 }],
    ['a fraction where the plan has none', opening(0, { uploadMarginHours: 0.5, copies: 1.5 })],
    ['more hours than there may be', opening(9000.5)],
    ['that fraction in another entry', { ...opening(0.5), sequence: 2 }],
    ['too many levels', { ...first, event: nested(64) }],
  ])('is nothing that readers take differently: %s', (_, entry) => {
    expect(ruleOf(() => entryBytes(entry))).toBe('LOG-ENTRY-CANONICAL');
    expect(ruleOf(() => parseEntry(canonicalBytes(entry)))).toBe('LOG-ENTRY-CANONICAL');
  });

  it.each<[string, Entry]>([
    ['the largest number', { ...first, event: -(2 ** 53 - 1) }],
    ['the hours of the plan', opening(0.5)],
    ['few hours', opening(1.5e-7)],
    ['many levels', { ...first, event: nested(63) }],
  ])('may be %s', (_, entry) => {
    expect(parseEntry(entryBytes(entry))).toEqual(entry);
  });
});

/** In a log every number is one that every reader takes. */
const whole = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value), (_, each: unknown) => (typeof each === 'number' ? Math.trunc(each) % 2 ** 53 : each)) as JsonValue; // prettier-ignore
const someEvents = fc.array(fc.jsonValue().map(whole), { minLength: 1, maxLength: 12 });

describe('a chain', () => {
  it('is intact as appended, at every length', () => {
    fc.assert(
      fc.property(someEvents, (events) => {
        const entries = logOf(events);
        entries.forEach((entry, index) => {
          expect(verifyChain(entries.slice(0, index + 1))).toEqual({ size: index + 1, hash: entryHash(entry) });
        });
      }),
    );
  });

  it('of nothing is the empty chain', () => {
    expect(verifyChain([])).toEqual({ size: 0, hash: '0'.repeat(64) });
  });

  const log = logOf(['a', 'b', 'c', 'd']);
  const edited = (at: number, change: Partial<Entry>) => log.map((e, i) => (i === at ? { ...e, ...change } : e));
  it.each([
    ['an edited event', edited(1, { event: 'B' })],
    ['an edited time', edited(0, { time: '2026-11-23T14:07:32.001Z' })],
    ['an edited actor', edited(2, { actor: 'Eve' })],
    ['a removed entry', log.toSpliced(1, 1)],
    ['a removed first entry', log.slice(1)],
    ['a repeated entry', [...log, ...log.slice(3)]],
    ['two entries exchanged', [log[0], log[2], log[1], log[3]].flatMap((entry) => entry ?? [])],
    [
      'an inserted entry',
      log.toSpliced(2, 0, appendEntry({ size: 2, hash: entryHash(first) }, { time, actor: 'Eve', event: 1 })),
    ],
    ['another beginning', edited(0, { previous: '1'.repeat(64) })],
    ['another number', edited(3, { sequence: 5 })],
  ])('is broken by %s', (_, entries) => {
    expect(ruleOf(() => verifyChain(entries))).toBe('LOG-CHAIN-INTACT');
  });

  it('cannot miss a tail that was cut: a head kept elsewhere must', () => {
    expect(verifyChain(log.slice(0, 2)).size).toBe(2);
  });
});

describe('an extract', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(someEvents, (events) => {
        const entries = logOf(events);
        const bytes = extractBytes(entries);
        expect(text(bytes).split('\n')).toHaveLength(entries.length + 1);
        expect(extractBytes(parseExtract(bytes))).toEqual(bytes);
      }),
    );
  });

  it('may be empty', () => {
    expect(parseExtract(extractBytes([]))).toEqual([]);
  });

  const bytes = text(extractBytes(logOf([1, 2])));
  it.each([
    ['a cut line', bytes.slice(0, -1)],
    ['an empty line', `${bytes}\n`],
    ['CRLF', bytes.replaceAll('\n', '\r\n')],
  ])('is refused with %s', (_, damaged) => {
    expect(ruleOf(() => parseExtract(utf8(damaged)))).toBe('LOG-ENTRY-CANONICAL');
  });
});
