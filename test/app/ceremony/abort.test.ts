import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import {
  currentStep,
  isClosed,
  isEverybodyRegistered,
  keysLeftInToken,
  outcomeOf,
  presentPeople,
  type CeremonyState,
} from '../../../app/ceremony/state.ts';
import { unsettledInWords } from '../../../app/ceremony/view/closing-facts.ts';
import { factsOf } from '../../../app/ceremony/view/facts.ts';
import { viewOf, type Moment } from '../../../app/ceremony/view/view.ts';
import { keysToType } from '../../../app/ceremony/work.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { allReturned, exceptionsClosed } from '../../support/signing.ts';
import {
  after,
  atWork,
  azureKey,
  completeOne,
  confirmation,
  eventsOf,
  failing,
  opened,
  planWith,
  readied,
  refusedBy,
  stepDone,
  stepOf,
  toTheEnd,
  twoKeys,
  walkTo,
} from '../../support/walk.ts'; // prettier-ignore

const start = opened(twoKeys);
const moment: Moment = {
  log: { size: 1, head: '0'.repeat(64) },
  workingSince: null,
  isTokenOpen: true,
  trouble: null,
  airGap: 'closed',
};
const stopping = (state: CeremonyState, reason = 'the fingerprints differ'): Command => ({
  type: 'stop-ceremony',
  step: currentStep(state)?.id ?? '',
  reason,
});
const stopped = (state: CeremonyState, reason?: string): CeremonyState =>
  after(state, decide(state, stopping(state, reason)));
/** The abort destroys what is typed, and declines the rest. */
const destroying = (state: CeremonyState, keyIds: readonly string[]): CeremonyState => {
  const at = walkTo(state, 'abort.destroy');
  return toTheEnd(typedAt(at, keyIds));
};
const typedAt = (at: CeremonyState, keyIds: readonly string[]): CeremonyState => {
  let now = atWork(at, { input: { kind: 'key-ids', keyIds: [...keyIds] } });
  while (now.inFlight !== null) now = completeOne(now);
  return now;
};

describe('a ceremony that is stopped', () => {
  it.each(start.steps.map(({ id }) => id))('at %s comes to an end, with the reason', (id) => {
    const at = walkTo(start, id);
    const now = stopped(at);
    expect(now.stopped).toMatchObject({ step: id, reason: 'the fingerprints differ', unsettled: null });
    expect(now.steps.slice(0, now.current)).toEqual(at.steps.slice(0, at.current));
    if (!isEverybodyRegistered(at)) {
      expect([isClosed(now), outcomeOf(now)]).toEqual([true, 'aborted-clean']);
      expect(refusedBy(decide(now, confirmation(at)))).toBe('CEREMONY-OPEN');
      return;
    }
    expect(now.steps.slice(now.current).map((step) => step.id)).toEqual([
      'abort.inventory',
      ...(keysLeftInToken(at).length > 0 ? ['abort.destroy'] : []),
      ...(at.copies.length > 0 ? ['abort.media'] : []),
      'abort.sign-off',
    ]);
    const ended = toTheEnd(now);
    expect([isClosed(ended), outcomeOf(ended)]).toEqual([true, 'aborted-clean']);
    expect(refusedBy(decide(ended, stopping(at)))).toBe('CEREMONY-OPEN');
    expect(replay(eventsOf(ended))).toEqual(ended);
  });

  it('has its own steps, numbered apart, that begin with what was left behind', () => {
    const now = stopped(walkTo(start, 'wrap.wrap'));
    expect(now.steps.slice(now.current).map(({ number }) => number)).toEqual(['A.1', 'A.2', 'A.3']);
    expect(new Set(now.steps.map(({ id }) => id)).size).toBe(now.steps.length);
  });

  it('is signed off by everybody who is here', () => {
    const at = walkTo(stopped(walkTo(start, 'keys.check')), 'abort.sign-off');
    const [, ...others] = at.people.map(({ id }) => id);
    expect(refusedBy(decide(at, { ...confirmation(at), confirmedBy: others }))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(refusedBy(decide(at, confirmation(at)))).toBeNull();
  });

  it('closes its bags and its exceptions first', () => {
    const record = {
      kind: 'bag-opened' as const,
      bag: 'B-1',
      content: 'media A',
      idMatched: true,
      by: 'p3',
      witness: 'p6',
    };
    const at = walkTo(stopped(walkTo(start, 'bring-in.read')), 'abort.sign-off');
    const open = readied(after(at, decide(at, { type: 'record-custody', record })));
    expect(refusedBy(decide(open, confirmation(open)))).toBe('CUSTODY-BAGS-CLOSED');
    const failed = stopped(failing(atWork(walkTo(start, 'token.probe'))));
    expect(refusedBy(decide(failed, confirmation(failed)))).toBe('NO-OPEN-EXCEPTION');
    expect(outcomeOf(toTheEnd(exceptionsClosed(failed)))).toBe('aborted-clean');
  });
});

describe('keys that were made before the ceremony was stopped', () => {
  const now = stopped(walkTo(start, 'wrap.approve'));

  it.each<[string, string[], string[], string]>([
    ['all destroyed', ['root', 'constructor'], [], 'aborted-clean'],
    ['destroyed but one', ['', 'constructor'], ['root'], 'aborted-with-keys-present'],
    ['all kept', ['', ''], ['root', 'constructor'], 'aborted-with-keys-present'],
  ])('are %s, as typed, and the outcome says so', (_, typed, left, outcome) => {
    const ended = destroying(now, typed);
    expect(keysLeftInToken(ended)).toEqual(left);
    expect(outcomeOf(ended)).toBe(outcome);
    expect(replay(eventsOf(ended))).toEqual(ended);
  });

  it.each<[string, string[], RuleId]>([
    ['in another order', ['constructor', 'root'], 'DESTROY-CONFIRMED-BY-NAME'],
    ['with one too few', ['root'], 'DESTROY-CONFIRMED-BY-NAME'],
    ['with one too many', ['root', 'constructor', ''], 'DESTROY-CONFIRMED-BY-NAME'],
    ['misspelt', ['rot', 'constructor'], 'DESTROY-CONFIRMED-BY-NAME'],
  ])('are not destroyed where they are typed %s', (_, keyIds, rule) => {
    const at = walkTo(now, 'abort.destroy');
    const asking: Command = { type: 'ask-step-approval', step: 'abort.destroy', input: { kind: 'key-ids', keyIds } };
    expect(refusedBy(decide(at, asking))).toBe(rule);
  });

  it('are destroyed by the quorum, which approves the very ids', () => {
    const at = walkTo(now, 'abort.destroy');
    const input = { kind: 'key-ids' as const, keyIds: ['root', ''] };
    expect(refusedBy(decide(at, { ...confirmation(at), input }))).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
  });

  it('are typed again, those that are left, when the destruction fails', () => {
    const busy = completeOne(atWork(walkTo(now, 'abort.destroy')));
    const failed = exceptionsClosed(failing(busy));
    expect(keysLeftInToken(failed)).toEqual(['constructor']);
    expect(outcomeOf(toTheEnd(failed))).toBe('aborted-clean');
  });

  it('are only those of today: what was in the token before stays, and is not offered', () => {
    const found = planWith([azureKey('a', { source: { existing: { ckaId: 'ab12' } } })]);
    const at = stopped(walkTo(opened(found), 'wrap.approve'));
    expect(at.steps.map(({ id }) => id)).not.toContain('abort.destroy');
    expect(outcomeOf(toTheEnd(at))).toBe('aborted-clean');
  });

  it('are some of them destroyed already when it was stopped while destroying', () => {
    const plan = planWith([azureKey('a'), azureKey('b')]);
    const failed = failing(completeOne(atWork(walkTo(opened(plan), 'close.destroy'))));
    const at = exceptionsClosed(stopped(failed));
    expect(keysLeftInToken(at)).toEqual(['b']);
    expect(outcomeOf(toTheEnd(at))).toBe('aborted-clean');
  });
});

describe('copies that were written before the ceremony was stopped', () => {
  it('are on the list, and stay what they are', () => {
    const failed = failing(completeOne(completeOne(atWork(walkTo(start, 'take-out.write')))));
    const at = exceptionsClosed(stopped(failed));
    expect(stepOf(at).id).toBe('abort.inventory');
    const ended = toTheEnd(at);
    expect(ended.copies).toEqual(failed.copies);
    expect(ended.copies).toHaveLength(1);
  });
});

describe('work that was under way when the ceremony was stopped', () => {
  const lost = (step: string): CeremonyState => {
    const ordered = atWork(walkTo(start, step));
    // The bundle is signed before it is written.
    const busy = step === 'take-out.write' ? completeOne(ordered) : ordered;
    const refusal = { rule: 'HSM-PROCESS-ALIVE', cause: 'it died', remedy: 'open it again' };
    return after(busy, decide(busy, { type: 'interrupt-work', effect: busy.inFlight?.effect ?? 0, refusal }));
  };

  it('is named as what nobody knows, and ends nothing any more', () => {
    const before = lost('wrap.wrap');
    const now = stopped(before);
    expect(now.stopped?.unsettled).toEqual(before.inFlight?.request);
    expect(now.inFlight).toBeNull();
    const late: Command = { type: 'fail-work', effect: before.inFlight?.effect ?? 0, settled: true, refusal: { rule: 'X', cause: 'y', remedy: 'z' } }; // prettier-ignore
    expect(refusedBy(decide(now, late))).toBe('EFFECT-NOT-IN-FLIGHT');
  });

  it('is no clean end where it made a key, before that is destroyed: it may be there', () => {
    const now = stopped(lost('keys.make'));
    expect(outcomeOf(toTheEnd(stopped(now)))).toBe('aborted-with-keys-present');
    const asked = walkTo(now, 'abort.destroy');
    expect(keysToType(asked, stepOf(asked)).map(({ id }) => id)).toEqual(['root']);
    expect(outcomeOf(toTheEnd(typedAt(asked, [''])))).toBe('aborted-with-keys-present');
    expect(outcomeOf(toTheEnd(typedAt(asked, ['root'])))).toBe('aborted-clean');
    expect(outcomeOf(toTheEnd(stopped(lost('token.probe'))))).toBe('aborted-clean');
  });

  it.each([
    ['keys.make', 'root'],
    ['wrap.wrap', 'root'],
    ['take-out.write', '/media/b'],
    ['close.destroy', 'root'],
  ])('at %s, is told with where something of it may be, on the screens and in what is signed', (step, place) => {
    const now = walkTo(stopped(lost(step)), 'abort.inventory');
    const told = unsettledInWords(now);
    expect(told).toContain(place);
    expect(JSON.stringify(factsOf(now, stepOf(now)))).toContain(told);
  });

  it('asks what became of media where a copy was being written', () => {
    const now = stopped(lost('take-out.write'));
    expect(now.copies).toEqual([]);
    expect(now.steps.slice(now.current).map(({ id }) => id)).toContain('abort.media');
  });
});

describe('a second stop', () => {
  it('ends the abort there, with both reasons', () => {
    const now = stopped(stopped(walkTo(start, 'wrap.wrap'), 'first'), 'second');
    expect([isClosed(now), outcomeOf(now)]).toEqual([true, 'aborted-with-keys-present']);
    expect(now.stopped).toMatchObject({ step: 'wrap.wrap', unsettled: null });
    for (const reason of ['first', 'second']) expect(now.stopped?.reason).toContain(reason);
    expect(refusedBy(decide(now, stopping(now)))).toBe('CEREMONY-OPEN');
    expect(replay(eventsOf(now))).toEqual(now);
  });

  it('ends it at each of its steps, with an exception open, and in a break', () => {
    for (const id of ['abort.inventory', 'abort.destroy', 'abort.sign-off']) {
      expect(isClosed(stopped(walkTo(stopped(walkTo(start, 'wrap.wrap')), id)))).toBe(true);
    }
    const failed = failing(atWork(walkTo(stopped(walkTo(start, 'wrap.wrap')), 'abort.destroy')));
    expect(isClosed(stopped(failed))).toBe(true);
    const aborting = stopped(walkTo(start, 'wrap.wrap'));
    const away = after(aborting, decide(aborting, { type: 'start-break', reason: 'lunch', by: 'p1' }));
    expect(isClosed(stopped(away))).toBe(true);
    expect(outcomeOf(toTheEnd(allReturned(away)))).toBe('aborted-clean');
  });
});

describe('whoever is left when the others are gone', () => {
  const aborting = stopped(walkTo(start, 'wrap.wrap'));
  const away = after(aborting, decide(aborting, { type: 'start-break', reason: 'fire', by: 'p1' }));
  const gone = (state: CeremonyState, ...people: string[]): CeremonyState =>
    people.reduce((now, person) => after(now, decide(now, { type: 'mark-absent', person, reason: 'ill' })), state);
  const few = exceptionsClosed(allReturned(gone(away, 'p3', 'p4', 'p6')));

  it('brings the abort to its end and signs it', () => {
    const ended = toTheEnd(typedAt(stepDone(few), ['', '']));
    expect([isClosed(ended), outcomeOf(ended)]).toEqual([true, 'aborted-with-keys-present']);
    expect(replay(eventsOf(ended))).toEqual(ended);
    const signing = readied(walkTo(typedAt(stepDone(few), ['', '']), 'abort.sign-off'));
    const others = presentPeople(signing).slice(1).map(({ id }) => id); // prettier-ignore
    const refused = decide(signing, { ...confirmation(signing), confirmedBy: others });
    expect(refusedBy(refused)).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
  });

  it('destroys nothing without the quorum of the plan', () => {
    const at = stepDone(few);
    const input = { kind: 'key-ids' as const, keyIds: ['root', ''] };
    expect(refusedBy(decide(at, { type: 'ask-step-approval', step: 'abort.destroy', input }))).toBe('QUORUM-PRESENT');
    const all = stepDone(exceptionsClosed(allReturned(gone(away, 'p3'))));
    const [asked, askedOfAll] = [at, all].map((state) => viewOf(state, moment).step?.asks.typing?.instruction);
    expect(asked).not.toBe(askedOfAll);
    expect(refusedBy(decide(all, { type: 'ask-step-approval', step: 'abort.destroy', input }))).toBeNull();
  });

  it('is asked where nobody holds a role of the quorum any more', () => {
    const none = allReturned(gone(away, 'p3', 'p4', 'p5', 'p6'));
    const nobody = decide(none, { type: 'close-exception', exception: 1, decided: 'x', decision: 'go-on', key: null, confirmedBy: [] }); // prettier-ignore
    expect(nobody.ok).toBe(false);
    const ended = toTheEnd(typedAt(stepDone(exceptionsClosed(none)), ['', '']));
    expect(isClosed(ended)).toBe(true);
  });

  it('is somebody: the last one cannot be declared absent', () => {
    const alone = gone(away, 'p2', 'p3', 'p4', 'p5', 'p6');
    expect(refusedBy(decide(alone, { type: 'mark-absent', person: 'p1', reason: 'ill' }))).toBe('QUORUM-PRESENT');
  });

  it('is no quorum in a ceremony that was not aborted', () => {
    const state = walkTo(start, 'wrap.wrap');
    const onBreak = after(state, decide(state, { type: 'start-break', reason: 'fire', by: 'p1' }));
    expect(refusedBy(decide(onBreak, { type: 'mark-absent', person: 'p6', reason: 'ill' }))).toBe('QUORUM-PRESENT');
  });
});

describe('a ceremony that was carried to its end', () => {
  it('is completed, and cannot be stopped', () => {
    const ended = toTheEnd(stepDone(start));
    expect(outcomeOf(ended)).toBe('completed');
    expect(refusedBy(decide(ended, stopping(ended)))).toBe('CEREMONY-OPEN');
  });
});
