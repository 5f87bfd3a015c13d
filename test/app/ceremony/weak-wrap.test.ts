import { describe, expect, it } from 'vitest';
import { decide } from '../../../app/ceremony/decide.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { currentStep } from '../../../app/ceremony/state.ts';
import { viewOf } from '../../../app/ceremony/view/view.ts';
import { after, azureKey, confirmation, opened, planWith, refusedBy, stepDone, walkTo } from '../../support/walk.ts';

/** A key for a cloud that still takes RSAES-PKCS1-v1_5. */
function tencentKey(id: string, wrappingAlgorithm: string): Record<string, unknown> {
  const destination = { type: 'tencent-kms', region: 'ap-guangzhou', keyId: `kms-${id}`, wrappingAlgorithm };
  return azureKey(id, { spec: 'aes-256', destination });
}

const weak = planWith([azureKey('strong'), tencentKey('old', 'RSAES_PKCS1_V1_5'), tencentKey('new', 'RSAES_OAEP_SHA_256')]); // prettier-ignore

describe('a plan that wraps with RSAES-PKCS1-v1_5', () => {
  it('says first that this is weak, of each such key and of no other', () => {
    const { notices } = parsePlanDocument(weak).plan;
    expect(notices.filter(({ rule }) => rule === 'PLAN-WRAP-STRONG').map(({ text }) => text.split(':')[0])).toEqual([
      'old',
    ]);
  });

  it('has the quorum type the id of each such key before the wrap', () => {
    const state = walkTo(opened(weak), 'wrap.weak');
    const { step } = viewOf(state, {
      log: { size: 1, head: '00'.repeat(32) },
      workingSince: null,
      isTokenOpen: true,
      trouble: null,
      airGap: 'closed',
    });
    expect(step?.asks.keyIds).toEqual(['old']);
    expect(step?.asks.typing).not.toBeNull();
    const typed = (keyIds: string[]) => decide(state, { ...confirmation(state), input: { kind: 'key-ids', keyIds } });
    for (const wrong of [[], ['new'], ['Old'], ['old', 'new'], ['strong']]) {
      expect(refusedBy(typed(wrong))).toBe('WEAK-WRAP-CONFIRMED-BY-NAME');
    }
    expect(currentStep(after(state, typed(['old'])))?.id).toBe('wrap.wrap');
    const tooFew = { ...confirmation(state), confirmedBy: ['p1'] };
    expect(refusedBy(decide(state, tooFew))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
  });
});

describe('a plan without it', () => {
  it('has no such step and no such notice', () => {
    const strong = planWith([azureKey('strong'), tencentKey('new', 'RSAES_OAEP_SHA_1')]);
    const state = opened(strong);
    expect(state.steps.map(({ id }) => id)).not.toContain('wrap.weak');
    expect(state.plan.notices.map(({ rule }) => rule)).not.toContain('PLAN-WRAP-STRONG');
    expect(currentStep(stepDone(walkTo(state, 'wrap.approve')))?.id).toBe('wrap.wrap');
  });
});
