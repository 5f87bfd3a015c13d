import { describe, expect, it } from 'vitest';
import { actionOf } from '../../renderer/words/action.ts';

describe('the primary action', () => {
  it('is the step’s own, and says so as soon as a key is declined', () => {
    expect(actionOf('Accept 3', 0)).toBe('Accept 3');
    expect(actionOf('Accept 3', 1)).not.toContain('Accept');
    expect(actionOf('Accept 3', 2)).toContain('2');
  });
});
