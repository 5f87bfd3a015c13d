import { describe, expect, it } from 'vitest';
import type { StepView } from '../../app/contract/view.ts';
import { StepDraft } from '../../renderer/state/draft.svelte.ts';
import { pinAsked, viewAt } from './view-at.ts';

const nothing: StepView['asks'] = { seats: [], folders: 0, keyIds: [], typing: null, keys: [], pin: null };

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
    const of = (kind: StepView['kind']): StepDraft => {
      const draft = draftAt({ kind, asks: { ...nothing, seats: ['operator'], folders: 2, keyIds: ['a'] } });
      draft.seats = [
        { role: 'operator', name: ' Ada Lin ', organisation: 'Contoso', initials: 'alx', identifiedBy: 'Passport ' },
      ];
      draft.keyIds = ['a'];
      for (const medium of ['m2', 'm1']) draft.media.add(medium);
      return draft;
    };
    const ada = { name: 'Ada Lin', organisation: 'Contoso', initials: 'ALX', identifiedBy: 'Passport' };
    expect(of('confirm').takeInput()).toEqual({ kind: 'none' });
    expect(of('register-keys').takeInput()).toEqual({ kind: 'none' });
    expect(of('name-people').takeInput()).toEqual({ kind: 'people', people: [{ ...ada, roles: ['operator'] }] });
    expect(of('choose-outbound').takeInput()).toEqual({ kind: 'media', media: ['m2', 'm1'] });
    expect(of('type-key-ids').takeInput()).toEqual({ kind: 'key-ids', keyIds: ['a'] });
  });

  it('gives a PIN once, in UTF-8, and forgets it', () => {
    const draft = draftAt({ asks: { ...nothing, pin: pinAsked } });
    draft.pin.typist = 'p4';
    draft.pin.typed.text = draft.pin.again.text = 'pé';
    const given = { kind: 'pin', by: 'p4', finalTryAccepted: false };
    expect(draft.takeInput()).toEqual({ ...given, pin: Uint8Array.of(0x70, 0xc3, 0xa9) });
    expect([draft.pin.typed.text, draft.pin.again.text]).toEqual(['', '']);
    expect(draft.takeInput()).toEqual({ ...given, pin: new Uint8Array() });
  });
});
