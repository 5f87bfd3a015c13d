import { describe, expect, it } from 'vitest';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { planFacts } from '../../../app/ceremony/view/plan-facts.ts';
import { blocksOf } from '../../../app/paper/from-facts.ts';
import { azureKey, planWith } from '../../support/walk.ts';

describe('what the window shows', () => {
  it('is on paper with every word of it: rows, values, hash and notices', () => {
    const destination = { type: 'alibaba-kms', region: 'cn-hangzhou', keyId: 'key-hzz62f1cb66fa42qo', wrappingAlgorithm: 'RSAES_PKCS1_V1_5' }; // prettier-ignore
    const { plan, sha256 } = parsePlanDocument(planWith([azureKey('a', { spec: 'aes-256', destination })]));
    const facts = planFacts(plan, sha256);
    const blocks = blocksOf(facts);
    expect(blocks).toHaveLength(facts.length);
    facts.forEach((fact, index) => {
      const block = blocks[index];
      if (fact.kind === 'table') {
        expect(block).toMatchObject({ rows: fact.rows, columns: fact.columns.map((heading) => ({ heading })) });
      } else if (fact.kind === 'fingerprint') {
        expect(block).toMatchObject({ kind: 'hash', hex: sha256, words: fact.words });
      } else {
        expect(block).toEqual(fact);
      }
    });
    expect(facts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['table', 'fingerprint', 'notice', 'values']));
  });

  it('says when something ends', () => {
    const ends = '2026-11-24T14:07:32.000Z';
    expect(blocksOf([{ kind: 'deadline', caption: 'Import token', ends }])).toMatchObject([
      { kind: 'values', items: [{ value: ends }] },
    ]);
  });
});
