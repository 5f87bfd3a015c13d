import { describe, expect, it } from 'vitest';
import type { StepView } from '../../app/contract/view.ts';
import { StepDraft } from '../../renderer/state/draft.svelte.ts';
import { viewAt } from './view-at.ts';

const nothing: StepView['asks'] = { seats: [], folders: 0, keyIds: [], typing: null };

function draftAt(more: Partial<StepView>): StepDraft {
  const { step } = viewAt({ size: 1 });
  if (step === null) throw new Error('no step');
  return new StepDraft({ ...step, ...more });
}

describe('a draft', () => {
  it('has a line for each seat and for each key id', () => {
    const draft = draftAt({ asks: { ...nothing, seats: ['operator', 'witness'], keyIds: ['a', 'b', 'c'] } });
    expect(draft.seats.map(({ role }) => role)).toEqual(['operator', 'witness']);
    expect(draft.keyIds).toEqual(['', '', '']);
  });

  it('gives a step what its kind takes', () => {
    const draft = draftAt({ asks: { ...nothing, seats: ['operator'], folders: 2, keyIds: ['a'] } });
    draft.seats = [{ role: 'operator', name: ' Ada ', organisation: 'Contoso' }];
    draft.keyIds = ['a'];
    for (const medium of ['m2', 'm1']) draft.media.add(medium);
    expect(draft.takeInput('confirm')).toEqual({ kind: 'none' });
    expect(draft.takeInput('name-people')).toEqual({
      kind: 'people',
      people: [{ name: 'Ada', organisation: 'Contoso', roles: ['operator'] }],
    });
    expect(draft.takeInput('choose-outbound')).toEqual({ kind: 'media', media: ['m2', 'm1'] });
    expect(draft.takeInput('type-key-ids')).toEqual({ kind: 'key-ids', keyIds: ['a'] });
  });

  it('gives a PIN once, in UTF-8, and forgets it', () => {
    const draft = draftAt({});
    draft.pin = draft.pinAgain = 'pé';
    expect(draft.takeInput('enter-pin')).toEqual({ kind: 'pin', pin: Uint8Array.of(0x70, 0xc3, 0xa9) });
    expect([draft.pin, draft.pinAgain]).toEqual(['', '']);
    expect(draft.takeInput('choose-pin')).toEqual({ kind: 'pin', pin: new Uint8Array() });
  });
});
