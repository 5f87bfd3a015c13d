import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEvent } from '../../../app/ceremony/events.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { currentStep, isClosed } from '../../../app/ceremony/state.ts';
import { createLog, openLog, type AuditLog } from '../../../main/audit/store.ts';
import { Runner, type RunnerPorts } from '../../../main/ceremony/runner.ts';
import { ruleOf, ruleOfAsync } from '../../support/rule-of.ts';
import { ScriptedWorker } from '../../support/scripted-worker.ts';
import { azureKey, confirmation, planWith } from '../../support/walk.ts';

const plan = planWith([azureKey('root'), azureKey('leaf')]);
const now = (): Date => new Date('2026-11-23T14:07:32Z');
const pin = (text = '1234'): Uint8Array => new TextEncoder().encode(text);

const everyone = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

let folder: string;
let file: string;
let log: AuditLog;
let worker: ScriptedWorker;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-runner-'));
  file = join(folder, 'ceremony', 'log.sqlite');
  log = createLog(file);
  worker = new ScriptedWorker();
});

afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true, force: true });
});

const ports = (): RunnerPorts => ({ log, worker, now, application: 'Keyferry 0.1.0' });

function open(): Runner {
  return Runner.open(ports(), {
    type: 'open-ceremony',
    ceremony: 'rehearsal-2026-11-23-7f3a9c',
    mode: 'rehearsal',
    application: 'Keyferry 0.1.0',
    tokenSerial: null,
    plan,
    planSha256: parsePlanDocument(plan).sha256,
  });
}

async function confirmStep(runner: Runner, secret: Uint8Array | null = null): Promise<void> {
  runner.confirm(confirmation(runner.state), secret);
  await runner.idle();
}

async function runTo(runner: Runner, step: string): Promise<void> {
  while (currentStep(runner.state)?.id !== step) await confirmStep(runner);
}

/** Ends this process's hold on the log as a crash would, and takes the ceremony up again. */
async function crashAndResume(): Promise<Runner> {
  log.close();
  log = openLog(file);
  return Runner.resume(ports());
}

describe('the runner', () => {
  it('carries a ceremony to its end, and the log alone gives the same state', async () => {
    const runner = open();
    while (!isClosed(runner.state)) await confirmStep(runner);
    expect(worker.done.filter((work) => work.startsWith('wrap-key'))).toEqual(['wrap-key root', 'wrap-key leaf']);
    expect(replay(log.entries().map((entry) => parseEvent(entry.event)))).toEqual(runner.state);
  });

  it('resumes at the step it left, from every entry of the log', async () => {
    let runner = open();
    while (!isClosed(runner.state)) {
      await confirmStep(runner);
      const left = runner.state;
      runner = await crashAndResume();
      expect(runner.state).toEqual(left);
    }
  });

  it('logs nothing for a confirmation it refuses', async () => {
    const runner = open();
    const { size } = log.head();
    expect(ruleOf(() => runner.confirm({ ...confirmation(runner.state), step: 'wrap.wrap' }, null))).toBe(
      'STEP-IS-CURRENT',
    );
    expect(log.head().size).toBe(size);
  });

  it('names the people who confirmed as the cause of the entry', async () => {
    const runner = open();
    await runTo(runner, 'roll-call.present');
    await confirmStep(runner);
    const entry = log.entries().findLast(({ actor }) => actor !== 'keyferry');
    expect(entry?.actor).toBe('p1 p2 p3 p4 p5 p6');
  });

  it('takes one confirmation at a time', async () => {
    const runner = open();
    runner.confirm(confirmation(runner.state), null);
    const second = { ...confirmation({ ...runner.state, inFlight: null }) };
    expect(ruleOf(() => runner.confirm(second, null))).toBe('EFFECT-NOT-IN-FLIGHT');
    await runner.idle();
  });

  it('tells its listeners when work begins and when it has ended', async () => {
    const runner = open();
    const seen: (string | null)[] = [];
    runner.onChange(() => seen.push(runner.workingSince));
    await confirmStep(runner);
    expect(seen.some((since) => since !== null)).toBe(true);
    expect(seen.at(-1)).toBeNull();
  });
});

describe('work that fails', () => {
  it('keeps the step, with the rule, and a second confirmation tries again', async () => {
    const runner = open();
    await runTo(runner, 'wrap.wrap');
    worker.faults.set('wrap-key', 'HSM-PROCESS-ALIVE');
    await confirmStep(runner);
    expect(runner.state.failure?.rule).toBe('HSM-PROCESS-ALIVE');
    expect(currentStep(runner.state)?.id).toBe('wrap.wrap');
    await confirmStep(runner);
    expect(currentStep(runner.state)?.id).toBe('wrap.check');
    expect(worker.done.filter((work) => work === 'wrap-key root')).toHaveLength(1);
  });

  it('turns an unforeseen error into a refusal that keeps nothing of its text', async () => {
    const runner = open();
    worker.faults.set('inspect-workstation', new TypeError('secret 4711'));
    await confirmStep(runner);
    expect(runner.state.failure).toMatchObject({ rule: 'WORK-COMPLETED', code: 'TypeError' });
    expect(JSON.stringify(log.entries())).not.toContain('4711');
  });
});

describe('a PIN', () => {
  it('reaches the work and is overwritten afterwards, and never stands in the log', async () => {
    const runner = open();
    await runTo(runner, 'token.log-in');
    const secret = pin('73105824');
    await confirmStep(runner, secret);
    expect(worker.secrets.at(-1)).toBe(secret);
    expect([...secret].every((byte) => byte === 0)).toBe(true);
    expect(JSON.stringify(log.entries())).not.toContain('73105824');
  });

  it('is overwritten when the confirmation is refused', () => {
    const runner = open();
    const secret = pin();
    expect(ruleOf(() => runner.confirm({ ...confirmation(runner.state), step: 'nothing' }, secret))).toBe(
      'STEP-IS-CURRENT',
    );
    expect([...secret].every((byte) => byte === 0)).toBe(true);
  });
});

describe('after a crash in the middle of work', () => {
  async function crashDuring(step: string): Promise<Runner> {
    const runner = open();
    await runTo(runner, step);
    // The process ends right after the request is durable: the outcome never reaches the log.
    const { perform } = worker;
    worker.perform = () => new Promise(() => undefined);
    runner.confirm(confirmation(runner.state), null);
    worker.perform = perform;
    return crashAndResume();
  }

  it('what is found done is not done again', async () => {
    worker.found = 'done';
    const runner = await crashDuring('keys.make');
    expect([...runner.state.targets.keys()]).toEqual(['root']);
    expect(runner.state.inFlight).toBeNull();
    await confirmStep(runner);
    expect(worker.done.filter((work) => work.startsWith('make-key'))).toEqual(['make-key leaf']);
  });

  it('what is found not done waits for the people, with the reason', async () => {
    const runner = await crashDuring('wrap.wrap');
    expect(runner.state.failure?.rule).toBe('EFFECT-SETTLED-BY-LOOKING');
    expect(worker.done.filter((work) => work.startsWith('wrap-key'))).toEqual([]);
    await confirmStep(runner);
    expect(currentStep(runner.state)?.id).toBe('wrap.check');
  });

  it('waits for the token where only the token can tell', async () => {
    worker.isTokenOpen = false;
    worker.found = 'done';
    const runner = await crashDuring('keys.make');
    expect(runner.state.inFlight).not.toBeNull();
    expect(ruleOf(() => runner.confirm(confirmation({ ...runner.state, inFlight: null }), null))).toBe(
      'EFFECT-NOT-IN-FLIGHT',
    );
    expect(await ruleOfAsync(() => runner.reopenToken(pin('9999'), everyone))).toBe('TOKEN-PIN-ACCEPTED');
    const secret = pin();
    expect(await ruleOfAsync(() => runner.reopenToken(pin(), []))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    await runner.reopenToken(secret, everyone);
    expect([...secret].every((byte) => byte === 0)).toBe(true);
    expect(runner.state.inFlight).toBeNull();
    const types = log.entries().map((entry) => parseEvent(entry.event).type);
    expect(types.slice(-3)).toEqual(['token-not-reopened', 'token-reopened', 'effect-completed']);
  });
});

describe('when the HSM process is lost while a key is made', () => {
  it('nobody guesses: the work stays open until the token is, and what is found there counts', async () => {
    const runner = open();
    await runTo(runner, 'keys.make');
    worker.faults.set('make-key', 'HSM-PROCESS-ALIVE');
    worker.isTokenOpen = false;
    await confirmStep(runner);
    expect(runner.state.failure?.rule).toBe('HSM-PROCESS-ALIVE');
    expect(runner.state.inFlight?.request).toMatchObject({ kind: 'make-key', key: 'root' });
    worker.found = 'done';
    await runner.reopenToken(pin(), everyone);
    expect([...runner.state.targets.keys()]).toEqual(['root']);
    await confirmStep(runner);
    expect(worker.done.filter((work) => work.startsWith('make-key'))).toEqual(['make-key leaf']);
  });
});

describe('a failure that does not say how far the work went', () => {
  it('is looked at where the token keeps a trace: a key that was made is not made again', async () => {
    const runner = open();
    await runTo(runner, 'keys.make');
    worker.faults.set('make-key', 'TOKEN-LEFT-CLEAN');
    worker.found = 'done';
    await confirmStep(runner);
    expect([...runner.state.targets.keys()]).toEqual(['root']);
    await confirmStep(runner);
    expect(worker.done.filter((work) => work.startsWith('make-key'))).toEqual(['make-key leaf']);
  });

  it('takes no key for its own that was there before the token was asked', async () => {
    const runner = open();
    await runTo(runner, 'keys.make');
    worker.faults.set('make-key', 'TARGET-KEY-ID-FREE');
    worker.found = 'done';
    await confirmStep(runner);
    expect(runner.state).toMatchObject({ failure: { rule: 'TARGET-KEY-ID-FREE' }, inFlight: null });
    expect(runner.state.targets.size).toBe(0);
  });

  it('keeps its own rule when nothing was done', async () => {
    const runner = open();
    await runTo(runner, 'keys.make');
    worker.faults.set('make-key', 'TOKEN-HAS-ROOM');
    await confirmStep(runner);
    expect(runner.state).toMatchObject({ failure: { rule: 'TOKEN-HAS-ROOM' }, inFlight: null });
  });

  it('stays open when looking fails too, until somebody looks again', async () => {
    const runner = open();
    await runTo(runner, 'keys.make');
    worker.faults.set('make-key', 'TOKEN-ANSWERS');
    worker.blind = 'TOKEN-PRESENT';
    await confirmStep(runner);
    expect(runner.state).toMatchObject({ failure: { rule: 'TOKEN-PRESENT' }, inFlight: { request: { key: 'root' } } });
    worker.blind = null;
    await runner.lookAgain();
    expect(runner.state).toMatchObject({ failure: { rule: 'EFFECT-SETTLED-BY-LOOKING' }, inFlight: null });
  });
});

describe('leaving in the middle of work', () => {
  it('lets the work of the moment end and begins no other', async () => {
    const runner = open();
    await runTo(runner, 'wrap.wrap');
    runner.confirm(confirmation(runner.state), null);
    await runner.leave();
    expect(worker.done.filter((work) => work.startsWith('wrap-key'))).toEqual(['wrap-key root']);
    const resumed = await crashAndResume();
    await confirmStep(resumed);
    expect(worker.done.filter((work) => work.startsWith('wrap-key'))).toEqual(['wrap-key root', 'wrap-key leaf']);
  });
});

describe('somebody who says stop', () => {
  it('is in the log, and everything is let go', async () => {
    const runner = open();
    await runTo(runner, 'bring-in.compare.root');
    await runner.stop('bring-in.compare.root', 'the fingerprints differ');
    expect(worker.isTokenOpen).toBe(false);
    expect(log.entries().at(-1)?.event).toMatchObject({ type: 'ceremony-stopped', reason: 'the fingerprints differ' });
    expect(isClosed((await crashAndResume()).state)).toBe(true);
  });

  it('waits until the work of the moment has ended, and nothing follows it', async () => {
    const runner = open();
    await runTo(runner, 'wrap.wrap');
    runner.confirm(confirmation(runner.state), null);
    await runner.stop('wrap.wrap', 'enough');
    expect(worker.done.filter((work) => work.startsWith('wrap-key'))).toEqual(['wrap-key root']);
    expect(runner.state.stopped).toEqual({ step: 'wrap.wrap', reason: 'enough' });
  });

  it('names the step that is reached when the work of the moment was the last of its step', async () => {
    const runner = open();
    runner.confirm(confirmation(runner.state), null);
    await runner.stop('prepare.workstation', 'enough');
    expect(runner.state.stopped).toEqual({ step: 'prepare.findings', reason: 'enough' });
  });

  it('means the step on the screen', async () => {
    expect(await ruleOfAsync(() => open().stop('wrap.wrap', 'x'))).toBe('STEP-IS-CURRENT');
  });
});

describe('another version', () => {
  it('does not touch the log of a ceremony it did not open', async () => {
    open();
    const { size } = log.head();
    expect(await ruleOfAsync(() => Runner.resume({ ...ports(), application: 'Keyferry 0.2.0' }))).toBe(
      'CEREMONY-SAME-BUILD',
    );
    expect(log.head().size).toBe(size);
  });
});

describe('when the log takes no more', () => {
  it('nothing counts as done, and the ceremony goes on after it was opened again', async () => {
    const runner = open();
    await runTo(runner, 'keys.make');
    const { append } = log;
    worker.found = 'done';
    let left = 2;
    log.append = (...entry) => {
      left -= 1;
      if (left < 0) throw new Error('disk full');
      return append.apply(log, entry);
    };
    await confirmStep(runner);
    expect(runner.trouble?.rule).toBe('WORK-COMPLETED');
    expect(runner.state.inFlight).not.toBeNull();
    const resumed = await crashAndResume();
    expect(resumed.trouble).toBeNull();
    await confirmStep(resumed);
    expect(currentStep(resumed.state)?.id).toBe('keys.check');
  });
});

describe('a log that is not ours', () => {
  it('is refused: empty, or with an entry that is no event', async () => {
    expect(await ruleOfAsync(() => Runner.resume(ports()))).toBe('LOG-HOLDS-A-CEREMONY');
    log.append(now().toISOString(), 'somebody', { type: 'nonsense' });
    expect(await ruleOfAsync(() => Runner.resume(ports()))).toBe('LOG-HOLDS-A-CEREMONY');
  });
});
