import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ceremonyRules } from '../../../app/rules/ceremony.ts';
import { inboundRules } from '../../../app/rules/inbound.ts';
import { rules, type RuleId } from '../../../app/rules/index.ts';
import { logRules } from '../../../app/rules/log.ts';
import { mediaRules } from '../../../app/rules/media.ts';
import { peopleRules } from '../../../app/rules/people.ts';
import { planRules } from '../../../app/rules/plan.ts';
import { tokenRules } from '../../../app/rules/token.ts';

// Rules drift from the page that argues for them unless something ties the two together: this does.

const root = join(import.meta.dirname, '..', '..', '..');
const page = textOf('docs/assurance.md');
const ids = Object.keys(rules) as RuleId[];

/** One entry of the page, as it is written there. */
interface Case {
  readonly id: string;
  readonly claim: string;
  readonly argument: string;
  readonly evidence: string;
}

const cases: readonly Case[] = page
  .split(/^#### /mu)
  .slice(1)
  .map((section) => ({
    id: section.slice(0, section.indexOf('\n')),
    claim: lineOf(section, 'Claim'),
    argument: lineOf(section, 'Argument'),
    evidence: lineOf(section, 'Evidence'),
  }));

/** Rules of the table of exceptions, each with its reason. */
const exceptions = new Map(
  [...partOf('Rules without a test of their own').matchAll(/^\| ([A-Z0-9-]+) +\| (.+) \|$/gmu)].map(
    ([, id = '', reason = '']) => [id, reason.trim()],
  ),
);

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function lineOf(section: string, name: string): string {
  return new RegExp(`^- ${name}: (.+)$`, 'mu').exec(section)?.[1] ?? '';
}

function partOf(title: string): string {
  return page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
}

/** The files that a text names in backticks, as paths from the top of the repository. */
function filesIn(text: string): string[] {
  return [...text.matchAll(/`((?:app|main|renderer|test)\/[^`]+\.[a-z]+)`/gu)].map(([, file = '']) => file);
}

function names(file: string, id: string): boolean {
  return new RegExp(`(?<![A-Z0-9-])${id}(?![A-Z0-9-])`, 'u').test(textOf(file));
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

describe('the rules', () => {
  it('stand in one table each: a second one would replace the first in silence', () => {
    const tables = [planRules, ceremonyRules, peopleRules, inboundRules, tokenRules, mediaRules, logRules];
    expect(tables.flatMap((table) => Object.keys(table)).toSorted()).toEqual(ids.toSorted());
  });

  it('say what holds and what to do in whole sentences, each its own', () => {
    const claims = ids.map((id) => rules[id].claim);
    expect(claims.filter((claim, index) => claims.indexOf(claim) !== index)).toEqual([]);
    expect(ids.filter((id) => !/^[A-Z0-9]+(?:-[A-Z0-9]+)+$/u.test(id))).toEqual([]);
    const isSentence = (text: string): boolean => /^\p{L}.*\.$/u.test(text);
    expect(ids.filter((id) => !isSentence(rules[id].claim) || !isSentence(rules[id].remedy))).toEqual([]);
  });

  it('are each enforced somewhere: a rule that nothing refuses claims what nobody checks', () => {
    const sources = [...sourcesBelow('app'), ...sourcesBelow('main')].filter((file) => !file.startsWith('app/rules/'));
    // Quoted, so that a mention in a comment does not count.
    const code = sources.map(textOf).join('\n');
    expect(ids.filter((id) => !code.includes(`'${id}'`))).toEqual([]);
  });
});

describe('the assurance case', () => {
  it('has exactly one entry for each rule', () => {
    expect(cases.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(page).toContain(`${ids.length} rules`);
  });

  it.each(cases)('claims for $id what the rule claims', ({ id, claim }) => {
    expect(claim).toBe(rules[id as RuleId].claim);
  });

  it.each(cases)('argues for $id with files that exist, one of which enforces it', ({ id, argument }) => {
    const files = filesIn(argument);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(files.filter((file) => names(file, id))).not.toEqual([]);
  });

  it.each(cases)('shows for $id tests that exist and name it, or says why there is none', ({ id, evidence }) => {
    const files = filesIn(evidence);
    expect(files.filter((file) => !file.startsWith('test/') || !names(file, id))).toEqual([]);
    expect(files.length === 0).toBe(exceptions.has(id));
  });

  it('excepts only rules that there are, each with a reason', () => {
    expect([...exceptions.keys()].filter((id) => !Object.hasOwn(rules, id))).toEqual([]);
    expect([...exceptions.values()].filter((reason) => reason.length < 20)).toEqual([]);
  });

  it('names only files that exist, and mutations of the product that a test caught', () => {
    expect([...new Set(filesIn(page))].filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const caught = partOf('Mutations')
      .split('\n')
      .filter((line) => filesIn(line)[0]?.startsWith('app/') && filesIn(line).some((file) => file.startsWith('test/')));
    expect(caught.length).toBeGreaterThanOrEqual(12);
  });
});

describe('the threat model', () => {
  it('sets every rule against a threat: a rule against none is not needed', () => {
    expect(ids.filter((id) => !names('docs/threat-model.md', id))).toEqual([]);
  });
});
