import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuser } from '../../../app/keys/refuser.ts';
import { parseStrictJson, parseStrictJsonText } from '../../../app/keys/strict-json.ts';
import { Refused } from '../../../app/rules/refusal.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { textVectors } from '../../vectors/read-vectors.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const wellFormed = (value: unknown): boolean => (JSON.stringify(value) as string | undefined)?.isWellFormed() ?? false;
const json = fc
  .jsonValue({ maxDepth: 5 })
  .filter((value) => wellFormed(value) && !/\\ud[89a-f]/i.test(JSON.stringify(value)) && !hasOddName(value));

/** Names that every object has are no names of members here. */
function hasOddName(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) => (!Array.isArray(value) && name in {}) || hasOddName(each));
}

describe('strict JSON', () => {
  it.each(textVectors('json'))('$name: $header.comment', ({ header, body }) => {
    const rule = ruleOf(() => parseStrictJson(utf8(body)));
    expect(rule ?? 'value').toBe(header['expect']);
  });

  it('gives what JSON.parse gives, in any layout', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t', '\r\n '.trimEnd()), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseStrictJsonText(text, refuser('INBOUND-JSON-STRICT', 'x'))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts nothing that JSON.parse refuses, and never answers otherwise than by value or refusal', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-0.5e3',
      'true',
      'null',
      ' ',
      '\n',
      '01',
      '"\\u0061"',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        if (ruleOf(() => parseStrictJson(utf8(text))) === null) {
          expect(parseStrictJson(utf8(text))).toEqual(JSON.parse(text));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses one member more by the same name, wherever it stands', () => {
    const member = fc.tuple(fc.constantFrom('a', 'b', 'n', ''), fc.integer());
    fc.assert(
      fc.property(fc.array(member, { maxLength: 5 }), (members) => {
        const text = `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
        const isUnique = new Set(members.map(([name]) => name)).size === members.length;
        expect(ruleOf(() => parseStrictJson(utf8(text)))).toBe(isUnique ? null : 'INBOUND-JSON-STRICT');
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
    'refuses a member that a schema would pass over: %s',
    (name) => {
      expect(ruleOf(() => parseStrictJson(utf8(`{"a":[{"${name}":1}]}`)))).toBe('INBOUND-JSON-STRICT');
      expect(ruleOf(() => parseStrictJson(utf8(`{"a":["${name}"]}`)))).toBeNull();
    },
  );

  it('refuses bytes that are not UTF-8 and reports under the rule of its caller', () => {
    expect(ruleOf(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('INBOUND-JSON-STRICT');
    const plan = refuser('PLAN-READABLE', 'plan.json');
    expect(ruleOf(() => parseStrictJson(utf8('{"a":1,"a":2}'), plan))).toBe('PLAN-READABLE');
  });

  it('names the place, the member and the line', () => {
    try {
      parseStrictJson(utf8('{\n"kid": 1,\n"kid": 2}'), refuser('PLAN-READABLE', 'plan.json'));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Refused);
      expect((error as Refused).refusal.cause).toMatch(/plan\.json.*"kid".*3/);
    }
  });

  it('reads a long string in linear time', () => {
    const text = JSON.stringify('\\"é'.repeat(20_000));
    expect(parseStrictJson(utf8(text))).toBe(JSON.parse(text));
    expect(ruleOf(() => parseStrictJson(utf8(text.slice(0, -1))))).toBe('INBOUND-JSON-STRICT');
  });
});
