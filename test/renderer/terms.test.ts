import { describe, expect, it } from 'vitest';
import { byokExport } from '../../app/ceremony/byok-export/definition.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import { termsAt } from '../../renderer/terms.ts';
import { azureKey, planWith } from '../support/walk.ts';

const { plan } = parsePlanDocument(planWith([azureKey('root'), azureKey('made-2')]));

describe('the words of a step', () => {
  it('are explained at every step that compares a wrapping key, whatever the key is called', () => {
    const compared = byokExport(plan, 'make-token').filter(({ key }) => key !== null);
    expect(compared).toHaveLength(2);
    for (const step of compared) expect(termsAt(step).map(({ word }) => word)).toContain('SubjectPublicKeyInfo');
  });

  it('are none where nothing needs to be explained', () => {
    expect(termsAt({ id: 'prepare.workstation', key: null })).toEqual([]);
  });
});
