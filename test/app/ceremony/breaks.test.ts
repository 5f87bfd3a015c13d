import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, outcomeOf, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { allReturned, exceptionsClosed, signed } from '../../support/signing.ts';
import {
  after,
  atWork,
  azureKey,
  confirmation,
  eventsOf,
  opened,
  planWith,
  position,
  refusedBy,
  stepDone,
  stepOf,
  toTheEnd,
  twoKeys,
  typedAlone,
  walkTo,
} from '../../support/walk.ts';

const start = opened(twoKeys);
const doing = (state: CeremonyState, command: Command): CeremonyState => after(state, decide(state, command));
const breaking: Command = { type: 'start-break', reason: 'lunch', by: 'p1' };
const resuming: Command = { type: 'resume-ceremony', application: 'Keyferry 0.1.0', position };
const coming = (state: CeremonyState, person: string, more: object = {}): Command => ({
  type: 'return-person',
  ...signed(state, 'return', person),
  ...more,
});
const absent = (person: string): Command => ({ type: 'mark-absent', person, reason: 'ill' });

describe.each<[string, Command]>([
  ['a break', breaking],
  ['a restart', resuming],
])('during %s', (_, begin) => {
  const approved = walkTo(start, 'keys.make');
  const away = doing(approved, begin);

  it('nothing is confirmed, asked, approved or opened', () => {
    expect(outcomeOf(away)).toBe('suspended');
    const commands: Command[] = [
      confirmation(approved),
      { type: 'ask-step-approval', step: 'keys.make', input: { kind: 'none' } },
      { type: 'give-approval', ...signed(approved, 'approval', 'p3') },
      { type: 'reopen-token', serial: 'abc123', credential: typedAlone, confirmedBy: ['p3', 'p6'] },
      breaking,
    ];
    for (const command of commands) {
      expect([command.type, refusedBy(decide(away, command))]).toEqual([command.type, 'CEREMONY-ON-BREAK']);
    }
  });

  it('everybody comes back by a signature of their own, and the last one ends it', () => {
    let now = away;
    for (const { id } of away.people) {
      expect(now.onBreak).not.toBeNull();
      expect(refusedBy(decide(now, confirmation(approved)))).toBe('CEREMONY-ON-BREAK');
      now = doing(now, coming(now, id));
    }
    expect(now.onBreak).toBeNull();
    expect(currentStep(now)?.id).toBe('keys.make');
    expect(replay(eventsOf(now))).toEqual(now);
    expect(currentStep(toTheEnd(now))).toBeNull();
  });

  it('nobody comes back for somebody else, twice, or with what was signed elsewhere', () => {
    const one = doing(away, coming(away, 'p1'));
    expect(refusedBy(decide(one, coming(one, 'p1')))).toBe('BREAK-ENDED-BY-EVERYBODY');
    expect(refusedBy(decide(one, coming(one, 'p9')))).toBe('BREAK-ENDED-BY-EVERYBODY');
    const forged = [
      signed(one, 'return', 'p3').signature,
      signed(one, 'roll-call', 'p2').signature,
      signed(one, 'return', 'p2', { ...position, size: 2 }).signature,
      '',
    ];
    for (const signature of forged) {
      expect(refusedBy(decide(one, coming(one, 'p2', { signature })))).toBe('APPROVAL-SIGNED');
    }
  });

  it('what was approved before is void', () => {
    expect(approved.approval?.by).not.toEqual([]);
    const back = allReturned(away);
    expect(back.approval).toBeNull();
    expect(refusedBy(decide(back, confirmation(approved)))).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
  });

  it('somebody can stop the ceremony, which goes on to its end only with people who are identified again', () => {
    const stopped = doing(away, { type: 'stop-ceremony', step: 'keys.make', reason: 'nobody comes back' });
    expect(stopped.onBreak).toEqual(away.onBreak);
    expect(currentStep(stopped)?.id).toBe('abort.inventory');
    expect(refusedBy(decide(stopped, confirmation(stopped)))).toBe('CEREMONY-ON-BREAK');
    const back = allReturned(stopped);
    expect(refusedBy(decide(back, confirmation(back)))).toBeNull();
  });
});

describe('a break', () => {
  it('is asked for by somebody who is here, once everybody can sign, while nothing is at work', () => {
    const early = walkTo(start, 'roll-call.people');
    expect(refusedBy(decide(early, breaking))).toBe('BREAK-AFTER-ROLL-CALL');
    const state = walkTo(start, 'keys.check');
    expect(refusedBy(decide(state, { ...breaking, by: 'p9' }))).toBe('BREAK-AFTER-ROLL-CALL');
    expect(refusedBy(decide(atWork(walkTo(start, 'keys.make')), breaking))).toBe('EFFECT-NOT-IN-FLIGHT');
    expect(refusedBy(decide(toTheEnd(state), breaking))).toBe('CEREMONY-OPEN');
  });

  it('is not what somebody comes back from when there is none', () => {
    const state = walkTo(start, 'keys.check');
    expect(refusedBy(decide(state, coming(state, 'p1')))).toBe('BREAK-ENDED-BY-EVERYBODY');
    expect(refusedBy(decide(state, absent('p1')))).toBe('BREAK-ENDED-BY-EVERYBODY');
  });
});

describe('a restart', () => {
  it('waits for nobody before everybody can sign: the roll call goes on', () => {
    const named = doing(walkTo(start, 'roll-call.people'), resuming);
    expect(named.onBreak).toBeNull();
    expect(currentStep(stepDone(named))?.id).toBe('roll-call.present');
  });

  it('has everybody come back once more, also those who were back already', () => {
    const away = doing(walkTo(start, 'keys.check'), breaking);
    const one = doing(away, coming(away, 'p1'));
    expect(doing(one, resuming).onBreak).toMatchObject({ kind: 'restart', returned: [] });
  });

  it('leaves the work of the moment to be looked at', () => {
    const busy = atWork(walkTo(start, 'keys.make'));
    const back = allReturned(doing(busy, resuming));
    expect(back.inFlight).toEqual(busy.inFlight);
    expect(refusedBy(decide(back, confirmation(walkTo(start, 'keys.make'))))).toBe('EFFECT-NOT-IN-FLIGHT');
  });

  it('begins no new work before everybody is back, should the old one still end', () => {
    const busy = doing(atWork(walkTo(start, 'keys.make')), resuming);
    const { effect = 0, request } = busy.inFlight ?? {};
    const outcome = { kind: 'make-key' as const, key: 'root', ckaId: request?.kind === 'make-key' ? request.ckaId : '', attributes: [], publicKey: null, publicKeySha256: null, keyCheckValues: [] }; // prettier-ignore
    const decision = decide(busy, { type: 'complete-work', effect, outcome, settled: false, then: 'go-on', position });
    expect(decision.ok ? decision.events.map(({ type }) => type) : decision.refusal.rule).not.toContain(
      'effect-requested',
    );
  });

  it('comes to nothing once the ceremony is closed', () => {
    expect(refusedBy(decide(toTheEnd(walkTo(start, 'close.sign-off')), resuming))).toBe('CEREMONY-OPEN');
  });
});

describe('somebody who has left for good', () => {
  const away = doing(walkTo(start, 'keys.check'), breaking);

  it('is not waited for, and signs nothing any more', () => {
    const without = allReturned(doing(away, absent('p5')));
    expect(without.onBreak).toBeNull();
    const going = exceptionsClosed(without);
    const ended = toTheEnd(going);
    const signedOff = eventsOf(ended).findLast((event) => event.type === 'step-confirmed');
    expect(signedOff?.type === 'step-confirmed' ? signedOff.confirmedBy : null).toEqual(['p1', 'p2', 'p3', 'p4', 'p6']);
    expect(replay(eventsOf(ended))).toEqual(ended);
    let asked = going;
    while (currentStep(asked)?.id !== 'wrap.approve') asked = stepDone(asked);
    const asking: Command = { type: 'ask-step-approval', step: stepOf(asked).id, input: { kind: 'none' } };
    const now = doing(asked, asking);
    expect(refusedBy(decide(now, { type: 'give-approval', ...signed(now, 'approval', 'p5') }))).toBe(
      'APPROVAL-BY-THOSE-ASKED',
    );
  });

  it('may be the last one who was waited for', () => {
    const others = ['p1', 'p2', 'p3', 'p4', 'p6'].reduce((now, person) => doing(now, coming(now, person)), away);
    expect(others.onBreak).not.toBeNull();
    expect(doing(others, absent('p5')).onBreak).toBeNull();
  });

  it('is nobody whom the quorum or a step to come needs', () => {
    const two = doing(away, absent('p5'));
    // Two of three custodians, and the only witness, are the quorum of this plan; the only operator has the hands.
    for (const person of ['p3', 'p4', 'p6', 'p2']) {
      expect([person, refusedBy(decide(two, absent(person)))]).toEqual([person, 'QUORUM-PRESENT']);
    }
    expect(refusedBy(decide(two, absent('p1')))).toBeNull();
  });

  it('is nobody whom the quorum needs, though only the sign-off is left, which waits for nobody', () => {
    const end = doing(walkTo(opened(planWith([azureKey('a', { after: 'keep' })])), 'close.sign-off'), breaking);
    const two = doing(end, absent('p5'));
    for (const person of ['p3', 'p4', 'p6']) expect(refusedBy(decide(two, absent(person)))).toBe('QUORUM-PRESENT');
    // Whoever has the hands, and leads, is not needed any more.
    const three = doing(doing(two, absent('p1')), absent('p2'));
    expect(currentStep(toTheEnd(exceptionsClosed(allReturned(three))))).toBeNull();
  });

  it('is nobody who is back already', () => {
    const back = doing(away, coming(away, 'p5'));
    expect(refusedBy(decide(back, absent('p5')))).toBe('BREAK-ENDED-BY-EVERYBODY');
  });
});

describe('a log', () => {
  const state = allReturned(doing(doing(walkTo(start, 'keys.check'), breaking), absent('p5')));
  const log = eventsOf(state);
  const first = log.findIndex(({ type }) => type === 'break-started');
  const inserted = (at: number, event: CeremonyEvent): RuleId | null =>
    ruleOf(() => replay(log.toSpliced(at, 0, event)));
  const without = (type: CeremonyEvent['type']): RuleId | null =>
    ruleOf(() =>
      replay(
        log.toSpliced(
          log.findIndex((event) => event.type === type),
          1,
        ),
      ),
    );

  it('is refused with a break that nobody could have begun or ended', () => {
    expect(ruleOf(() => replay(log))).toBeNull();
    expect(inserted(first, { type: 'break-ended' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(first + 1, { type: 'break-ended' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(first + 1, { type: 'break-started', reason: 'x', by: 'p1' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(first, { type: 'break-started', reason: 'x', by: 'p9' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(1, { type: 'break-started', reason: 'x', by: 'p1' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(first, { type: 'person-absent', person: 'p5', reason: 'x' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(first + 1, { type: 'person-absent', person: 'p9', reason: 'x' })).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is refused where somebody’s return is missing, or is somebody else’s', () => {
    expect(without('person-returned')).toBe('LOG-HOLDS-A-CEREMONY');
    expect(without('break-started')).toBe('LOG-HOLDS-A-CEREMONY');
    const at = log.findIndex(({ type }) => type === 'person-returned');
    const forged = log.map((event, index) => (index === at ? { ...event, signature: '00' } : event));
    expect(ruleOf(() => replay(forged))).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is refused where something was done in a break', () => {
    const closing = { subject: 'exception.1', parameters: {}, sha256: '0'.repeat(64) };
    expect(inserted(first + 3, { type: 'approval-asked', ...closing })).toBe('LOG-HOLDS-A-CEREMONY');
    const confirmed = log.find((event) => event.type === 'step-confirmed');
    if (confirmed === undefined) throw new Error('no step');
    expect(inserted(first + 1, { ...confirmed, step: 'keys.check' })).toBe('LOG-HOLDS-A-CEREMONY');
  });
});
