import { describe, expect, it } from 'vitest';
import { decide, type Command, type Decision } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import type { Closing } from '../../../app/ceremony/exceptions.ts';
import { keyToLeaveOut } from '../../../app/ceremony/leaving-out.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { carriedKeys, currentStep, noticesOf, type CeremonyState } from '../../../app/ceremony/state.ts';
import { viewOf } from '../../../app/ceremony/view/view.ts';
import { keysToDestroy, remainingWork } from '../../../app/ceremony/work.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { closed, closingOf, exceptionsClosed } from '../../support/signing.ts';
import {
  after,
  atWork,
  azureKey,
  completeOne,
  eventsOf,
  failing,
  opened,
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
  return failing(completeOne(atWork(walkTo(opened(plan), step))));
}

/** The quorum goes on without the key, unless it is said otherwise. */
function without(state: CeremonyState, more: Partial<Closing> = {}, by?: readonly string[]): Decision {
  return closed(state, closingOf(state, 'b', more), by).decision;
}

const gone = (state: CeremonyState): CeremonyState => exceptionsClosed(state, 'b');

describe('a key whose work has failed', () => {
  it.each(['keys.make', 'wrap.wrap'])('can be left out at %s, and the others go on', (step) => {
    const failed = secondFailed(step);
    expect(keyToLeaveOut(failed)).toBe('b');
    const state = gone(failed);
    expect(carriedKeys(state).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(currentStep(state)?.id).toBe(step);
    expect(state.failure).toBeNull();
    // Nothing goes on before the people have confirmed the step again.
    expect(state.input).toBeNull();
    expect(remainingWork(state)).toMatchObject([{ key: { id: 'c' } }, { once: 'sign-checkpoint' }]);
    expect(currentStep(stepDone(state))?.id).not.toBe(step);
    expect(noticesOf(state).map(({ rule }) => rule)).toContain('KEY-LEFT-OUT-BY-DECISION');
  });

  it('ends the step when it was the last piece', () => {
    const plan = planWith([azureKey('a'), azureKey('b')]);
    const failed = secondFailed('wrap.wrap', plan);
    expect(currentStep(gone(failed))?.id).toBe('wrap.check');
  });

  it('is carried to the end without it: it is in no later work but its own destruction', () => {
    let state = secondFailed('wrap.wrap');
    state = gone(state);
    while (currentStep(state)?.id !== 'close.destroy') state = stepDone(state);
    expect([...state.wrapped.keys()]).toEqual(['a', 'c']);
    expect(keysToDestroy(state).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('stays in the token when it was there before: no other copy of it exists', () => {
    const plan = planWith([azureKey('a'), azureKey('b', { source: existing }), azureKey('c')]);
    const failed = secondFailed('wrap.wrap', plan);
    const state = gone(failed);
    expect(keysToDestroy(state).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('leaves out the step that would destroy it, when that was all there was to do', () => {
    const keys = [
      azureKey('a', { after: 'keep' }),
      azureKey('b', { source: existing }),
      azureKey('c', { after: 'keep' }),
    ];
    const failed = secondFailed('wrap.wrap', planWith(keys));
    let state = gone(failed);
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
    expect(shown(failed)).toMatchObject({ closing: { leaveOut: 'b' }, leftOut: [], carried: { keys: 3, of: 3 } });
    let state = gone(failed);
    expect(shown(state)).toMatchObject({ closing: null, leftOut: [{ key: 'b', reason: 'We go on without b.' }] });
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
    const state = gone(failed);
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
    expect(countIn(shown(gone(failed)).step?.action)).toBe('2');
  });

  it('stands as left out among the keys of the plan, and only where it is destroyed among those that go', () => {
    const rowsOf = (state: CeremonyState): string[][] =>
      shown(state).step?.facts.flatMap((fact) => (fact.kind === 'table' ? fact.rows : [])) ?? [];
    const unmade = secondFailed('keys.make');
    let state = gone(unmade);
    const [a, b] = rowsOf(state);
    expect(b?.at(-1)).not.toBe(a?.at(-1));
    while (currentStep(state)?.id !== 'close.destroy') state = stepDone(state);
    expect(rowsOf(state).map(([id]) => id)).toEqual(['a', 'c']);
    const unwrapped = secondFailed('wrap.wrap');
    state = gone(unwrapped);
    while (currentStep(state)?.id !== 'close.destroy') state = stepDone(state);
    expect(rowsOf(state).map(([id]) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is not destroyed when it was never made', () => {
    const failed = secondFailed('keys.make');
    const state = gone(failed);
    expect(keysToDestroy(state).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});

describe('a key that a refusal names', () => {
  /** At a step whose work is not for single keys, refused because of one of them. */
  function refusedFor(key: string, step: string): CeremonyState {
    return failing(atWork(walkTo(opened(three), step)), false, { rule: 'IMPORT-TOKEN-IN-FORCE', key });
  }

  it.each(['token.probe', 'bring-in.read', 'take-out.write'])('can be left out at %s', (step) => {
    const failed = refusedFor('b', step);
    expect(keyToLeaveOut(failed)).toBe('b');
    let state = gone(failed);
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
    expect(refusedBy(without(failed, {}, operator))).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
    expect(refusedBy(without(failed))).toBeNull();
  });

  it('stays when it is none of the plan, or was left out already', () => {
    expect(keyToLeaveOut(refusedFor('z', 'bring-in.read'))).toBeNull();
    const failed = refusedFor('b', 'bring-in.read');
    const state = gone(failed);
    expect(keyToLeaveOut(state)).toBeNull();
  });

  it('stays once a copy is written: its bytes are out of the room', () => {
    const state = walkTo(opened(planWith([azureKey('a'), azureKey('b')], { copies: 2 })), 'take-out.write');
    const failed = failing(completeOne(completeOne(atWork(state))), false, {
      rule: 'WRAPPED-KEY-KEPT-INTACT',
      key: 'b',
    });
    expect(keyToLeaveOut(failed)).toBeNull();
  });
});

describe('leaving a key out is refused', () => {
  it.each<[string, Partial<Closing>, string[] | undefined, string]>([
    ['of another key than the one that failed', { key: 'c' }, undefined, 'KEY-LEFT-OUT-BY-DECISION'],
    ['of no key at all', { key: null }, undefined, 'KEY-LEFT-OUT-BY-DECISION'],
    ['under the name of going on', { decision: 'go-on' }, undefined, 'KEY-LEFT-OUT-BY-DECISION'],
    ['without a reason', { decided: '  ' }, undefined, 'EXCEPTION-CLOSED-BY-QUORUM'],
    ['as the end of another exception', { exception: 2 }, undefined, 'EXCEPTION-CLOSED-BY-QUORUM'],
    ['by too few people', {}, ['p3', 'p6'], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['by nobody', {}, [], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['by somebody who did not approve it', {}, ['p3', 'p4', 'p6', 'p1'], 'APPROVAL-OF-WHAT-IS-SHOWN'],
    ['by a stranger', {}, ['p9'], 'APPROVAL-OF-WHAT-IS-SHOWN'],
  ])('%s', (_, more, by, rule) => {
    expect(refusedBy(without(secondFailed('wrap.wrap'), more, by))).toBe(rule);
  });

  it('before anything has failed, and while it is at work', () => {
    const state = walkTo(opened(three), 'wrap.wrap');
    const noticing: Command = { type: 'open-exception', expected: 'x', happened: 'y', openedBy: 'p1', rule: null };
    const noticed = after(state, decide(state, noticing));
    expect(keyToLeaveOut(noticed)).toBeNull();
    expect(refusedBy(without(noticed))).toBe('KEY-LEFT-OUT-BY-DECISION');
    const busy = atWork(state);
    const refusal = { rule: 'HSM-PROCESS-ALIVE', cause: 'it died', remedy: 'open it again' };
    const lost = after(busy, decide(busy, { type: 'interrupt-work', effect: busy.inFlight?.effect ?? 0, refusal }));
    expect(lost.failure).not.toBeNull();
    expect(keyToLeaveOut(lost)).toBeNull();
  });

  it('of the last key: a ceremony without one is stopped instead', () => {
    const failed = failing(atWork(walkTo(opened(planWith([azureKey('b')])), 'wrap.wrap')));
    expect(keyToLeaveOut(failed)).toBeNull();
    expect(refusedBy(without(failed))).toBe('KEY-LEFT-OUT-BY-DECISION');
  });

  it('at a step whose work is not for single keys', () => {
    expect(keyToLeaveOut(failing(atWork(walkTo(opened(three), 'take-out.write'))))).toBeNull();
  });

  it('once the ceremony is closed', () => {
    const { state } = wholeCeremony(three);
    expect(refusedBy(without(state, { exception: 1 }))).toBe('CEREMONY-OPEN');
  });
});

describe('a log in which a key was left out', () => {
  const log = eventsOf(gone(secondFailed('wrap.wrap')));

  it('replays to the state without it', () => {
    expect([...(replay(log)?.leftOut.keys() ?? [])]).toEqual(['b']);
  });

  it('is not taken when nobody could have decided it', () => {
    const unfailed = log.filter(({ type }) => type !== 'effect-failed');
    expect(ruleOf(() => replay(unfailed))).toBe('LOG-HOLDS-A-CEREMONY');
    const changed = (more: object): CeremonyEvent[] =>
      log.map((event) => (event.type === 'exception-closed' ? { ...event, ...more } : event));
    for (const more of [{ confirmedBy: ['p3'] }, { key: 'a' }, { decided: 'Something else.' }, { exception: 2 }]) {
      expect([more, ruleOf(() => replay(changed(more)))]).toEqual([more, 'LOG-HOLDS-A-CEREMONY']);
    }
  });
});
