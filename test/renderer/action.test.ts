import { describe, expect, it } from 'vitest';
import { actionOf, noAt } from '../../renderer/words/action.ts';

const weak = { id: 'wrap.weak', action: 'Accept 3', asks: { keyIds: ['a', 'b', 'c'] } };
const destroy = { id: 'abort.destroy', action: 'Destroy', asks: { keyIds: ['a', 'b', 'c'] } };

describe('the primary action', () => {
  it('is the step’s own, and says so as soon as a key is declined', () => {
    expect(actionOf(weak, 0)).toBe('Accept 3');
    expect(actionOf(weak, 1)).not.toContain('Accept');
    expect(actionOf(weak, 2)).toContain('2');
  });

  it('says after an abort how many keys are kept, and nothing of destroying once all are', () => {
    expect([noAt(weak.id), noAt(destroy.id)]).toEqual(['decline', 'keep']);
    expect(actionOf(destroy, 2)).toMatch(/Destroy.*2/u);
    expect(actionOf(destroy, 3)).not.toContain('Destroy');
    expect(actionOf(destroy, 3)).toContain('3');
  });
});
