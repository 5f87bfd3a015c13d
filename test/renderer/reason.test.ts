import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calls } from '../../app/contract/calls.ts';
import { byokExport } from '../../app/ceremony/byok-export/definition.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import { mismatchAt } from '../../renderer/words/mismatch.ts';
import { reasonOf, roomBeside } from '../../renderer/words/reason.ts';
import { azureKey, planWith } from '../support/walk.ts';

const step = 'prepare.plan';

/** Whether the contract takes it: to abort, to have a break, and as what happened and was decided of an exception. */
function isTaken(reason: string): boolean {
  const decided = { exception: 1, decided: reason, decision: 'go-on', key: null, confirmedBy: [] };
  const told = { expected: reason, happened: reason, openedBy: 'p1' };
  const checks = [
    calls['ceremony.stop'].input['~standard'].validate({ step, reason }),
    calls['people.startBreak'].input['~standard'].validate({ reason, by: 'p1' }),
    calls['people.markAbsent'].input['~standard'].validate({ reason, person: 'p1' }),
    calls['people.openException'].input['~standard'].validate(told),
    calls['people.closeException'].input['~standard'].validate(decided),
  ];
  return checks.every((checked) => {
    if (checked instanceof Promise) throw new Error('the contract is checked at once');
    return checked.issues === undefined;
  });
}

describe('the reason that people give', () => {
  it('is what the contract takes, whatever was typed or pasted', () => {
    const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('\u00ad', '\n', '\ud800', '👩‍🔧'));
    const typing = fc.array(unit, { maxLength: 60 }).map((units) => units.join(''));
    fc.assert(
      fc.property(typing, fc.constantFrom(null, 'prepare.plan', 'token.log-in', 'bring-in.compare.a'), (text, step) => {
        const mismatch = step === null ? null : (mismatchAt(step)?.reason ?? null);
        const reason = reasonOf(mismatch, text.slice(0, roomBeside(mismatch)));
        expect(reason === '' || isTaken(reason)).toBe(true);
        if (mismatch !== null) expect(reason.startsWith(mismatch)).toBe(true);
      }),
    );
  });

  it('may be as long as the contract allows, and no longer', () => {
    for (const mismatch of [null, mismatchAt('bring-in.compare.a')?.reason ?? null]) {
      const longest = reasonOf(mismatch, 'x'.repeat(roomBeside(mismatch)));
      expect([isTaken(longest), isTaken(`${longest}x`)]).toEqual([true, false]);
    }
  });

  it('is none without a word', () => {
    expect(reasonOf(null, ' \u200b\t ')).toBe('');
  });

  it('is known beforehand where the people compare, and only there', () => {
    const { plan } = parsePlanDocument(planWith([azureKey('a'), azureKey('b')]));
    const known = byokExport(plan, 'find-token').filter(({ id }) => mismatchAt(id) !== null);
    expect(known.map(({ id }) => id)).toEqual([
      'prepare.plan',
      'token.log-in',
      'bring-in.compare.a',
      'bring-in.compare.b',
    ]);
    expect(known.every(({ ticks }) => ticks.length > 0)).toBe(true);
  });
});
