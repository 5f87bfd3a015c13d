import { afterEach, expect, it, vi } from 'vitest';
import { isClosed, isEverybodyRegistered, openExceptions } from '../../../app/ceremony/state.ts';
import { Refused } from '../../../app/rules/refusal.ts';
import { LogCopy } from '../../../main/audit/log-copy.ts';
import type { Runner } from '../../../main/ceremony/runner.ts';
import { confirmStep, RunnerRoom, signing } from '../../support/runner-room.ts';
import { closingOf, quorumOf } from '../../support/signing.ts';
import { azureKey, fewPeople, planWith } from '../../support/walk.ts';

let room: RunnerRoom;
afterEach(() => {
  vi.restoreAllMocks();
  room.end();
});

/** The quorum decides on what is open; whoever has approved it does not again. */
async function decided(runner: Runner): Promise<void> {
  for (const { exception } of openExceptions(runner.state)) {
    const closing = closingOf(runner.state, null, { exception });
    const quorum = quorumOf(runner.state);
    for (const person of quorum) {
      const isOf = runner.state.approval?.subject === `exception.${exception}`;
      if (!isOf || !runner.state.approval.by.includes(person)) {
        await runner.people.approveException(closing, signing(person));
      }
    }
    runner.people.closeException(closing, quorum);
  }
}

it('a disk that takes no entry at its first try, at any step, ends in a named refusal each time, and the ceremony goes on', async () => {
  room = new RunnerRoom(planWith([azureKey('root')], fewPeople));
  room.worker.found = 'done';
  const runner = room.open();
  const full = new Set<number>();
  const real = LogCopy.prototype.append;
  vi.spyOn(LogCopy.prototype, 'append').mockImplementation(function (this: LogCopy, entries) {
    const [{ sequence } = { sequence: 0 }] = entries;
    const isFirst = !full.has(sequence);
    full.add(sequence);
    if (isFirst) throw Object.assign(new Error('as scripted'), { code: 'ENOSPC' });
    Reflect.apply(real, this, [entries]);
  });
  const refused: (string | undefined)[] = [];
  const before: number[] = [];
  for (let tries = 0; !isClosed(runner.state); tries += 1) {
    expect(tries).toBeLessThan(2000);
    before.push(room.log.head().size);
    try {
      if (runner.trouble !== null) {
        // Nobody hears that the work is done: the people look again once there is room.
        expect(runner.trouble).toMatchObject({ rule: 'LOG-DURABLE', code: 'ENOSPC' });
        refused.push(runner.trouble.code);
        await runner.lookAgain();
        // Before everybody can sign nobody can decide, and nobody has to.
      } else if (isEverybodyRegistered(runner.state) && openExceptions(runner.state).length > 0) await decided(runner);
      else await confirmStep(runner);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // What came up before anybody could sign is decided as soon as everybody can.
      if (error.refusal.rule === 'NO-OPEN-EXCEPTION') continue;
      expect(error.refusal).toMatchObject({ rule: 'LOG-DURABLE', code: 'ENOSPC' });
      refused.push(error.refusal.code);
    }
    await runner.idle();
  }
  // Whatever belongs together was refused once; nothing was lost, and nothing stands there twice.
  expect(refused.length).toBeGreaterThan(60);
  expect(full.size).toBe(refused.length);
  expect(new Set(before).size).toBeGreaterThan(refused.length / 2);
  expect(runner.state).toMatchObject({ stopped: null, destroyed: ['root'], copies: [{ copy: 1 }] });
  const size = room.log.head().size;
  room.log.close();
  vi.restoreAllMocks();
  room.log = room.reopenedLog();
  expect(room.log.head().size).toBe(size);
}, 240_000);
