import { describe, expect, it } from 'vitest';
import type { Fact } from '../../app/contract/view.ts';
import { aroundComparison } from '../../renderer/steps/comparison.ts';

const fingerprint: Fact = { kind: 'fingerprint', caption: 'KEK', hex: 'e5'.repeat(32), words: [] };
const values: Fact = { kind: 'values', caption: 'KEK', items: [] };
const table: Fact = { kind: 'table', caption: 'Files', columns: [], rows: [] };
const deadline: Fact = { kind: 'deadline', caption: 'The import token ends', ends: '2026-11-24T14:07:00Z' };
const notice: Fact = { kind: 'notice', rule: 'KEK-SIZE-ALLOWED', text: 'Look' };

describe('the checks of a step that compares', () => {
  it('stand right below the fingerprint, and below every notice and deadline', () => {
    expect(aroundComparison([fingerprint, values, deadline, table, notice])).toEqual({
      before: [fingerprint, deadline, notice],
      after: [values, table],
    });
    expect(aroundComparison([values, fingerprint, table]).before).toEqual([values, fingerprint]);
  });

  it('come after a fingerprint that is read aloud, which stands above all that was before it', () => {
    expect(aroundComparison([values, notice, fingerprint, table, deadline], true)).toEqual({
      before: [fingerprint, values, notice, deadline],
      after: [table],
    });
  });

  it('stay where they are without a fingerprint', () => {
    expect(aroundComparison([values, notice])).toEqual({ before: [], after: [values, notice] });
  });
});
