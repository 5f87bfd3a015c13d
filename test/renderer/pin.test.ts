import { describe, expect, it } from 'vitest';
import { PinDraft, type PinAsked } from '../../renderer/state/pin-draft.svelte.ts';
import { pinField, pinGaps, typedGaps } from '../../renderer/steps/pin-gaps.ts';
import { pinAsked } from './view-at.ts';

const fieldsOf = (asked: PinAsked | null, pin: PinDraft, isNew = false): string[] =>
  pinGaps(asked, pin, isNew).map(({ field }) => field);

describe('who types a PIN', () => {
  it('is said by the people, unless only one of them holds it', () => {
    expect(new PinDraft(pinAsked, []).typist).toBe('');
    expect(new PinDraft(pinAsked, ['Sam']).typist).toBe('p4');
    expect(new PinDraft(pinAsked, ['Kim', 'Sam']).typist).toBe('');
    expect(new PinDraft({ ...pinAsked, people: pinAsked.people.slice(0, 1) }, []).typist).toBe('p3');
  });

  it('is asked for before anything else', () => {
    const pin = new PinDraft(pinAsked, []);
    expect(fieldsOf(pinAsked, pin)).toEqual([pinField.typist, pinField.typed]);
    pin.typist = 'p3';
    pin.typed.text = '4711';
    expect(fieldsOf(pinAsked, pin)).toEqual([]);
  });

  it('is not asked where no PIN is', () => {
    expect(fieldsOf(null, new PinDraft(null, []))).toEqual([]);
  });
});

describe('a PIN in parts', () => {
  it('waits for an order of two people, then for each of their parts, and goes as an order without a secret', () => {
    const pin = new PinDraft(pinAsked, ['Kim']);
    pin.how = 'parts';
    expect(fieldsOf(pinAsked, pin)).toEqual([pinField.order]);
    pin.toggle('p4');
    expect(fieldsOf(pinAsked, pin)).toEqual([pinField.order]);
    pin.toggle('p3');
    expect(fieldsOf(pinAsked, pin)).toEqual([pinField.begin]);
    pin.held = 0;
    expect([pin.next, ...fieldsOf(pinAsked, pin)]).toEqual(['p4', pinField.typed]);
    pin.held = 1;
    expect(pin.next).toBe('p3');
    pin.held = 2;
    expect([pin.next, ...fieldsOf(pinAsked, pin)]).toEqual([null]);
    expect(pin.take()).toEqual({ kind: 'pin-parts', by: ['p4', 'p3'], finalTryAccepted: false });
  });

  it('may have parts of any length, as long as a new PIN is long enough in all', () => {
    const pin = new PinDraft(pinAsked, []);
    pin.how = 'parts';
    for (const id of ['p3', 'p4']) pin.toggle(id);
    pin.begin();
    const of = (part: string): string[] => {
      pin.typed.text = pin.again.text = part;
      return typedGaps(pin, true).map(({ field }) => field);
    };
    expect(of('1')).toEqual([]);
    pin.held = pin.heldCharacters = 1;
    expect(of('23')).toEqual([pinField.typed]);
    expect(of('234')).toEqual([]);
  });

  it('closes the ranks behind somebody who is taken out again', () => {
    const pin = new PinDraft(pinAsked, []);
    for (const id of ['p3', 'p4', 'p3']) pin.toggle(id);
    expect(pin.order).toEqual(['p4']);
  });
});

describe('a PIN on the pad of the token', () => {
  it('is typed there, and nothing of it comes here', () => {
    const asked = { ...pinAsked, pad: true };
    const pin = new PinDraft(asked, ['Kim']);
    expect(fieldsOf(asked, pin)).toEqual([]);
    expect(pin.take()).toEqual({ kind: 'pin-pad', by: 'p3', finalTryAccepted: false });
  });
});

describe('the last try before a token locks itself', () => {
  it('is made only by people who say that they know', () => {
    const asked = { ...pinAsked, isFinalTry: true };
    const pin = new PinDraft(asked, ['Kim']);
    pin.typed.text = '4711';
    expect(fieldsOf(asked, pin)).toEqual([pinField.finalTry]);
    pin.knowsFinalTry = true;
    expect(fieldsOf(asked, pin)).toEqual([]);
    expect(pin.take()).toMatchObject({ finalTryAccepted: true });
  });
});
