import { describe, expect, it } from 'vitest';
import { parsePlanDocument, type Plan } from '../../../app/ceremony/plan.ts';
import { checkParts, lintPlan, noticesOfParts } from '../../../app/planning/lint.ts';
import { planParts, type PlanPart } from '../../../app/planning/parts.ts';
import { stepsOf } from '../../../app/planning/steps.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { azureKey, planWith } from '../../support/walk.ts';

// A script without one of its parts is found out on the day, with everybody in the room: here it is found out before.

const people = { administrator: 1, operator: 1, custodian: 3, witness: 1 };

function plan(more: object = {}): Plan {
  return parsePlanDocument(planWith([azureKey('root')], { purpose: 'Change 4711', copies: 2, ...more })).plan;
}

const empty = (made: Plan): PlanPart[] => lintPlan(made).filter(({ isEmpty }) => isEmpty).map(({ part }) => part); // prettier-ignore
const said = (made: Plan, part: PlanPart): string => lintPlan(made).find((each) => each.part === part)?.said ?? '';

describe('the parts of a plan', () => {
  it('are eight, each of them said, none of them empty in a plan that is whole', () => {
    const parts = lintPlan(plan());
    expect(parts.map(({ part }) => part)).toEqual(planParts);
    expect(empty(plan())).toEqual([]);
    expect(new Set(parts.map((part) => part.said)).size).toBe(8);
    expect(() => checkParts(plan())).not.toThrow();
  });

  it.each<[PlanPart[], object]>([
    [['approval'], { purpose: '' }],
    [['approval'], { purpose: '   ' }],
    [['hardware'], { roles: { ...people, custodian: 0 }, quorum: { operator: 1, witness: 1 } }],
    [['sign-off'], { roles: { ...people, administrator: 0 } }],
    [['sign-off'], { roles: { ...people, witness: 0 }, quorum: { custodian: 2 } }],
    [['deviations'], { quorum: { witness: 1 } }],
    [['roles', 'hardware', 'sign-off', 'deviations'], { roles: { operator: 1 }, quorum: { operator: 1 } }],
  ])('are empty where the plan lacks them: %s', (parts, more) => {
    const made = plan(more);
    expect(empty(made)).toEqual(parts);
    expect(ruleOf(() => checkParts(made))).toBe('PLAN-PARTS-COMPLETE');
    expect(noticesOfParts(lintPlan(made)).map(({ rule }) => rule)).toEqual(parts.map(() => 'PLAN-PARTS-COMPLETE'));
  });

  it('are empty in a plan without keys and media, which no file can be', () => {
    expect(empty({ ...plan(), keys: [], copies: 0 })).toEqual(['steps', 'physical', 'storage']);
  });

  it('are signed off before an auditor as well as before a witness', () => {
    const audited = plan({ roles: { ...people, witness: 0, auditor: 1 }, quorum: { custodian: 2 } });
    expect(empty(audited)).toEqual([]);
  });

  it('say what this very plan says', () => {
    const other = plan({ copies: 3, keys: [azureKey('root', { after: 'keep' }), azureKey('leaf')] });
    for (const part of ['physical', 'storage', 'steps'] as const)
      expect(said(other, part)).not.toBe(said(plan(), part));
    expect(said(plan({ purpose: 'Change 4712' }), 'approval')).toContain('Change 4712');
    expect(said(other, 'steps')).toContain(String(stepsOf(other).length));
  });
});
