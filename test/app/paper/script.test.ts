import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byokExport } from '../../../app/ceremony/byok-export/definition.ts';
import { parsePlanDocument, type ParsedPlan } from '../../../app/ceremony/plan.ts';
import { roles } from '../../../app/ceremony/roles.ts';
import type { Step } from '../../../app/ceremony/step.ts';
import type { Block, Field, PaperDocument } from '../../../app/paper/document.ts';
import { scriptOf } from '../../../app/paper/script.ts';
import { planDocuments } from '../../support/plans.ts';
import { azureKey, planWith } from '../../support/walk.ts';

type StepBlock = Extract<Block, { kind: 'step' }>;

const parsed = (document: unknown): ParsedPlan => parsePlanDocument(document);
const scriptFor = (document: unknown): PaperDocument => scriptOf(parsed(document), { mode: 'rehearsal' });
const stepsIn = ({ blocks }: PaperDocument): StepBlock[] => blocks.filter((block) => block.kind === 'step');
const planned = (document: unknown): readonly Step[] => byokExport(parsed(document).plan, 'find-token');

function fieldsIn(blocks: readonly Block[]): Field[] {
  return blocks.flatMap((block) => (block.kind === 'fields' ? block.items : []));
}

/** All that a step of the script says, in the form of the definition. */
function saidIn({ id, number, title, blocks }: StepBlock): object {
  return {
    id,
    number,
    title,
    says: blocks.flatMap((block) => (block.kind === 'say' ? block.paragraphs : [])),
    ticks: blocks.flatMap((block) => (block.kind === 'checks' ? block.items.map(({ text }) => text) : [])),
  };
}

function saidBy({ id, number, title, says, ticks }: Step): object {
  return { id, number, title, says, ticks: ticks.map(({ text }) => text) };
}

/** Each step of the definition with what the script has of it. */
function stepsOnPaper(document: unknown): [Step, StepBlock][] {
  const onPaper = new Map(stepsIn(scriptFor(document)).map((block) => [block.id, block]));
  return planned(document).map((step) => {
    const block = onPaper.get(step.id);
    if (block === undefined) throw new Error(`${step.id} is not on paper`);
    return [step, block];
  });
}

const sample = planWith([azureKey('payroll-root'), azureKey('payroll-signing', { after: 'keep' })]);

const plans: readonly (readonly [string, unknown])[] = [
  ['two keys, one of which stays', sample],
  ['one key and one person', planWith([azureKey('a')], { roles: { operator: 1 }, quorum: { operator: 1 } })],
  ['forty keys', planWith(Array.from({ length: 40 }, (_, index) => azureKey(`key-${index}`)))],
  ['every role twice, four copies', planWith([azureKey('a')], { copies: 4, roles: Object.fromEntries(roles.map((role) => [role, 2])), quorum: { auditor: 2 } })], // prettier-ignore
];

describe('the script of a plan', () => {
  it.each(plans)('has every step once, in order, with the words of the screen: %s', (_, document) => {
    expect(stepsIn(scriptFor(document)).map(saidIn)).toEqual(planned(document).map(saidBy));
  });

  it('does so for any plan, and the same plan gives the same script', () => {
    fc.assert(
      fc.property(planDocuments, (document) => {
        const script = scriptFor(document);
        expect(stepsIn(script).map(saidIn)).toEqual(planned(document).map(saidBy));
        expect(scriptFor(structuredClone(document))).toEqual(script);
      }),
      { numRuns: 60 },
    );
  });

  it('is another one when the plan is: its hash stands on it whole', () => {
    const hashes = [sample, { ...sample, copies: 2 }].map((document) => {
      const { planSha256, blocks } = scriptFor(document);
      const [whole] = blocks.filter((block) => block.kind === 'hash');
      expect(whole).toMatchObject({ hex: planSha256 });
      expect(planSha256).toBe(parsed(document).sha256);
      return planSha256;
    });
    expect(new Set(hashes).size).toBe(2);
  });

  it('leaves room for the initials and the time of whoever acts and whoever must confirm', () => {
    fc.assert(
      fc.property(planDocuments, (document) => {
        for (const [{ acts, confirmers }, { blocks }] of stepsOnPaper(document)) {
          const people = roles.reduce((sum, role) => sum + Math.max(confirmers.roles[role] ?? 0, role === acts ? 1 : 0), 0); // prettier-ignore
          const fields = fieldsIn(blocks);
          expect(fields.filter(({ label }) => label.endsWith('initials'))).toHaveLength(people);
          expect(fields.filter(({ label }) => label.startsWith('Time'))).toHaveLength(people);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('asks for the fingerprint where one is compared, and for the head of the log at every sensitive step', () => {
    for (const [{ id, sensitive }, { blocks }] of stepsOnPaper(sample)) {
      const labels = fieldsIn(blocks).map(({ label }) => label);
      expect(labels.some((label) => label.startsWith('Fingerprint'))).toBe(id.startsWith('bring-in.compare.'));
      expect(labels.some((label) => label.startsWith('Head of the log'))).toBe(sensitive);
    }
  });

  it('has eight parts, and five numbered exception sheets that everybody initials', () => {
    const { blocks } = scriptFor(sample);
    const headings = blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
    expect(headings.filter((text) => text.startsWith('Part '))).toHaveLength(8);
    const sheets = headings.filter((text) => text.startsWith('Exception sheet'));
    expect(sheets.map((text) => /\d/u.exec(text)?.[0])).toEqual(['1', '2', '3', '4', '5']);
    for (const sheet of sheets) {
      const start = blocks.findIndex((block) => block.kind === 'heading' && block.text === sheet);
      const length = blocks.slice(start + 1).findIndex(({ kind }) => kind === 'new-page' || kind === 'heading');
      const labels = fieldsIn(blocks.slice(start, start + 1 + length)).map(({ label }) => label);
      expect(labels).toEqual(expect.arrayContaining(['Custodian 3', 'Witness']));
    }
  });

  it('has a row for every seat to be filled in, and to be signed at the end', () => {
    const tables = scriptFor(sample).blocks.filter((block) => block.kind === 'table' && block.isForm);
    const firstCells = tables.map((table) => (table.kind === 'table' ? table.rows.map(([first]) => first) : []));
    const seats = ['Administrator', 'Operator', 'Custodian 1', 'Custodian 2', 'Custodian 3'];
    expect(firstCells).toContainEqual([...seats, 'Witness']);
    expect(firstCells).toContainEqual(seats);
    expect(firstCells).toContainEqual(['Witness']);
  });

  it('has nothing of the day in it: nothing is ticked, no space is filled in', () => {
    const { blocks, date } = scriptFor(sample);
    const all = blocks.flatMap((block) => (block.kind === 'step' ? block.blocks : [block]));
    expect(date).toBeNull();
    expect(fieldsIn(all).filter(({ value }) => value !== '')).toEqual([]);
    const checks = all.flatMap((block) => (block.kind === 'checks' ? block.items : []));
    expect(checks.filter(({ isTicked }) => isTicked)).toEqual([]);
  });
});
