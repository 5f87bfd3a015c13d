import { describe, expect, it } from 'vitest';
import { byokExport } from '../../app/ceremony/byok-export/definition.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import { refusal, type Refusal } from '../../app/rules/refusal.ts';
import { exceptionOf, openInWords, ruleTold } from '../../renderer/words/exceptions.ts';
import { outcomeInWords } from '../../renderer/words/outcome.ts';
import { phaseOf, placeOf } from '../../renderer/words/phase.ts';
import { safeAfterFailure } from '../../renderer/words/stays-safe.ts';
import { azureKey, planWith } from '../support/walk.ts';
import { viewAt } from './view-at.ts';

type Exception = CeremonyView['exceptions'][number];

function exception(number: number, more: Partial<Exception> = {}): Exception {
  return {
    exception: number,
    subject: `exception.${number}`,
    step: '6.2 Wrap 1 key',
    expected: '6.2 Wrap 1 key',
    happened: 'It did not answer.',
    openedBy: 'Keyferry',
    rule: 'TOKEN-ANSWERS',
    closed: null,
    ...more,
  };
}

const closed = { decided: 'We try again', key: null, by: ['Kim'] };
const failure: Refusal = refusal('TOKEN-ANSWERS', 'It did not answer.', { remedy: 'Look at the cable.' });

describe('exceptions in words', () => {
  it('name every open one, and nothing once all are closed', () => {
    expect(openInWords([])).toBeNull();
    expect(openInWords([exception(1, { closed })])).toBeNull();
    expect(openInWords([exception(1, { closed }), exception(2)])).toMatch(/\b2\b/u);
    expect(openInWords([exception(2), exception(3)])).toMatch(/\b2\b.*\b3\b/u);
  });

  it('find the latest one that a failure has opened', () => {
    const all = [exception(1, { closed }), exception(2), exception(3, { happened: 'Something else.' })];
    expect(exceptionOf(all, failure)?.exception).toBe(2);
    expect(exceptionOf(all, { ...failure, cause: 'never' })).toBeUndefined();
  });

  it('tell the remedy of the failure itself where there is one, and that of the rule otherwise', () => {
    expect(ruleTold(exception(1), failure)).toMatchObject({
      rule: 'TOKEN-ANSWERS',
      remedy: failure.remedy,
      isOfStep: true,
    });
    const later = ruleTold(exception(1), null);
    expect(later?.isOfStep).toBe(false);
    expect(later?.remedy).not.toBe(failure.remedy);
    expect(later?.claim).not.toBeNull();
  });

  it('name no rule where people noted what happened', () => {
    expect(ruleTold(exception(1, { rule: null, openedBy: 'Kim' }), failure)).toBeNull();
  });
});

describe('what work that failed left as it was', () => {
  const at = (id: 'prepare' | 'wrap', of: number): CeremonyView => ({
    ...viewAt({ size: 8, step: `${id}.x` }),
    carried: { keys: of, of },
    journey: viewAt({ size: 8 }).journey.map((phase) => {
      const step = { id: `${id}.x`, number: '6.2', title: '', key: null, status: 'now' as const };
      return phase.id === id ? { ...phase, steps: [step] } : phase;
    }),
  });

  it('speaks of other keys only where there are some, and work goes key by key', () => {
    const [one, several] = [safeAfterFailure(at('wrap', 1)), safeAfterFailure(at('wrap', 3))];
    expect(several.length).toBeGreaterThan(one.length);
    expect(safeAfterFailure(at('prepare', 3))).toBe(safeAfterFailure(at('prepare', 1)));
  });

  it('says whether somebody must look first', () => {
    expect(safeAfterFailure({ ...at('wrap', 1), isUnsettled: true })).not.toBe(safeAfterFailure(at('wrap', 1)));
  });

  it('is found by the phase of the step on screen', () => {
    expect(phaseOf(at('wrap', 1))?.id).toBe('wrap');
    expect(phaseOf({ ...at('wrap', 1), step: null })).toBeUndefined();
  });
});

describe('how a ceremony ended', () => {
  it('is told apart by outcome, with the keys that stay', () => {
    const outcomes = ['completed', 'aborted-clean', 'aborted-with-keys-present'] as const;
    const words = outcomes.map((outcome) => outcomeInWords({ outcome, keysInToken: ['payroll-root'], stopped: null }));
    expect(new Set(words).size).toBe(3);
    expect(words.map((said) => said.includes('payroll-root'))).toEqual([false, false, true]);
    const stopped = { step: 'keys.make', reason: 'fire', unsettled: 'It was being made.', keyInDoubt: 'payroll-root' };
    const inDoubt = outcomeInWords({ outcome: 'aborted-with-keys-present', keysInToken: [], stopped });
    expect(inDoubt).toContain('payroll-root');
    const both = outcomeInWords({ outcome: 'aborted-with-keys-present', keysInToken: ['payroll-signing'], stopped });
    for (const key of ['payroll-root', 'payroll-signing']) expect(both).toContain(key);
    expect(words).not.toContain(inDoubt);
  });

  it('says in which phase it was aborted, for every step of a plan', () => {
    const { plan } = parsePlanDocument(planWith([azureKey('a')]));
    const steps = byokExport(plan, 'find-token');
    expect(steps.every(({ id }) => placeOf(id) !== '')).toBe(true);
    expect(new Set(steps.map(({ id }) => placeOf(id))).size).toBe(new Set(steps.map(({ phase }) => phase)).size);
  });
});
