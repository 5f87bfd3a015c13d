import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { destinationOf } from '../../app/byok/registry.ts';
import { supportMatrix } from '../../app/byok/support-matrix.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import { keySpecNames } from '../../app/keys/specs.ts';
import { ruleOf } from '../support/rule-of.ts';

type Json = Readonly<Record<string, unknown>>;

const page = readFileSync(new URL('../../docs/plan.md', import.meta.url), 'utf8');
const sections = new Map(page.split(/^#{2,3} /mu).map((text) => [text.slice(0, text.indexOf('\n')), text]));
const sectionOf = (title: string): string => sections.get(title) ?? expect.unreachable(`there is no ${title}`);
const jsonIn = (text: string): Json[] =>
  [...text.matchAll(/^```json\n(.*?)^```$/gmsu)].map(([, json = '']) => JSON.parse(json) as Json);
const without = (object: Json, member: string): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== member));

/** Members that a table tells of, and what it says of each. */
function membersIn(text: string): Map<string, string> {
  const rows = [...text.matchAll(/^\| (`[^|]*`) +\| ([^|]*[^| ]) *\|/gmu)];
  return new Map(
    rows.flatMap(([, names = '', what = '']) => [...names.matchAll(/`(\w+)`/gu)].map(([, name = '']) => [name, what])),
  );
}

/** What a table says of a member that may be left out: null when it may not, the default as JSON where one is named. */
function optional(what: string): { readonly default: unknown } | null {
  const [, value] = /^Optional(?:, default `([^`]*)`)?/u.exec(what) ?? [];
  if (!what.startsWith('Optional')) return null;
  return { default: value === undefined ? undefined : /^["\d]/u.test(value) ? JSON.parse(value) : value };
}

const [document = {}] = jsonIn(page);
const [plannedKey = {}] = document['keys'] as Json[];
const planWith = (destination: Json, spec: unknown): Json => ({
  ...document,
  keys: [{ ...plannedKey, spec, destination }],
});

describe('docs/plan.md', () => {
  const members = membersIn(sectionOf('Members of the plan'));
  const keyMembers = membersIn(sectionOf('Members of a key'));

  it('begins with a plan that has every member of its tables, and no others', () => {
    parsePlanDocument(document);
    expect(Object.keys(document)).toEqual([...members.keys()]);
    expect(Object.keys(plannedKey)).toEqual([...keyMembers.keys()]);
  });

  it('says of each member of a plan whether it may be left out, and what then holds', () => {
    for (const [member, what] of members) {
      const left = optional(what);
      const given = without(document, member);
      if (left === null) expect([member, ruleOf(() => parsePlanDocument(given))]).toEqual([member, 'PLAN-SCHEMA']);
      else if (left.default !== undefined) expect(parsePlanDocument(given).plan).toHaveProperty(member, left.default);
      else expect([member, ruleOf(() => parsePlanDocument(given))]).toEqual([member, null]);
    }
    for (const [member, what] of keyMembers) {
      const keys = [without(plannedKey, member)];
      expect([member, optional(what), ruleOf(() => parsePlanDocument({ ...document, keys }))]).toEqual([
        member,
        null,
        'PLAN-SCHEMA',
      ]);
    }
  });

  it('names every key spec', () => {
    const words = [...(keyMembers.get('spec') ?? '').matchAll(/`([^`]+)`/gu)].map(([, word]) => word);
    expect(words).toEqual(keySpecNames);
  });

  it('has a section for each destination', () => {
    const types = Object.keys(supportMatrix);
    expect([...sections.keys()].filter((title) => destinationOf(title) !== undefined).toSorted()).toEqual(types.toSorted()); // prettier-ignore
  });
});

describe.each(Object.keys(supportMatrix))('docs/plan.md, %s', (type) => {
  const section = sectionOf(type);
  const [destination = {}, ...others] = jsonIn(section);
  const [, spec] = /^.*[Aa]s `destination` of an `([a-z0-9-]+)` key:$/mu.exec(section) ?? [];
  const members = membersIn(section);
  const parse = (given: Json) => parsePlanDocument(planWith(given, spec)).plan.keys[0]?.destination;

  it('shows one object, which a plan takes for a key of that spec', () => {
    expect(others).toEqual([]);
    expect(parse(destination)).toEqual(destination);
    expect(parsePlanDocument(planWith(destination, spec)).plan.notices).toEqual([]);
  });

  it('tells of every member of the schema, and of no other', () => {
    const schema = destinationOf(type)?.schema ?? expect.unreachable(type);
    const entries = 'entries' in schema ? Object.keys(Object(schema.entries) as object) : [];
    expect(['type', ...members.keys()].toSorted()).toEqual(entries.toSorted());
  });

  it('says of each member whether it may be left out, and what then holds', () => {
    for (const [member, what] of members) {
      if (!(member in destination)) continue;
      const left = optional(what);
      const given = without(destination, member);
      if (left === null) expect([member, ruleOf(() => parse(given))]).toEqual([member, 'PLAN-SCHEMA']);
      else expect([member, (parse(given) as Json | undefined)?.[member]]).toEqual([member, left.default]);
    }
  });

  it('names every option of the support matrix that a plan may choose', () => {
    const format = destinationOf(type) ?? expect.unreachable(type);
    const chosen = format.option(parse(destination) ?? expect.unreachable('parsed above'));
    if (chosen === null || !Object.values(destination).includes(chosen)) return;
    for (const { option } of supportMatrix[type as keyof typeof supportMatrix]) expect(section).toContain(`\`${option}\``); // prettier-ignore
  });
});
