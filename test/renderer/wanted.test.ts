import { describe, expect, it } from 'vitest';
import { wantedBy } from '../../renderer/state/wanted.ts';
import { viewAt } from './view-at.ts';

describe('what a ceremony waits for', () => {
  const reopen = { confirmers: [], distinctPeople: 1 };

  it('is a look at interrupted work, then an open token, then the step', () => {
    expect(wantedBy(viewAt({ size: 8 }))).toBe('confirm-step');
    expect(wantedBy({ ...viewAt({ size: 8 }), reopen })).toBe('reopen-token');
    expect(wantedBy({ ...viewAt({ size: 8 }), isUnsettled: true })).toBe('look-again');
    expect(wantedBy({ ...viewAt({ size: 8 }), reopen, isUnsettled: true })).toBe('look-again');
  });
});
