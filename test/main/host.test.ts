import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../app/audit/chain.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import { currentStep } from '../../app/ceremony/state.ts';
import { placesOf } from '../../main/audit/places.ts';
import { readLog } from '../../main/audit/read-log.ts';
import { openLog } from '../../main/audit/store.ts';
import { playStep } from '../../main/cli/scripted-people.ts';
import { HostRoom, passphraseOf, pinInput } from '../support/host-room.ts';
import { tellOfRepair } from '../support/logs.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { azureKey, planWith } from '../support/walk.ts';

let room: HostRoom;

beforeEach(() => {
  const plan = planWith([azureKey('root'), azureKey('leaf')], {
    roles: { operator: 1, custodian: 1, witness: 1 },
    quorum: { custodian: 1, witness: 1 },
  });
  room = new HostRoom(plan, ['root', 'leaf']);
});

afterEach(() => room.end());

const logOf = (ceremony: string): string => join(room.desk.profile, 'ceremonies', ceremony, 'log.sqlite');

const copyOf = (ceremony: string): string => join(room.desk.profile, 'log-copies', `${ceremony}.copy`);

/** Keeps everything of a ceremony as it is now: log, copy and mark, and its token; gives what puts it back. */
function kept(ceremony: string): () => void {
  const folder = dirname(logOf(ceremony));
  const away = join(room.folder, 'kept');
  cpSync(folder, away, { recursive: true });
  const copy = readFileSync(copyOf(ceremony));
  return () => {
    rmSync(folder, { recursive: true });
    cpSync(away, folder, { recursive: true });
    writeFileSync(copyOf(ceremony), copy);
  };
}

describe('the HSM process killed in the middle of a wrap', () => {
  it('ends in a named refusal; the PIN is asked again, and the retry wraps', async () => {
    const calls = join(room.folder, 'calls.txt');
    // Probe and proof wrap three times each; the seventh wrap is the target key's own and hangs.
    room.faults = { P11SHIM_DELAY: 'C_WrapKey=60000@7', P11SHIM_LOG: calls };
    await room.open();
    await room.runTo('wrap.wrap');
    await room.play();
    const wraps = (): number => (existsSync(calls) ? readFileSync(calls, 'utf8').split('C_WrapKey').length - 1 : 0);
    // Two keys were probed as one need, so six wraps are over when the target key's wrap has begun.
    while (wraps() < 6) await pause(20);
    room.child?.kill();
    await room.host.idle();
    expect(await room.view()).toMatchObject({
      refusal: { rule: 'HSM-PROCESS-ALIVE' },
      reopen: { distinctPeople: 2 },
      step: { id: 'wrap.wrap' },
    });
    // Two target keys, the key of the log, and the head of the log.
    expect(room.objectsInToken()).toHaveLength(7);
    // The same module, which is the one in the log, without its faults.
    room.faults = {};
    expect(await room.exceptionsDecided()).toEqual(['HSM-PROCESS-ALIVE']);
    expect(await ruleOfAsync(() => room.reopen('000000'))).toBe('TOKEN-PIN-ACCEPTED');
    expect(await room.exceptionsDecided()).toEqual(['TOKEN-PIN-ACCEPTED']);
    await room.reopen();
    await room.runToEnd();
    expect(room.desk.written().filter((path) => path.endsWith('.byok'))).toHaveLength(2);
  }, 120_000);
});

describe('the HSM process killed after a key was made and before anybody heard of it', () => {
  it('finds the key in the token when it is opened again, and makes no second one', async () => {
    const calls = join(room.folder, 'calls.txt');
    room.faults = { P11SHIM_DELAY: 'C_GetAttributeValue=15', P11SHIM_LOG: calls };
    await room.open();
    await room.runTo('keys.make');
    const made = (): number => readFileSync(calls, 'utf8').split('C_GenerateKeyPair').length - 1;
    const before = made();
    await room.play();
    while (made() === before) await pause(2);
    room.child?.kill();
    await room.host.idle();
    expect(await room.view()).toMatchObject({
      refusal: { rule: 'HSM-PROCESS-ALIVE' },
      reopen: { distinctPeople: 2 },
      step: { id: 'keys.make' },
    });
    room.faults = {};
    await room.reopen();
    expect(room.host.state()?.targets.size).toBe(1);
    expect(await room.exceptionsDecided()).toEqual(['EFFECT-SETTLED-BY-LOOKING']);
    expect((await room.confirmStep()).step?.id).toBe('keys.check');
    // Two pairs of two objects each, besides the pair and the head of the log: the first was not made again.
    expect(room.objectsInToken()).toHaveLength(7);
  }, 120_000);
});

describe('a ceremony left at any step', () => {
  it('is resumed at that step by the next start, with nothing lost and nothing done twice', async () => {
    let shown = await room.open();
    while (shown.step !== null) {
      const left = shown.step.id;
      await room.restart();
      const about = await room.calls['app.about']({});
      expect(about.unfinished.map(({ ceremony }) => ceremony)).toEqual([shown.ceremony]);
      const resumed = await room.resume(shown.ceremony);
      expect(resumed.step?.id).toBe(left);
      if (resumed.reopen !== null) await room.reopen();
      shown = await room.confirmStep();
      expect(shown.refusal).toBeNull();
    }
    expect(room.objectsInToken()).toEqual([]);
    expect((await room.calls['app.about']({})).unfinished).toEqual([]);
    const state = room.host.state();
    expect(state === null ? 'none' : currentStep(state)).toBeNull();
  }, 300_000);

  it('is not resumed by another version', async () => {
    const { ceremony } = await room.open();
    room.version = '0.2.0';
    await room.restart();
    expect(await ruleOfAsync(() => room.calls['ceremony.resume']({ ceremony, keep: null }))).toBe(
      'CEREMONY-SAME-BUILD',
    );
  });

  it('is not opened twice, nor beside another', async () => {
    const { ceremony } = await room.open();
    const second = room.newHost();
    try {
      expect(await ruleOfAsync(() => second.handlers['ceremony.resume']({ ceremony, keep: null }))).toBe(
        'LOG-ONE-WRITER',
      );
    } finally {
      await second.close();
    }
    expect(await ruleOfAsync(() => room.open())).toBe('CEREMONY-ON-THIS-WORKSTATION');
  });
});

describe('a crash while a copy is written', () => {
  let ceremony: string;
  const bundle = (): string => join(room.desk.outbound, `keyferry-${ceremony}`);

  /** Writes the copy, then puts the log back to where a crash would have left it: requested, and no outcome. */
  async function crashWhileWriting(): Promise<void> {
    ({ ceremony } = await room.open());
    await room.runTo('take-out.write');
    const putBack = kept(ceremony);
    const size = (await room.view()).room.log.size;
    await room.confirmStep();
    await room.host.close();
    const since = readLog(logOf(ceremony)).slice(size);
    const requested = since.findIndex(({ event }) => JSON.stringify(event).includes('"kind":"write-copy"'));
    putBack();
    const reopened = openLog(placesOf(dirname(logOf(ceremony))), { tell: tellOfRepair, chosen: null });
    for (const { time, actor, event } of since.slice(0, requested + 1)) reopened.append(time, actor, event);
    reopened.close();
    room.host = room.newHost();
  }

  /** The exceptions are decided, the token is opened, and the step is confirmed once more. */
  async function goOn(): Promise<void> {
    await room.exceptionsDecided();
    await room.reopen();
    expect((await room.confirmStep()).step?.id).toBe('take-out.check');
  }

  it('finds the finished copy and does not write it again', async () => {
    await crashWhileWriting();
    const manifest = statSync(join(bundle(), 'MANIFEST.json')).mtimeMs;
    const resumed = await room.resume(ceremony);
    // What is left of the step is that the token signs the log.
    expect(resumed.step).toMatchObject({ id: 'take-out.write', action: 'Have the token sign the log' });
    expect(room.host.state()?.copies).toHaveLength(1);
    await goOn();
    expect(statSync(join(bundle(), 'MANIFEST.json')).mtimeMs).toBe(manifest);
  }, 60_000);

  it('takes an unfinished copy off again and lets the people repeat the step', async () => {
    await crashWhileWriting();
    rmSync(join(bundle(), 'MANIFEST.json'));
    const resumed = await room.resume(ceremony);
    expect(resumed).toMatchObject({ step: { id: 'take-out.write' }, refusal: { rule: 'EFFECT-SETTLED-BY-LOOKING' } });
    expect(room.desk.written()).toEqual([]);
    await goOn();
  }, 60_000);

  it('leaves a file alone that is not its own', async () => {
    await crashWhileWriting();
    writeFileSync(join(bundle(), 'holiday.txt'), 'not ours');
    const resumed = await room.resume(ceremony);
    expect(resumed.refusal?.cause).toContain('holiday.txt');
    expect(room.desk.written().filter((path) => path.includes('.'))).toEqual([`keyferry-${ceremony}/holiday.txt`]);
  }, 60_000);

  it('leaves the question open while the medium is gone, until it is back', async () => {
    await crashWhileWriting();
    renameSync(room.desk.outbound, `${room.desk.outbound}-pulled`);
    expect(await room.resume(ceremony)).toMatchObject({ isUnsettled: true, refusal: { rule: 'MEDIA-PRESENT' } });
    renameSync(`${room.desk.outbound}-pulled`, room.desk.outbound);
    await room.calls['ceremony.lookAgain']({});
    expect(room.host.state()?.copies).toHaveLength(1);
    await goOn();
  }, 60_000);

  it('refuses to write a wrapped key that is not the one in the log', async () => {
    ({ ceremony } = await room.open());
    await room.runTo('take-out.write');
    const kept = join(room.desk.profile, 'ceremonies', ceremony, 'wrapped', 'root.key');
    writeFileSync(
      kept,
      readFileSync(kept).map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
    );
    expect((await room.confirmStep()).refusal?.rule).toBe('WRAPPED-KEY-KEPT-INTACT');
    rmSync(kept);
    expect(await room.exceptionsDecided()).toEqual(['WRAPPED-KEY-KEPT-INTACT']);
    expect((await room.confirmStep()).refusal?.rule).toBe('WRAPPED-KEY-KEPT-INTACT');
    expect(room.desk.written()).toEqual([]);
  }, 60_000);
});

describe('a log that was damaged', () => {
  const resume = (ceremony: string, keep: 'log' | 'copy' | null) => room.calls['ceremony.resume']({ ceremony, keep });
  const toldIn = (ceremony: string) => readLog(logOf(ceremony)).map(({ event }) => event as Record<string, unknown>);

  it('is listed with the rule it breaks, and resumed only with the copy that the people choose, who decide on it', async () => {
    const { ceremony } = await room.open();
    await room.host.close();
    const { size, hash } = headOf(ceremony);
    writeFileSync(logOf(ceremony), '');
    room.host = room.newHost();
    const { unfinished } = await room.calls['app.about']({});
    expect(unfinished[0]).toMatchObject({
      mode: 'rehearsal',
      unsound: {
        refusal: { rule: 'LOG-FILE-PRESENT' },
        ends: [
          { side: 'log', head: null, mayGoOn: false },
          { side: 'copy', head: { size, head: hash }, mayGoOn: true },
        ],
      },
    });
    for (const keep of [null, 'log'] as const) {
      expect(await ruleOfAsync(() => resume(ceremony, keep))).toBe('LOG-FILE-PRESENT');
    }
    expect((await resume(ceremony, 'copy')).exceptions).toMatchObject([{ rule: 'LOG-FILE-PRESENT', closed: null }]);
    await room.host.close();
    expect(toldIn(ceremony).slice(size)).toMatchObject([
      { type: 'log-repaired', kept: 'copy', other: 'replaced', rule: 'LOG-FILE-PRESENT' },
      { type: 'exception-opened' },
      { type: 'ceremony-resumed' },
    ]);
  });

  it('and its copy put back from an older one is listed as that, and not resumed; alone it is brought up to the copy', async () => {
    const { ceremony } = await room.open();
    await room.host.close();
    const older = [logOf(ceremony), copyOf(ceremony)].map((path) => [path, readFileSync(path)] as const);
    room.host = room.newHost();
    await room.resume(ceremony);
    for (let steps = 0; steps < 3; steps += 1) await room.confirmStep();
    await room.host.close();
    const [newerCopy, { size }] = [readFileSync(copyOf(ceremony)), headOf(ceremony)];
    for (const [path, bytes] of older) writeFileSync(path, bytes);
    room.host = room.newHost();
    const { unfinished } = await room.calls['app.about']({});
    expect(unfinished[0]?.unsound).toMatchObject({ refusal: { rule: 'LOG-AS-LAST-SEEN' } });
    for (const keep of [null, 'log', 'copy'] as const) {
      expect(await ruleOfAsync(() => resume(ceremony, keep))).toBe('LOG-AS-LAST-SEEN');
    }
    writeFileSync(copyOf(ceremony), newerCopy);
    expect((await resume(ceremony, null)).exceptions).toMatchObject([{ rule: 'LOG-COPIES-AGREE' }]);
    await room.host.close();
    expect(toldIn(ceremony)[size]).toMatchObject({ type: 'log-repaired', kept: 'copy', other: 'extended' });
  });
});

function headOf(ceremony: string): { readonly size: number; readonly hash: string } {
  return verifyChain(readLog(logOf(ceremony)));
}

describe('a ceremony that is stopped', () => {
  it('is brought to its end: listed, one key destroyed and one kept, signed off; nothing is left on the workstation', async () => {
    await room.open();
    await room.runTo('take-out.write');
    const stopped = await room.calls['ceremony.stop']({ step: 'take-out.write', reason: 'the medium is broken' });
    expect(stopped).toMatchObject({ isClosed: false, keysInToken: ['root', 'leaf'], step: { id: 'abort.inventory' } });
    await room.runTo('abort.destroy');
    const { asks } = await room.step();
    expect(asks.keyIds).toEqual(['root', 'leaf']);
    const confirmation = await room.confirmation({ kind: 'key-ids', keyIds: ['', 'leaf'] });
    const { step, input } = confirmation;
    for (const person of ['p2', 'p3']) {
      await room.calls['people.approve']({ step, input, person, passphrase: passphraseOf(person) });
    }
    await room.calls['ceremony.confirmStep']({ ...confirmation, confirmedBy: ['p2', 'p3'] });
    await room.host.idle();
    expect(room.objectsInToken()).toHaveLength(2);
    await room.runToEnd();
    expect(await room.view()).toMatchObject({ outcome: 'aborted-with-keys-present', keysInToken: ['root'] });
    expect(room.files().filter((path) => /wrapped|approval-keys/u.test(path))).toEqual([]);
    expect((await room.open()).isClosed).toBe(false);
    expect((await room.calls['app.about']({})).unfinished).toEqual([]);
  }, 120_000);
});

describe('the host', () => {
  it('opens only a plan that was shown, and confirms only in an open ceremony', async () => {
    const unknown = { plan: '0'.repeat(64), token: null };
    expect(await ruleOfAsync(() => room.calls['ceremony.open'](unknown))).toBe('PLAN-CHOSEN');
    const nothing = { step: 'prepare.plan', ticks: [], confirmedBy: [], input: { kind: 'none' as const } };
    expect(await ruleOfAsync(() => room.calls['ceremony.confirmStep'](nothing))).toBe('CEREMONY-ON-THIS-WORKSTATION');
    expect(await ruleOfAsync(() => room.calls['ceremony.resume']({ ceremony: 'not-there', keep: null }))).toBe(
      'CEREMONY-ON-THIS-WORKSTATION',
    );
    expect(await room.calls['ceremony.view']({})).toBeNull();
  });

  it('takes folders only by the id under which it offered them', async () => {
    await room.open();
    await room.runTo('bring-in.read');
    const script = { ...room.script, choose: async () => ['medium-99'] };
    const step = await room.step();
    expect(await ruleOfAsync(() => playStep(step, script, room.calls))).toBe('MEDIA-OFFERED');
  });

  it('takes a PIN where one is asked for and nowhere else, and overwrites it either way', async () => {
    await room.open();
    const input = pinInput();
    const confirmed = await room.confirmation(input);
    expect(await ruleOfAsync(() => room.calls['ceremony.confirmStep'](confirmed))).toBe('STEP-INPUT-AS-ASKED');
    expect(input.pin.every((byte) => byte === 0)).toBe(true);
    await room.runTo('token.identify');
    const silent = await room.confirmation({ kind: 'none' });
    expect(await ruleOfAsync(() => room.calls['ceremony.confirmStep'](silent))).toBe('STEP-INPUT-AS-ASKED');
  });

  it('sends word of every change', async () => {
    const seen: CeremonyView[] = [];
    room.host.onChange((shown) => seen.push(shown));
    await room.open();
    await room.confirmStep();
    expect(seen.some((shown) => shown.work !== null)).toBe(true);
    expect(seen.at(-1)?.step?.id).toBe('prepare.findings');
  });
});
