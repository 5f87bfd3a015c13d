import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import { keyToLeaveOut } from '../../../app/ceremony/leaving-out.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { carriedKeys, currentStep, noticesOf, type CeremonyState } from '../../../app/ceremony/state.ts';
import { viewOf } from '../../../app/ceremony/view/view.ts';
import { keysToDestroy, remainingWork } from '../../../app/ceremony/work.ts';
import { ruleOf } from '../../support/rule-of.ts';
import {
  after,
  azureKey,
  completeOne,
  confirmation,
  failing,
  opened,
  opening,
  planWith,
  refusedBy,
  stepDone,
  walkTo,
  wholeCeremony,
} from '../../support/walk.ts';

const existing = { existing: { ckaId: 'ab12' } };
const three = planWith([azureKey('a'), azureKey('b'), azureKey('c', { source: existing })]);

/** At a step with work for each key: the first is done, the second has failed. */
function secondFailed(step: string, plan = three): CeremonyState {
  const asked = after(walkTo(opened(plan), step), decide(walkTo(opened(plan), step), confirmation(walkTo(opened(plan), step)))); // prettier-ignore
  return failing(completeOne(asked));
}

const without = (state: CeremonyState, more: object = {}): Command => ({
  type: 'leave-out-key',
  step: currentStep(state)?.id ?? '',
  key: 'b',
  reason: 'the token refuses it',
  confirmedBy: state.people.map(({ id }) => id),
  ...more,
});

describe('a key whose work has failed', () => {
  it.each(['keys.make', 'wrap.wrap'])('can be left out at %s, and the others go on', (step) => {
    const failed = secondFailed(step);
    expect(keyToLeaveOut(failed)).toBe('b');
    const state = after(failed, decide(failed, without(failed)));
    expect(carriedKeys(state).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(currentStep(state)?.id).toBe(step);
    expect(state.failure).toBeNull();
    // Nothing goes on before the people have confirmed the step again.
    expect(state.input).toBeNull();
    expect(remainingWork(state)).toMatchObject([{ key: { id: 'c' } }]);
    expect(currentStep(stepDone(state))?.id).not.toBe(step);
    expect(noticesOf(state).map(({ rule }) => rule)).toContain('KEY-LEFT-OUT-BY-DECISION');
  });

  it('ends the step when it was the last piece', () => {
    const plan = planWith([azureKey('a'), azureKey('b')]);
    const failed = secondFailed('wrap.wrap', plan);
    expect(currentStep(after(failed, decide(failed, without(failed))))?.id).toBe('wrap.check');
  });

  it('is carried to the end without it: it is in no later work but its own destruction', () => {
    let state = secondFailed('wrap.wrap');
    state = after(state, decide(state, without(state)));
    while (currentStep(state)?.id !== 'close.destroy') state = stepDone(state);
    expect([...state.wrapped.keys()]).toEqual(['a', 'c']);
    expect(keysToDestroy(state).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('stays in the token when it was there before: no other copy of it exists', () => {
    const plan = planWith([azureKey('a'), azureKey('b', { source: existing }), azureKey('c')]);
    const failed = secondFailed('wrap.wrap', plan);
    const state = after(failed, decide(failed, without(failed)));
    expect(keysToDestroy(state).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('leaves out the step that would destroy it, when that was all there was to do', () => {
    const keys = [
      azureKey('a', { after: 'keep' }),
      azureKey('b', { source: existing }),
      azureKey('c', { after: 'keep' }),
    ];
    const failed = secondFailed('wrap.wrap', planWith(keys));
    let state = after(failed, decide(failed, without(failed)));
    while (currentStep(state)?.id !== 'close.log-out') {
      expect(currentStep(state)?.id).not.toBe('close.destroy');
      state = stepDone(state);
    }
  });

  const shown = (state: CeremonyState) =>
    viewOf(state, {
      log: { size: 1, head: '00'.repeat(32) },
      workingSince: null,
      isTokenOpen: true,
      trouble: null,
      airGap: 'closed',
    });
  const countIn = (text: string | undefined): string | undefined => /\d+/u.exec(text ?? '')?.[0];

  it('is not counted any more, in no title and no action', () => {
    const failed = secondFailed('keys.make');
    expect(shown(failed)).toMatchObject({ leaveOut: { key: 'b' }, leftOut: [], carried: { keys: 3, of: 3 } });
    let state = after(failed, decide(failed, without(failed)));
    expect(shown(state)).toMatchObject({ leaveOut: null, leftOut: [{ key: 'b', reason: 'the token refuses it' }] });
    expect(shown(state).carried).toEqual({ keys: 2, of: 3 });
    const said: (string | undefined)[][] = [];
    while (currentStep(state) !== null) {
      const { step } = shown(state);
      if (step !== null && /^(?:wrap|close)\./u.test(step.id)) said.push([step.id, countIn(step.title), countIn(step.action)]); // prettier-ignore
      state = stepDone(state);
    }
    expect(said.filter(([, title, action]) => (title ?? action) !== undefined)).toEqual([
      ['wrap.approve', '2', '2'],
      ['wrap.wrap', '2', '2'],
      ['close.destroy', '2', '2'],
    ]);
  });

  it('leaves the steps as they are: the same ids, numbers, checks and people', () => {
    const failed = secondFailed('keys.make');
    const state = after(failed, decide(failed, without(failed)));
    const bones = ({ steps }: CeremonyState) =>
      steps.map(({ id, number, kind, ticks, confirmers, work }) => ({ id, number, kind, ticks: ticks.length, confirmers, work })); // prettier-ignore
    expect(bones(state)).toEqual(bones(failed));
    const titles = shown(state).journey.flatMap(({ steps }) => steps.map(({ title }) => title));
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('is not among those of which the action says that they remain', () => {
    const plan = planWith(['a', 'b', 'c', 'd'].map((id) => azureKey(id)));
    const failed = secondFailed('wrap.wrap', plan);
    expect(countIn(shown(failed).step?.action)).toBe('3');
    expect(countIn(shown(after(failed, decide(failed, without(failed)))).step?.action)).toBe('2');
  });

  it('stands as left out among the keys of the plan, and only where it is destroyed among those that go', () => {
    const rowsOf = (state: CeremonyState): string[][] =>
      shown(state).step?.facts.flatMap((fact) => (fact.kind === 'table' ? fact.rows : [])) ?? [];
    const unmade = secondFailed('keys.make');
    let state = after(unmade, decide(unmade, without(unmade)));
    const [a, b] = rowsOf(state);
    expect(b?.at(-1)).not.toBe(a?.at(-1));
    while (currentStep(state)?.id !== 'close.destroy') state = stepDone(state);
    expect(rowsOf(state).map(([id]) => id)).toEqual(['a', 'c']);
    const unwrapped = secondFailed('wrap.wrap');
    state = after(unwrapped, decide(unwrapped, without(unwrapped)));
    while (currentStep(state)?.id !== 'close.destroy') state = stepDone(state);
    expect(rowsOf(state).map(([id]) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is not destroyed when it was never made', () => {
    const failed = secondFailed('keys.make');
    const state = after(failed, decide(failed, without(failed)));
    expect(keysToDestroy(state).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});

describe('a key that a refusal names', () => {
  /** At a step whose work is not for single keys, refused because of one of them. */
  function refusedFor(key: string, step: string): CeremonyState {
    const state = walkTo(opened(three), step);
    const asked = after(state, decide(state, confirmation(state)));
    const refusal = { rule: 'IMPORT-TOKEN-IN-FORCE', cause: 'it ended', remedy: 'leave it out', key };
    return after(asked, decide(asked, { type: 'fail-work', effect: asked.inFlight?.effect ?? 0, refusal, settled: false })); // prettier-ignore
  }

  it.each(['token.probe', 'bring-in.read', 'take-out.write'])('can be left out at %s', (step) => {
    const failed = refusedFor('b', step);
    expect(keyToLeaveOut(failed)).toBe('b');
    let state = after(failed, decide(failed, without(failed)));
    // The step itself is still to be done, for the others.
    expect(currentStep(state)?.id).toBe(step);
    const seen: string[] = [];
    while (currentStep(state) !== null) {
      seen.push(currentStep(state)?.id ?? '');
      state = stepDone(state);
    }
    expect(seen).not.toContain('bring-in.compare.b');
    expect(state.copies).toHaveLength(1);
  });

  it('is given up by the quorum of the plan, also where the step needs one person only', () => {
    const failed = refusedFor('b', 'bring-in.read');
    const operator = failed.people.filter(({ roles }) => roles.includes('operator')).map(({ id }) => id);
    expect(refusedBy(decide(failed, without(failed, { confirmedBy: operator })))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
  });

  it('stays when it is none of the plan, or was left out already', () => {
    expect(keyToLeaveOut(refusedFor('z', 'bring-in.read'))).toBeNull();
    const failed = refusedFor('b', 'bring-in.read');
    const state = after(failed, decide(failed, without(failed)));
    expect(keyToLeaveOut(state)).toBeNull();
  });

  it('stays once a copy is written: its bytes are out of the room', () => {
    const state = walkTo(opened(planWith([azureKey('a'), azureKey('b')], { copies: 2 })), 'take-out.write');
    const first = completeOne(after(state, decide(state, confirmation(state))));
    const refusal = { rule: 'WRAPPED-KEY-KEPT-INTACT', cause: 'it is gone', remedy: 'none', key: 'b' };
    const failed = after(first, decide(first, { type: 'fail-work', effect: first.inFlight?.effect ?? 0, refusal, settled: false })); // prettier-ignore
    expect(keyToLeaveOut(failed)).toBeNull();
  });
});

describe('leaving a key out is refused', () => {
  it.each([
    ['of another key than the one that failed', { key: 'c' }, 'KEY-LEFT-OUT-BY-DECISION'],
    ['without a reason', { reason: '  ' }, 'KEY-LEFT-OUT-BY-DECISION'],
    ['at another step', { step: 'wrap.check' }, 'STEP-IS-CURRENT'],
    ['by too few people', { confirmedBy: ['p1'] }, 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['by nobody', { confirmedBy: [] }, 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['by a stranger', { confirmedBy: ['p9'] }, 'STEP-CONFIRMED-BY-NAMED-ROLES'],
  ])('%s', (_, more, rule) => {
    const failed = secondFailed('wrap.wrap');
    expect(refusedBy(decide(failed, without(failed, more)))).toBe(rule);
  });

  it('before anything has failed, and while it is at work', () => {
    const state = walkTo(opened(three), 'wrap.wrap');
    expect(keyToLeaveOut(state)).toBeNull();
    expect(refusedBy(decide(state, without(state, { key: 'a' })))).toBe('KEY-LEFT-OUT-BY-DECISION');
    const atWork = after(state, decide(state, confirmation(state)));
    expect(refusedBy(decide(atWork, without(atWork, { key: 'a' })))).toBe('KEY-LEFT-OUT-BY-DECISION');
  });

  it('of the last key: a ceremony without one is stopped instead', () => {
    const state = walkTo(opened(planWith([azureKey('b')])), 'wrap.wrap');
    const failed = failing(after(state, decide(state, confirmation(state))));
    expect(keyToLeaveOut(failed)).toBeNull();
    expect(refusedBy(decide(failed, without(failed)))).toBe('KEY-LEFT-OUT-BY-DECISION');
  });

  it('at a step whose work is not for single keys', () => {
    const state = walkTo(opened(three), 'take-out.write');
    const failed = failing(after(state, decide(state, confirmation(state))));
    expect(keyToLeaveOut(failed)).toBeNull();
  });

  it('once the ceremony is closed', () => {
    const { state } = wholeCeremony(three);
    expect(refusedBy(decide(state, without(state, { step: 'wrap.wrap' })))).toBe('CEREMONY-OPEN');
  });
});

describe('a log in which a key was left out', () => {
  /** The events of a ceremony in which the wrap of the second key failed and the people went on. */
  function eventsWithout(): CeremonyEvent[] {
    const { events } = wholeCeremony(three);
    const asked = events.findIndex((event) => event.type === 'effect-requested' && event.request.kind === 'wrap-key' && event.request.key === 'b'); // prettier-ignore
    const failed = secondFailed('wrap.wrap');
    const decision = decide(failed, without(failed));
    if (!decision.ok) throw new Error(decision.refusal.cause);
    const effect = (events[asked] as Extract<CeremonyEvent, { type: 'effect-requested' }>).effect;
    const refusal = { rule: 'TOKEN-ANSWERS', cause: 'it did not', remedy: 'look at it' };
    return [opening(three), ...events.slice(0, asked + 1), { type: 'effect-failed', effect, settled: false, refusal }, ...decision.events]; // prettier-ignore
  }

  it('replays to the state without it', () => {
    expect([...(replay(eventsWithout())?.leftOut.keys() ?? [])]).toEqual(['b']);
  });

  it('is not taken when nobody could have decided it', () => {
    const events = eventsWithout();
    const unfailed = events.filter(({ type }) => type !== 'effect-failed');
    expect(ruleOf(() => replay(unfailed))).toBe('LOG-HOLDS-A-CEREMONY');
    const forged = events.map((event) => (event.type === 'key-left-out' ? { ...event, confirmedBy: ['p1'] } : event));
    expect(ruleOf(() => replay(forged))).toBe('LOG-HOLDS-A-CEREMONY');
  });
});
