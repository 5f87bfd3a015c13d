import { describe, expect, it } from 'vitest';
import type { Block } from '../../../app/paper/document.ts';
import { inGroups } from '../../../app/paper/report-forms.ts';
import { reportDocument } from '../../../app/paper/report.ts';
import { reportOf } from '../../../app/record/report.ts';
import { eventfulState, logOf } from '../../support/report-log.ts';
import { opened, toTheEnd, twoKeys, walkTo } from '../../support/walk.ts';

// The paper that is signed at the end must stand without the machine that printed it.

const whole = reportOf(logOf(toTheEnd(opened(twoKeys))));
const eventful = reportOf(logOf(eventfulState()));
const blocksOf = (report: typeof whole): readonly Block[] => reportDocument(report).blocks;
const textOf = (report: typeof whole): string => JSON.stringify(blocksOf(report));
const hashesOf = (report: typeof whole): string[] =>
  blocksOf(report).flatMap((block) => (block.kind === 'hash' ? [block.hex] : []));

describe('the report on paper', () => {
  it('has the hash of plan, log, module, manifest and of every key whole and in words', () => {
    const expected = [
      whole.planSha256,
      whole.log.head,
      whole.log.root,
      whole.token?.moduleSha256,
      whole.media[0]?.manifestSha256,
      ...whole.people.map(({ approvalKeySha256 }) => approvalKeySha256),
      ...whole.keys.flatMap(({ publicKeySha256, kek }) => [publicKeySha256, kek?.spkiSha256]),
    ];
    expect(hashesOf(whole)).toEqual(expect.arrayContaining(expected));
    for (const block of blocksOf(whole)) if (block.kind === 'hash') expect(block.words).toHaveLength(32);
  });

  it('has every signature that the log has, and a line for everybody who is still there', () => {
    const given = [...eventful.steps, ...eventful.exceptions.flatMap(({ closed }) => closed ?? [])];
    const signatures = given.flatMap(({ approvals }) => approvals.map(({ signature }) => inGroups(signature)));
    expect(signatures.length).toBeGreaterThan(10);
    const text = textOf(eventful);
    expect(signatures.filter((signature) => !text.includes(signature))).toEqual([]);
    const forms = blocksOf(eventful).flatMap((block) => (block.kind === 'table' && block.isForm ? block.rows : []));
    const lines = forms.map(([, name]) => name).filter((name) => name !== '');
    expect(lines.toSorted()).toEqual(eventful.people.filter(({ absent }) => absent === null).map(({ name }) => name));
  });

  it('tells every exception, break and bag; and says none where there is none', () => {
    const text = textOf(eventful);
    for (const told of ['The fire alarm went off.', 'A child is ill.', 'Lunch', 'A-2', 'Medium B did not come.']) {
      expect(text).toContain(told);
    }
    const paragraphs = blocksOf(whole).filter((block) => block.kind === 'paragraph' && block.text === 'None.');
    expect(paragraphs).toHaveLength(2);
  });

  it('has a line for every PIN that was given, and says it where there was none', () => {
    const rows = blocksOf(whole).flatMap((block) =>
      block.kind === 'table' && block.caption === 'Every PIN that was given' ? block.rows : [],
    );
    expect(rows.map(([, , how]) => how)).toEqual(whole.token?.pins.map(({ by }) => `typed by ${by.join(', ')}`));
    const attempt = { time: whole.until, how: 'parts' as const, by: ['PD', 'PC'], finalTryAccepted: true, step: null };
    const { token } = whole;
    if (token === null) throw new Error('the ceremony has a token');
    const told = textOf({ ...whole, token: { ...token, pins: [{ ...attempt, refusedBy: 'TOKEN-PIN-ACCEPTED' }] } });
    expect(told).toContain('Token not opened again: TOKEN-PIN-ACCEPTED');
    expect(told).toContain('typed in parts, in this order, by PD, PC; they knew that it was the last try');
    expect(textOf({ ...whole, token: { ...token, pins: [] } })).toContain('No PIN was typed.');
  });

  it('has the date of its last entry, and says that it is interim where the ceremony has not ended', () => {
    expect(reportDocument(whole)).toMatchObject({ date: whole.until, mode: 'rehearsal' });
    const early = reportDocument(reportOf(logOf(walkTo(opened(twoKeys), 'prepare.plan'))));
    expect(early.name).not.toBe(reportDocument(whole).name);
    expect(early.blocks.length).toBeGreaterThan(10);
  });

  it('breaks long hex between groups', () => {
    expect(inGroups('ab'.repeat(9))).toBe('abababab abababab ab');
    expect(inGroups('ab'.repeat(8))).toBe('abababab abababab');
  });
});
