import { describe, expect, it } from 'vitest';
import type { CeremonyView } from '../../app/contract/view.ts';
import { mayReplace, voidsDraft } from '../../renderer/state/order.ts';
import { pinAsked, viewAt } from './view-at.ts';

describe('which view stands', () => {
  it('never goes back behind the log', () => {
    expect(mayReplace(viewAt({ size: 8 }), viewAt({ size: 7 }))).toBe(false);
    expect(mayReplace(viewAt({ size: 8 }), viewAt({ size: 8 }))).toBe(true);
    expect(mayReplace(viewAt({ size: 8 }), viewAt({ size: 9 }))).toBe(true);
  });

  it('begins anew with another ceremony', () => {
    expect(mayReplace(null, viewAt({ size: 1 }))).toBe(true);
    expect(mayReplace(viewAt({ size: 8 }), { ...viewAt({ size: 1 }), ceremony: 'another' })).toBe(true);
  });
});

describe('what the people did at a step', () => {
  const refusal: CeremonyView['refusal'] = { rule: 'TOKEN-PIN-ACCEPTED', cause: 'wrong', remedy: '' };

  const exception: CeremonyView['exceptions'][number] = {
    exception: 1,
    subject: 'exception.1',
    step: '3.2 Log in',
    expected: 'an open token',
    happened: 'wrong',
    openedBy: 'Keyferry',
    rule: 'TOKEN-PIN-ACCEPTED',
    closed: null,
  };

  it('stands while the same step is on screen', () => {
    expect(voidsDraft(viewAt({ size: 8 }), viewAt({ size: 9 }))).toBe(false);
  });

  it('is void on the next step and in another ceremony', () => {
    expect(voidsDraft(null, viewAt({ size: 8 }))).toBe(true);
    expect(voidsDraft(viewAt({ size: 8 }), viewAt({ size: 9, step: 'token.probe' }))).toBe(true);
    expect(voidsDraft(viewAt({ size: 8 }), { ...viewAt({ size: 9 }), ceremony: 'another' })).toBe(true);
  });

  it('is void when the token must be opened first, and again when it is open', () => {
    const lost = { ...viewAt({ size: 9 }), reopen: { confirmers: [], distinctPeople: 1, pin: pinAsked } };
    expect(voidsDraft(viewAt({ size: 8 }), lost)).toBe(true);
    expect(voidsDraft(lost, viewAt({ size: 10 }))).toBe(true);
    expect(voidsDraft(lost, { ...lost })).toBe(false);
  });

  it('is void once the work of the step was refused, and not again by the same refusal', () => {
    const refused = { ...viewAt({ size: 9 }), refusal };
    expect(voidsDraft(viewAt({ size: 8 }), refused)).toBe(true);
    expect(voidsDraft(refused, { ...refused })).toBe(false);
  });

  it('is void once a key was left out: it was done for that key too', () => {
    const without = { ...viewAt({ size: 9 }), leftOut: [{ key: 'a', reason: 'no room' }] };
    expect(voidsDraft(viewAt({ size: 8 }), without)).toBe(true);
    expect(voidsDraft(without, { ...without })).toBe(false);
  });

  it('is void when the very same refusal comes back after another try: that is another exception', () => {
    const refused = { ...viewAt({ size: 9 }), refusal, exceptions: [exception] };
    expect(voidsDraft(refused, { ...refused, exceptions: [exception, { ...exception, exception: 2 }] })).toBe(true);
  });

  it('stands while the people sign below a refusal that they have dealt with, though the log grows', () => {
    const refused = { ...viewAt({ size: 9 }), refusal, exceptions: [exception] };
    expect(voidsDraft(refused, { ...refused, room: { ...refused.room, log: { ...refused.room.log, size: 12 } } })).toBe(
      false,
    );
  });

  it('stands when somebody notes an exception before anybody can sign, so that no name is typed twice', () => {
    expect(voidsDraft(viewAt({ size: 8 }), { ...viewAt({ size: 9 }), exceptions: [exception] })).toBe(false);
  });

  it('is void with a break and with an exception, and again once they are over', () => {
    const onBreak = { kind: 'break' as const, reason: 'lunch', by: 'Kim', found: null, waiting: [], returned: [] };
    const acts = { role: 'operator' as const, names: [] };
    const closing = { exception: 1, subject: 'exception.1', acts, confirmers: [], distinctPeople: 1, leaveOut: null };
    for (const still of [{ onBreak }, { closing }]) {
      expect(voidsDraft(viewAt({ size: 8 }), { ...viewAt({ size: 9 }), ...still })).toBe(true);
      expect(voidsDraft({ ...viewAt({ size: 9 }), ...still }, viewAt({ size: 10 }))).toBe(true);
    }
  });
});
