import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentStep, isClosed, openExceptions } from '../../../app/ceremony/state.ts';
import type { Runner } from '../../../main/ceremony/runner.ts';
import { ruleOf } from '../../support/rule-of.ts';
import {
  confirmStep,
  everybodyBack,
  exceptionsDecided,
  getReady,
  RunnerRoom,
  runTo,
} from '../../support/runner-room.ts';
import { azureKey, confirmation, planWith } from '../../support/walk.ts';

/** As few people as a quorum of two allows. */
const plan = planWith([azureKey('root'), azureKey('leaf')], {
  roles: { operator: 1, custodian: 1, witness: 1 },
  quorum: { custodian: 1, witness: 1 },
});
const hour = 3_600_000;

let room: RunnerRoom;

beforeEach(() => {
  room = new RunnerRoom(plan);
});

afterEach(() => room.end());

function setClock(milliseconds: number): void {
  room.clock = new Date(room.clock.getTime() + milliseconds);
}

const rulesOf = (runner: Runner): (string | null)[] => runner.state.exceptions.map(({ rule }) => rule);

describe('a clock that is set back', () => {
  it('is an exception, once; nothing goes on before the quorum has closed it', async () => {
    const runner = room.open();
    await runTo(runner, 'token.probe');
    setClock(-hour);
    const { size } = room.log.head();
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
    expect(rulesOf(runner)).toEqual(['CLOCK-NOT-SET-BACK']);
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
    expect(room.log.head().size).toBe(size + 1);
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(currentStep(runner.state)?.id).toBe('token.accept');
    expect(rulesOf(runner)).toEqual(['CLOCK-NOT-SET-BACK']);
  });

  it('is told to the window, though what was asked is refused', async () => {
    const runner = room.open();
    await runTo(runner, 'token.probe');
    setClock(-hour);
    let shown = 0;
    runner.onChange(() => (shown = openExceptions(runner.state).length));
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
    expect(shown).toBe(1);
  });

  it('by no more than two seconds is jitter, however often it is', async () => {
    const runner = room.open();
    await confirmStep(runner);
    setClock(-1900);
    await confirmStep(runner);
    expect(rulesOf(runner)).toEqual([]);
    setClock(-1900);
    await confirmStep(runner);
    expect(rulesOf(runner)).toEqual(['CLOCK-NOT-SET-BACK']);
  });

  it('is another exception when it is set back again', async () => {
    const runner = room.open();
    await runTo(runner, 'token.probe');
    for (const count of [1, 2]) {
      setClock(-hour);
      expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
      expect(rulesOf(runner)).toHaveLength(count);
      await exceptionsDecided(runner);
    }
  });

  it('before anybody can sign is told at once, and stops nothing until the quorum can close it', async () => {
    const runner = room.open();
    await confirmStep(runner);
    setClock(-hour);
    await confirmStep(runner);
    expect(rulesOf(runner)).toEqual(['CLOCK-NOT-SET-BACK']);
    await runTo(runner, 'roll-call.present');
    await getReady(runner);
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
    await exceptionsDecided(runner);
    await runTo(runner, 'token.identify');
  });

  it('in the middle of work does not lose the outcome, and is told right after it', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.wrap');
    const { perform } = room.worker;
    room.worker.perform = (...work) => {
      setClock(-hour);
      room.worker.perform = perform;
      return perform.apply(room.worker, work);
    };
    await confirmStep(runner);
    expect([...runner.state.wrapped.keys()]).toEqual(['root', 'leaf']);
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('NO-OPEN-EXCEPTION');
    expect(rulesOf(runner)).toEqual(['CLOCK-NOT-SET-BACK']);
  });

  it('in the middle of work is told too when the application ended in between', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.wrap');
    const { perform } = room.worker;
    room.worker.perform = (...work) => {
      setClock(-hour);
      room.worker.perform = perform;
      return perform.apply(room.worker, work);
    };
    await confirmStep(runner);
    const resumed = await room.crashAndResume();
    expect(rulesOf(resumed)).toEqual(['CLOCK-NOT-SET-BACK']);
    // And it is not told a second time.
    await everybodyBack(resumed);
    expect(rulesOf(await room.crashAndResume())).toEqual(['CLOCK-NOT-SET-BACK']);
  });

  it('in the middle of work is told though it was set forward again meanwhile, and after a restart too', async () => {
    const runner = room.open();
    await runTo(runner, 'wrap.wrap');
    const { perform } = room.worker;
    let works = 0;
    room.worker.perform = (...work) => {
      works += 1;
      setClock(works === 1 ? -hour : hour);
      if (works === 2) room.worker.perform = perform;
      return perform.apply(room.worker, work);
    };
    await confirmStep(runner);
    expect([...runner.state.wrapped.keys()]).toEqual(['root', 'leaf']);
    const resumed = await room.crashAndResume();
    expect(rulesOf(resumed)).toEqual(['CLOCK-NOT-SET-BACK']);
    await everybodyBack(resumed);
    expect(rulesOf(await room.crashAndResume())).toEqual(['CLOCK-NOT-SET-BACK']);
  });

  it('during a break: whoever comes back first signs the head that the log has with it', async () => {
    const runner = room.open();
    await runTo(runner, 'token.probe');
    await runner.startBreak('lunch', 'p1');
    setClock(-hour);
    await everybodyBack(runner);
    expect(rulesOf(runner)).toEqual(['CLOCK-NOT-SET-BACK']);
    // A log in which somebody signed another place than the one where it stands would not be taken up again.
    const resumed = await room.crashAndGoOn();
    while (!isClosed(resumed.state)) await confirmStep(resumed);
  });

  it('before the application is started anew: the log can be taken up again', async () => {
    const runner = room.open();
    await runTo(runner, 'token.probe');
    setClock(-hour);
    const resumed = await room.crashAndGoOn();
    expect(room.types().slice(-2)).not.toContain('exception-opened');
    await confirmStep(await room.crashAndGoOn());
    expect(rulesOf(resumed)).toEqual(['CLOCK-NOT-SET-BACK']);
  });
});
