import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEvent } from '../../../app/ceremony/events.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, isClosed, openExceptions, outcomeOf, type CeremonyState } from '../../../app/ceremony/state.ts';
import { Runner } from '../../../main/ceremony/runner.ts';
import { ruleOf, ruleOfAsync } from '../../support/rule-of.ts';
import {
  confirmStep,
  everybodyBack,
  exceptionsDecided,
  getReady,
  pin,
  reopening,
  RunnerRoom,
  runTo,
} from '../../support/runner-room.ts';
import { azureKey, confirmation, planWith } from '../../support/walk.ts';

const plan = planWith([azureKey('root'), azureKey('leaf')]);

const everyone = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

let room: RunnerRoom;

beforeEach(() => {
  room = new RunnerRoom(plan);
});

afterEach(() => room.end());

/** Ids of the keys for which this was done, in order. */
const doneFor = (kind: string): string[] =>
  room.worker.done.filter((work) => work.startsWith(`${kind} `)).map((work) => work.slice(kind.length + 1));

/** The rules of the exceptions that are open. */
const openRules = (runner: Runner): (string | null)[] => openExceptions(runner.state).map(({ rule }) => rule);

describe('the runner', () => {
  it('carries a ceremony to its end, and the log alone gives the same state', async () => {
    const runner = room.open();
    while (!isClosed(runner.state)) await confirmStep(runner);
    expect(doneFor('wrap-key')).toEqual(['root', 'leaf']);
    expect(outcomeOf(runner.state)).toBe('completed');
    expect(replay(room.log.entries().map((entry) => parseEvent(entry.event)))).toEqual(runner.state);
  });

  it('resumes at the step it left, from every step, once everybody is identified again', async () => {
    room.end();
    const few = { roles: { operator: 1, custodian: 1, witness: 1 }, quorum: { custodian: 1 } };
    room = new RunnerRoom(planWith([azureKey('root')], few));
    let runner = room.open();
    await confirmStep(runner);
    while (!isClosed(runner.state)) {
      const left = runner.state;
      runner = await room.crashAndResume();
      await everybodyBack(runner);
      // Whoever came back has typed no wrong passphrase since.
      const untried = (state: CeremonyState): CeremonyState => ({ ...state, wrongPassphrases: new Map() });
      expect(untried(runner.state)).toEqual(untried(left));
      await confirmStep(runner);
    }
    expect(await ruleOfAsync(() => room.crashAndResume())).toBe('CEREMONY-OPEN');
  });

  it('logs nothing for a confirmation it refuses', async () => {
    const runner = room.open();
    const { size } = room.log.head();
    expect(ruleOf(() => runner.confirm({ ...confirmation(runner.state), step: 'wrap.wrap' }, null))).toBe(
      'STEP-IS-CURRENT',
    );
    expect(room.log.head().size).toBe(size);
  });

  it('names the people who confirmed as the cause of the entry', async () => {
    const runner = room.open();
    await runTo(runner, 'token.accept');
    await confirmStep(runner);
    expect(room.log.entries().at(-1)?.actor).toBe('p1 p2 p3 p4 p5 p6');
  });

  it('takes one confirmation at a time', async () => {
    const runner = room.open();
    runner.confirm(confirmation(runner.state), null);
    const second = { ...confirmation({ ...runner.state, inFlight: null }) };
    expect(ruleOf(() => runner.confirm(second, null))).toBe('EFFECT-NOT-IN-FLIGHT');
    await runner.idle();
  });

  it('tells its listeners when work begins and when it has ended', async () => {
    const runner = room.open();
    const seen: (string | null)[] = [];
    runner.onChange(() => seen.push(runner.workingSince));
    await confirmStep(runner);
    expect(seen.some((since) => since !== null)).toBe(true);
    expect(seen.at(-1)).toBeNull();
  });
});

describe('work that fails', () => {
  it('is an exception; when the quorum has closed it, a second confirmation tries again', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.wrap');
    room.worker.faults.set('wrap-key', 'HSM-PROCESS-ALIVE');
    await confirmStep(runner);
    expect(runner.state.failure?.rule).toBe('HSM-PROCESS-ALIVE');
    expect(openRules(runner)).toEqual(['HSM-PROCESS-ALIVE']);
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(currentStep(runner.state)?.id).toBe('wrap.check');
    expect(doneFor('wrap-key')).toEqual(['root', 'leaf']);
  });

  it('turns an unforeseen error into a refusal that keeps nothing of its text', async () => {
    const runner = room.open();
    room.worker.faults.set('inspect-workstation', new TypeError('secret 4711'));
    await confirmStep(runner);
    expect(runner.state.failure).toMatchObject({ rule: 'WORK-COMPLETED', code: 'TypeError' });
    expect(JSON.stringify(room.log.entries())).not.toContain('4711');
  });
});

describe('a PIN', () => {
  it('reaches the work and is overwritten afterwards, and never stands in the log', async () => {
    const runner = room.open();
    await runTo(runner, 'token.log-in');
    const secret = pin('73105824');
    await confirmStep(runner, secret);
    expect(room.worker.secrets.at(-1)).toBe(secret);
    expect([...secret].every((byte) => byte === 0)).toBe(true);
    expect(JSON.stringify(room.log.entries())).not.toContain('73105824');
  });

  it('is overwritten when the confirmation is refused', () => {
    const runner = room.open();
    const secret = pin();
    expect(ruleOf(() => runner.confirm({ ...confirmation(runner.state), step: 'nothing' }, secret))).toBe(
      'STEP-IS-CURRENT',
    );
    expect([...secret].every((byte) => byte === 0)).toBe(true);
  });

  it('that the token refuses leaves in the log what its flags say then, for the people to see', async () => {
    const runner = room.open();
    await runTo(runner, 'token.log-in');
    room.worker.faults.set('log-in', 'TOKEN-PIN-ACCEPTED');
    room.worker.flags = { initialised: true, protectedPath: false, countLow: true, finalTry: true, locked: false };
    await confirmStep(runner, pin());
    expect(openRules(runner)).toEqual(['TOKEN-PIN-ACCEPTED']);
    expect(runner.state.token?.pin).toMatchObject({ countLow: true, finalTry: true });
  });
});

describe('after a crash in the middle of work', () => {
  async function crashDuring(step: string): Promise<Runner> {
    const runner = room.open();
    await runTo(runner, step);
    await getReady(runner);
    // The process ends right after the request is durable: the outcome never reaches the log.
    const { perform } = room.worker;
    room.worker.perform = () => new Promise(() => undefined);
    runner.confirm(confirmation(runner.state), null);
    room.worker.perform = perform;
    return room.crashAndResume();
  }

  it('what is found done is not done again, and the people are told that it was', async () => {
    room.worker.found = 'done';
    const runner = await crashDuring('keys.make');
    expect([...runner.state.targets.keys()]).toEqual(['root']);
    expect(runner.state.inFlight).toBeNull();
    expect(openRules(runner)).toEqual(['EFFECT-SETTLED-BY-LOOKING']);
    await everybodyBack(runner);
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(doneFor('make-key')).toEqual(['leaf']);
  });

  it('what is found not done waits for the people, with the reason', async () => {
    const runner = await crashDuring('wrap.wrap');
    expect(runner.state.failure?.rule).toBe('EFFECT-SETTLED-BY-LOOKING');
    expect(doneFor('wrap-key')).toEqual([]);
    await everybodyBack(runner);
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(currentStep(runner.state)?.id).toBe('wrap.check');
  });

  it('waits for the token where only the token can tell', async () => {
    room.worker.isTokenOpen = false;
    room.worker.found = 'done';
    const runner = await crashDuring('keys.make');
    expect(runner.state.inFlight).not.toBeNull();
    expect(await ruleOfAsync(() => runner.reopenToken(reopening('1234', everyone)))).toBe('CEREMONY-ON-BREAK');
    await everybodyBack(runner);
    expect(ruleOf(() => runner.confirm(confirmation({ ...runner.state, inFlight: null }), null))).toBe(
      'EFFECT-NOT-IN-FLIGHT',
    );
    expect(await ruleOfAsync(() => runner.reopenToken(reopening('9999', everyone)))).toBe('TOKEN-PIN-ACCEPTED');
    expect(await ruleOfAsync(() => runner.reopenToken(reopening('1234', everyone)))).toBe('NO-OPEN-EXCEPTION');
    await exceptionsDecided(runner);
    expect(await ruleOfAsync(() => runner.reopenToken(reopening('1234', [])))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    const secret = pin();
    await runner.reopenToken(reopening('1234', everyone, secret));
    expect([...secret].every((byte) => byte === 0)).toBe(true);
    expect(runner.state.inFlight).toBeNull();
    expect(room.types().slice(-3)).toEqual(['token-reopened', 'effect-completed', 'exception-opened']);
  });
});

describe('when the HSM process is lost while a key is made', () => {
  it('nobody guesses: the work stays open until the token is, and what is found there counts', async () => {
    const runner = room.open();
    await runTo(runner, 'keys.make');
    room.worker.faults.set('make-key', 'HSM-PROCESS-ALIVE');
    room.worker.isTokenOpen = false;
    await confirmStep(runner);
    expect(runner.state.failure?.rule).toBe('HSM-PROCESS-ALIVE');
    expect(runner.state.inFlight?.request).toMatchObject({ kind: 'make-key', key: 'root' });
    room.worker.found = 'done';
    await runner.reopenToken(reopening('1234', everyone));
    expect([...runner.state.targets.keys()]).toEqual(['root']);
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(doneFor('make-key')).toEqual(['leaf']);
  });
});

describe('a failure that does not say how far the work went', () => {
  it('is looked at where the token keeps a trace: a key that was made is not made again', async () => {
    const runner = room.open();
    await runTo(runner, 'keys.make');
    room.worker.faults.set('make-key', 'TOKEN-LEFT-CLEAN');
    room.worker.found = 'done';
    await confirmStep(runner);
    expect([...runner.state.targets.keys()]).toEqual(['root']);
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(doneFor('make-key')).toEqual(['leaf']);
  });

  it('takes no key for its own that was there before the token was asked', async () => {
    const runner = room.open();
    await runTo(runner, 'keys.make');
    room.worker.faults.set('make-key', 'TARGET-KEY-ID-FREE');
    room.worker.found = 'done';
    await confirmStep(runner);
    expect(runner.state).toMatchObject({ failure: { rule: 'TARGET-KEY-ID-FREE' }, inFlight: null });
    expect(runner.state.targets.size).toBe(0);
  });

  it('keeps its own rule when nothing was done', async () => {
    const runner = room.open();
    await runTo(runner, 'keys.make');
    room.worker.faults.set('make-key', 'TOKEN-HAS-ROOM');
    await confirmStep(runner);
    expect(runner.state).toMatchObject({ failure: { rule: 'TOKEN-HAS-ROOM' }, inFlight: null });
  });

  it('stays open when looking fails too, until somebody looks again', async () => {
    const runner = room.open();
    await runTo(runner, 'keys.make');
    room.worker.faults.set('make-key', 'TOKEN-ANSWERS');
    room.worker.blind = 'TOKEN-PRESENT';
    await confirmStep(runner);
    expect(runner.state).toMatchObject({ failure: { rule: 'TOKEN-PRESENT' }, inFlight: { request: { key: 'root' } } });
    room.worker.blind = null;
    await runner.lookAgain();
    expect(runner.state).toMatchObject({ failure: { rule: 'EFFECT-SETTLED-BY-LOOKING' }, inFlight: null });
  });
});

describe('leaving in the middle of work', () => {
  it('lets the work of the moment end and begins no other', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.wrap');
    runner.confirm(confirmation(runner.state), null);
    await runner.leave();
    expect(doneFor('wrap-key')).toEqual(['root']);
    const resumed = await room.crashAndGoOn();
    await confirmStep(resumed);
    expect(doneFor('wrap-key')).toEqual(['root', 'leaf']);
  });
});

describe('somebody who says stop', () => {
  it('before anybody could sign ends the ceremony at once, and everything is let go', async () => {
    const runner = room.open();
    await runTo(runner, 'roll-call.people');
    await runner.stop('roll-call.people', 'somebody is missing');
    expect(room.worker.isTokenOpen).toBe(false);
    expect(room.log.entries().at(-1)?.event).toMatchObject({ type: 'ceremony-stopped', reason: 'somebody is missing' });
    expect(outcomeOf(runner.state)).toBe('aborted-clean');
    expect(await ruleOfAsync(() => room.crashAndResume())).toBe('CEREMONY-OPEN');
  });

  it('later leads to the steps of the abort: listed, destroyed as the people decide, signed off by everybody', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.approve');
    await runner.stop('wrap.approve', 'the medium is broken');
    // The token is needed once more.
    expect(room.worker.isTokenOpen).toBe(true);
    expect(currentStep(runner.state)?.id).toBe('abort.inventory');
    await runTo(runner, 'abort.sign-off');
    expect(doneFor('destroy-key')).toEqual(['root', 'leaf']);
    await confirmStep(runner);
    expect(outcomeOf(runner.state)).toBe('aborted-clean');
    expect(room.worker.isTokenOpen).toBe(false);
    expect(existsSync(room.keys)).toBe(false);
  });

  it('twice ends it where it is, and the record says which keys stay in the token', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.approve');
    await runner.stop('wrap.approve', 'the medium is broken');
    await runner.stop('abort.inventory', 'the token is broken too');
    expect(outcomeOf(runner.state)).toBe('aborted-with-keys-present');
    expect(room.worker.isTokenOpen).toBe(false);
    expect(existsSync(room.keys)).toBe(false);
  });

  it('waits until the work of the moment has ended, and nothing follows it', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.wrap');
    runner.confirm(confirmation(runner.state), null);
    await runner.stop('wrap.wrap', 'enough');
    expect(doneFor('wrap-key')).toEqual(['root']);
    expect(runner.state.stopped).toMatchObject({ step: 'wrap.wrap', reason: 'enough', unsettled: null });
  });

  it('names the step that is reached when the work of the moment was the last of its step', async () => {
    const runner = room.open();
    runner.confirm(confirmation(runner.state), null);
    await runner.stop('prepare.workstation', 'enough');
    expect(runner.state.stopped).toMatchObject({ step: 'prepare.findings', reason: 'enough' });
  });

  it('means the step on the screen', async () => {
    expect(await ruleOfAsync(() => room.open().stop('wrap.wrap', 'x'))).toBe('STEP-IS-CURRENT');
  });
});

describe('another version', () => {
  it('does not touch the log of a ceremony it did not open', async () => {
    room.open();
    const { size } = room.log.head();
    expect(await ruleOfAsync(() => Runner.resume(room.ports({ application: 'Keyferry 0.2.0' })))).toBe(
      'CEREMONY-SAME-BUILD',
    );
    expect(room.log.head().size).toBe(size);
  });
});

describe('when the log takes no more', () => {
  it('nothing counts as done, and the ceremony goes on after it was opened again', async () => {
    const runner = room.open();
    await runTo(runner, 'keys.make');
    await getReady(runner);
    const { appendAll } = room.log;
    room.worker.found = 'done';
    // The confirmation with the order for the work is taken, its outcome is not.
    let left = 1;
    room.log.appendAll = (...entries) => {
      left -= 1;
      if (left < 0) throw new Error('disk full');
      return appendAll.apply(room.log, entries);
    };
    runner.confirm(confirmation(runner.state), null);
    await runner.idle();
    expect(runner.trouble?.rule).toBe('WORK-COMPLETED');
    expect(runner.state.inFlight).not.toBeNull();
    const resumed = await room.crashAndGoOn();
    expect(resumed.trouble).toBeNull();
    await confirmStep(resumed);
    expect(currentStep(resumed.state)?.id).toBe('keys.check');
  });
});

describe('a log that is not ours', () => {
  it('is refused: empty, or with an entry that is no event', async () => {
    expect(await ruleOfAsync(() => Runner.resume(room.ports()))).toBe('LOG-HOLDS-A-CEREMONY');
    room.log.append(room.clock.toISOString(), 'somebody', { type: 'nonsense' });
    expect(await ruleOfAsync(() => Runner.resume(room.ports()))).toBe('LOG-HOLDS-A-CEREMONY');
  });
});
