import { describe, expect, it } from 'vitest';
import { wantedBy } from '../../renderer/state/wanted.ts';
import { pinAsked, viewAt } from './view-at.ts';

describe('what a ceremony waits for', () => {
  const reopen = { confirmers: [], distinctPeople: 1, pin: pinAsked };

  it('is a look at interrupted work, then an open token, then the step', () => {
    expect(wantedBy(viewAt({ size: 8 }))).toBe('confirm-step');
    expect(wantedBy({ ...viewAt({ size: 8 }), reopen })).toBe('reopen-token');
    expect(wantedBy({ ...viewAt({ size: 8 }), isUnsettled: true })).toBe('look-again');
    expect(wantedBy({ ...viewAt({ size: 8 }), reopen, isUnsettled: true })).toBe('look-again');
  });

  it('is everybody identified again before anything, and then a decision on what departed from the plan', () => {
    const acts = { role: 'operator' as const, names: [] };
    const closing = { exception: 1, subject: 'exception.1', acts, confirmers: [], distinctPeople: 1, leaveOut: null };
    const onBreak = { kind: 'break' as const, reason: 'Lunch', by: 'Kim', found: null, waiting: [], returned: [] };
    expect(wantedBy({ ...viewAt({ size: 8 }), closing, reopen })).toBe('close-exception');
    expect(wantedBy({ ...viewAt({ size: 8 }), closing, onBreak, isUnsettled: true })).toBe('identify-people');
  });
});
