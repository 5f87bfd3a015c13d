import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import { evolve } from '../../../app/ceremony/evolve.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, openExceptions, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { acting, allReturned, approvals, closed, closingOf, exceptionsClosed, signed } from '../../support/signing.ts';
import {
  after,
  atWork,
  completeOne,
  confirmation,
  eventsOf,
  failing,
  opened,
  position,
  refusedBy,
  stepDone,
  twoKeys,
  typedAlone,
  walkTo,
} from '../../support/walk.ts';

const start = opened(twoKeys);
const doing = (state: CeremonyState, command: Command): CeremonyState => after(state, decide(state, command));
const told = { expected: 'Nobody comes in.', happened: 'The door was opened.', openedBy: 'p6', rule: null };
const noticing: Command = { type: 'open-exception', ...told };
const wrong = (person: string): Command => ({ type: 'refuse-passphrase', person });
const refusal = { rule: 'TOKEN-PIN-ACCEPTED', cause: 'the PIN was wrong', remedy: 'again' };

/** Somebody of the token's people has tried to open it in vain. */
const notReopened: Command = { type: 'refuse-token', refusal, credential: typedAlone, confirmedBy: ['p3', 'p6'] };
const torn: Command = {
  type: 'record-custody',
  record: { kind: 'bag-opened', bag: 'B-1', content: 'media A', idMatched: false, by: 'p3', witness: 'p6' },
};
const onBreak = (state: CeremonyState): CeremonyState =>
  doing(state, { type: 'start-break', reason: 'lunch', by: 'p1' });

const causes: readonly [string, string | null, () => CeremonyState][] = [
  ['work that failed', 'TOKEN-ANSWERS', () => failing(atWork(walkTo(start, 'keys.make')))],
  ['work that failed, as somebody saw', 'TOKEN-ANSWERS', () => failing(atWork(walkTo(start, 'keys.make')), true)],
  ['work that was found done', 'EFFECT-SETTLED-BY-LOOKING', () => completeOne(atWork(walkTo(start, 'keys.make')), true)],
  ['a token that was not opened again', 'TOKEN-PIN-ACCEPTED', () => doing(walkTo(start, 'keys.make'), notReopened)],
  ['a third wrong passphrase', 'APPROVAL-PASSPHRASE-ACCEPTED', () => acting(walkTo(start, 'keys.check'), () => [wrong('p3'), wrong('p3'), wrong('p3')])],
  ['a bag that is not as listed', 'CUSTODY-BAG-AS-LISTED', () => doing(walkTo(start, 'keys.check'), torn)],
  ['what somebody noticed', null, () => doing(walkTo(start, 'keys.check'), noticing)],
  ['somebody who does not come back', 'BREAK-ENDED-BY-EVERYBODY', () => allReturned(doing(onBreak(walkTo(start, 'keys.check')), { type: 'mark-absent', person: 'p5', reason: 'ill' }))],
]; // prettier-ignore

describe.each(causes)('%s', (_, rule, happen) => {
  const state = happen();

  it('is one exception, told whole', () => {
    expect(state.exceptions).toHaveLength(1);
    expect(state.exceptions).toMatchObject([{ exception: 1, rule, closed: null, step: currentStep(state)?.id }]);
    for (const { expected, happened } of state.exceptions) {
      expect(Math.min(expected.trim().length, happened.trim().length)).toBeGreaterThan(0);
    }
  });

  it('lets nothing go on until the quorum has closed it', () => {
    const { id = '', sensitive = false } = currentStep(state) ?? {};
    expect(refusedBy(decide(state, confirmation(state)))).toBe('NO-OPEN-EXCEPTION');
    if (sensitive) {
      const asking: Command = { type: 'ask-step-approval', step: id, input: { kind: 'none' } };
      expect(refusedBy(decide(state, asking))).toBe('NO-OPEN-EXCEPTION');
      const reopening: Command = { ...notReopened, type: 'reopen-token', serial: 'abc123' };
      expect(refusedBy(decide(state, reopening))).toBe('NO-OPEN-EXCEPTION');
    }
    const going = exceptionsClosed(state);
    expect(openExceptions(going)).toEqual([]);
    expect(currentStep(stepDone(going))?.id).not.toBe(id);
  });

  it('stands in a log that replays, with its end', () => {
    expect(replay(eventsOf(exceptionsClosed(state)))).toEqual(exceptionsClosed(state));
  });
});

describe('a wrong passphrase', () => {
  const state = walkTo(start, 'keys.check');

  it('is in the log, and twice is no exception yet', () => {
    const twice = acting(state, () => [wrong('p3'), wrong('p3')]);
    expect(twice.exceptions).toEqual([]);
    expect(twice.wrongPassphrases.get('p3')).toBe(2);
    expect(eventsOf(twice).filter(({ type }) => type === 'passphrase-refused')).toHaveLength(2);
  });

  it('is counted for each person, and anew after the right one', () => {
    const of = (...people: string[]): CeremonyState => acting(state, () => people.map(wrong));
    expect(of('p3', 'p4', 'p3', 'p4').exceptions).toEqual([]);
    const sensitive = walkTo(start, 'bring-in.accept');
    const twice = acting({ ...sensitive, approval: null }, () => [wrong('p3'), wrong('p3')]);
    const right = acting(twice, (now) =>
      approvals(now, { type: 'ask-step-approval', step: 'bring-in.accept', input: { kind: 'none' } }, ['p3']),
    );
    expect(right.wrongPassphrases.get('p3')).toBe(0);
    expect(acting(right, () => [wrong('p3'), wrong('p3')]).exceptions).toEqual([]);
    expect(acting(right, () => [wrong('p3'), wrong('p3'), wrong('p3')]).exceptions).toHaveLength(1);
  });

  it('is an exception again after three more', () => {
    const six = acting(state, () => Array.from({ length: 6 }, () => wrong('p3')));
    expect(six.exceptions).toHaveLength(2);
  });

  it('during a break counts too, and the right one ends the count', () => {
    const away = acting(onBreak(state), () => [wrong('p3'), wrong('p3')]);
    const back = doing(away, { type: 'return-person', ...signed(away, 'return', 'p3') });
    expect(back.wrongPassphrases.get('p3')).toBe(0);
    expect(doing(away, wrong('p3')).exceptions).toHaveLength(1);
  });

  it('is nobody’s who was not named', () => {
    expect(refusedBy(decide(state, wrong('p9')))).toBe('APPROVAL-BY-THOSE-ASKED');
  });
});

describe('what somebody noticed', () => {
  const state = walkTo(start, 'keys.check');

  it.each<[string, object]>([
    ['without what was expected', { expected: ' ' }],
    ['without what happened', { happened: '' }],
    ['by a stranger', { openedBy: 'p9' }],
  ])('is not taken %s', (_, more) => {
    expect(refusedBy(decide(state, { type: 'open-exception', ...told, ...more }))).toBe('EXCEPTION-TOLD-WHOLE');
  });

  it('waits while work is under way, which is not cut off', () => {
    const busy = atWork(walkTo(start, 'keys.make'));
    expect(refusedBy(decide(busy, noticing))).toBe('EFFECT-NOT-IN-FLIGHT');
  });

  it('lets the work of the moment end and no other begin, where it came up meanwhile', () => {
    const busy = doing(atWork(walkTo(start, 'keys.make')), torn);
    const one = completeOne(busy);
    expect([...one.targets.keys()]).toEqual(['root']);
    expect(one.inFlight).toBeNull();
    expect(replay(eventsOf(one))).toEqual(one);
    const next: CeremonyEvent = { type: 'effect-requested', effect: one.effectCount + 1, step: 'keys.make', request: { kind: 'make-key', key: 'constructor', ckaId: '00', label: 'x' } }; // prettier-ignore
    expect(ruleOf(() => replay([...eventsOf(one), next]))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(currentStep(stepDone(exceptionsClosed(one)))?.id).toBe('keys.check');
  });

  it('voids what was being approved: it was approved without knowing', () => {
    const asked = walkTo(start, 'bring-in.accept');
    expect(asked.approval?.by).not.toEqual([]);
    expect(doing(asked, noticing).approval).toBeNull();
  });

  it('waits, before anybody can sign, until everybody can', () => {
    const early = failing(atWork(opened(twoKeys)));
    const named = stepDone(stepDone(stepDone(stepDone(early))));
    expect(currentStep(named)?.kind).toBe('register-keys');
    expect(openExceptions(named)).toHaveLength(1);
    const closing = closingOf(named, null);
    const ending: Command = { type: 'close-exception', ...closing, confirmedBy: ['p3', 'p4', 'p6'] };
    expect(refusedBy(decide(doing(named, { type: 'ask-exception-approval', ...closing }), ending))).toBe(
      'APPROVAL-OF-WHAT-IS-SHOWN',
    );
    expect(currentStep(stepDone(named))?.id).toBe('roll-call.start');
  });
});

describe('an exception that the log could not take', () => {
  const busy = atWork(walkTo(start, 'keys.make'));
  const decision = decide(busy, { type: 'fail-work', effect: busy.inFlight?.effect ?? 0, settled: false, refusal });
  const [failed] = decision.ok ? decision.events : [];
  if (failed === undefined) throw new Error('nothing failed');
  const state = evolve(busy, failed);

  it('stands behind its cause before anything else is logged', () => {
    expect(state.owed).toMatchObject({ type: 'exception-opened', rule: 'TOKEN-PIN-ACCEPTED' });
    const stop: Command = { type: 'stop-ceremony', step: 'keys.make', reason: 'x' };
    for (const command of [
      stop,
      noticing,
      torn,
      wrong('p3'),
      notReopened,
      { type: 'start-break', reason: 'x', by: 'p1' } as const,
    ]) {
      expect([command.type, refusedBy(decide(state, command))]).toEqual([command.type, 'NO-OPEN-EXCEPTION']);
    }
  });

  it('is the only thing that a log takes there', () => {
    const log = [...eventsOf(busy), failed];
    expect(replay(log)).toEqual(state);
    const [, opened1] = decision.ok ? decision.events : [];
    if (opened1?.type !== 'exception-opened') throw new Error('no exception');
    expect(replay([...log, opened1])?.owed).toBeNull();
    for (const other of [
      { ...opened1, happened: 'Nothing much.' },
      { type: 'ceremony-stopped' as const, step: 'keys.make', reason: 'x' },
    ]) {
      expect(ruleOf(() => replay([...log, other]))).toBe('LOG-HOLDS-A-CEREMONY');
    }
  });
});

describe('the end of an exception', () => {
  const state = doing(walkTo(start, 'keys.check'), noticing);
  const closing = closingOf(state, null);
  const ending = (more: object = {}, by?: readonly string[]): RuleId | null =>
    refusedBy(closed(state, { ...closing, ...more }, by).decision);

  it.each<[string, object, string[] | undefined, RuleId | null]>([
    ['of the quorum of the plan', {}, ['p3', 'p4', 'p6'], null],
    ['of too few', {}, ['p3', 'p6'], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['of nobody', {}, [], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['of somebody who did not approve', {}, ['p3', 'p4', 'p6', 'p1'], 'APPROVAL-OF-WHAT-IS-SHOWN'],
    ['without what was decided', { decided: ' ' }, undefined, 'EXCEPTION-CLOSED-BY-QUORUM'],
    ['of one that is not there', { exception: 2 }, undefined, 'EXCEPTION-CLOSED-BY-QUORUM'],
    ['that leaves out a key where none failed', { decision: 'leave-out', key: 'root' }, undefined, 'KEY-LEFT-OUT-BY-DECISION'],
  ])('is the decision %s', (_, more, by, rule) => {
    expect(ending(more, by)).toBe(rule);
  }); // prettier-ignore

  it('is bound to the words that were approved', () => {
    const { state: approved } = closed(state, closing);
    const by = ['p3', 'p4', 'p6'];
    for (const more of [
      { decided: 'We do as if nothing had been.' },
      { decision: 'leave-out' as const, key: 'root' },
    ]) {
      const other: Command = { type: 'close-exception', ...closing, ...more, confirmedBy: by };
      expect(decide(approved, other).ok).toBe(false);
    }
    expect(refusedBy(decide(approved, { type: 'close-exception', ...closing, decided: 'x', confirmedBy: by }))).toBe(
      'APPROVAL-OF-WHAT-IS-SHOWN',
    );
  });

  it('comes once, and of the very exception that was approved', () => {
    const two = doing(state, noticing);
    const first = closed(two, { ...closing, exception: 1 });
    const by = ['p3', 'p4', 'p6'];
    expect(refusedBy(decide(first.state, { type: 'close-exception', ...closing, exception: 2, confirmedBy: by }))).toBe(
      'APPROVAL-OF-WHAT-IS-SHOWN',
    );
    const one = after(first.state, first.decision);
    expect(openExceptions(one).map(({ exception }) => exception)).toEqual([2]);
    expect(refusedBy(decide(one, { type: 'close-exception', ...closing, exception: 1, confirmedBy: by }))).toBe(
      'EXCEPTION-CLOSED-BY-QUORUM',
    );
    expect(refusedBy(decide(one, confirmation(one)))).toBe('NO-OPEN-EXCEPTION');
  });

  it('is approved by nobody who is not of the quorum', () => {
    const asked = doing(state, { type: 'ask-exception-approval', ...closing });
    const given = decide(asked, { type: 'give-approval', ...signed(asked, 'approval', 'p1', position) });
    expect(refusedBy(given)).toBe('APPROVAL-BY-THOSE-ASKED');
  });

  it('comes after a break, not in it', () => {
    const away = onBreak(state);
    expect(refusedBy(decide(away, { type: 'ask-exception-approval', ...closing }))).toBe('CEREMONY-ON-BREAK');
    expect(refusedBy(decide(away, { type: 'close-exception', ...closing, confirmedBy: ['p3', 'p4', 'p6'] }))).toBe(
      'CEREMONY-ON-BREAK',
    );
  });
});

describe('a log', () => {
  const state = exceptionsClosed(doing(walkTo(start, 'keys.check'), noticing));
  const log = eventsOf(state);
  const changed = (type: CeremonyEvent['type'], more: object): RuleId | null =>
    ruleOf(() => replay(log.map((event) => (event.type === type ? { ...event, ...more } : event))));

  it('is refused with an exception that nobody could have opened', () => {
    expect(changed('exception-opened', {})).toBeNull();
    for (const more of [{ exception: 2 }, { step: 'wrap.wrap' }, { openedBy: 'p9' }, { expected: '' }, { happened: ' ' }]) {
      expect([more, changed('exception-opened', more)]).toEqual([more, 'LOG-HOLDS-A-CEREMONY']);
    } // prettier-ignore
  });

  it('is refused with an end that nobody could have decided', () => {
    for (const more of [{ exception: 2 }, { decided: 'x' }, { decision: 'leave-out', key: 'root' }, { confirmedBy: ['p3', 'p6'] }]) {
      expect([more, changed('exception-closed', more)]).toEqual([more, 'LOG-HOLDS-A-CEREMONY']);
    } // prettier-ignore
  });
});
