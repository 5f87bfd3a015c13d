import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CeremonyView } from '../../app/contract/view.ts';
import { currentStep } from '../../app/ceremony/state.ts';
import { openLog, readLog } from '../../main/audit/store.ts';
import { rehearsalSite, type TokenSite } from '../../main/ceremony/token-site.ts';
import { playStep } from '../../main/cli/scripted-people.ts';
import { createHost, type Host } from '../../main/host.ts';
import { HsmClient, type HsmChild } from '../../main/hsm/client.ts';
import { forkHsmProcess } from '../../main/hsm/fork.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { Desk, makeKek, type TestKek } from '../support/rehearsal.ts';
import { pin, scratchFolder, tokenModule, withShim } from '../support/token.ts';
import { azureKey, planWith } from '../support/walk.ts';

const hsmEntry = join(import.meta.dirname, '..', '..', 'main', 'hsm', 'process.ts');

const everyone = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

let kek: TestKek;
let scratch: ReturnType<typeof scratchFolder>;
let desk: Desk;
let host: Host;
/** The HSM process of the moment, and the faults its module is to show when it is loaded next. */
let child: HsmChild | null;
let faults: Record<string, string> | null;
let version: string;

beforeAll(() => {
  kek = makeKek();
});

beforeEach(() => {
  scratch = scratchFolder();
  desk = new Desk(scratch.folder);
  desk.plan(planWith([azureKey('root'), azureKey('leaf')]));
  desk.bring('root', 'kek.json', kek.json());
  desk.bring('leaf', 'kek.json', kek.json());
  child = null;
  faults = null;
  version = '0.1.0';
  host = newHost();
});

afterEach(async () => {
  await host.close();
  scratch.remove();
});

/** The application's own host on a real token; only the two dialogs are answered here. */
function newHost(): Host {
  const fork = forkHsmProcess(hsmEntry);
  const site = (folder: string): TokenSite => {
    const real = rehearsalSite(join(folder, 'token'), tokenModule);
    return { ...real, module: () => (faults === null ? real.module() : withShim(real.module(), faults)) };
  };
  return createHost({
    profile: desk.profile,
    samples: join(scratch.folder, 'samples'),
    application: { name: 'Keyferry', version, electron: '43.2.0' },
    createHsm: () => new HsmClient((environment) => (child = fork(environment))),
    siteOf: site,
    now: () => new Date(),
    randomHex: () => randomBytes(3).toString('hex'),
    chooseFile: async () => desk.planFile,
    chooseFolder: async (direction) => desk[direction],
  });
}

async function open(): Promise<CeremonyView> {
  const preview = await host.handlers['plan.choose']({});
  return host.handlers['ceremony.open']({ plan: preview?.plan ?? '' });
}

const script = {
  pin,
  choose: async (direction: 'inbound' | 'outbound'): Promise<string[]> => [
    (await host.handlers['media.browse']({ direction }))?.id ?? '',
  ],
};

async function view(): Promise<CeremonyView> {
  const shown = await host.handlers['ceremony.view']({});
  if (shown === null) throw new Error('no ceremony is open');
  return shown;
}

async function confirmStep(): Promise<CeremonyView> {
  const { step } = await view();
  if (step === null) throw new Error('the ceremony is closed');
  await host.handlers['ceremony.confirmStep'](await playStep(step, script));
  await host.idle();
  return view();
}

async function runTo(step: string): Promise<void> {
  while ((await view()).step?.id !== step) expect((await confirmStep()).refusal).toBeNull();
}

async function runToEnd(): Promise<void> {
  while ((await view()).step !== null) expect((await confirmStep()).refusal).toBeNull();
}

const objectsInToken = (): string[] =>
  readdirSync(desk.profile, { recursive: true }).map(String).filter((path) => path.endsWith('.object') && !path.endsWith('token.object')); // prettier-ignore

describe('the HSM process killed in the middle of a wrap', () => {
  it('ends in a named refusal; the PIN is asked again, and the retry wraps', async () => {
    const calls = join(scratch.folder, 'calls.txt');
    // Probe and proof wrap three times each; the seventh wrap is the target key's own and hangs.
    faults = { P11SHIM_DELAY: 'C_WrapKey=60000@7', P11SHIM_LOG: calls };
    await open();
    await runTo('wrap.wrap');
    const { step } = await view();
    if (step === null) throw new Error('no step');
    await host.handlers['ceremony.confirmStep'](await playStep(step, script));
    const wraps = (): number => (existsSync(calls) ? readFileSync(calls, 'utf8').split('C_WrapKey').length - 1 : 0);
    // Two keys were probed as one need, so six wraps are over when the target key's wrap has begun.
    while (wraps() < 6) await pause(20);
    child?.kill();
    await host.idle();
    expect(await view()).toMatchObject({
      refusal: { rule: 'HSM-PROCESS-ALIVE' },
      reopen: { distinctPeople: 2 },
      step: { id: 'wrap.wrap' },
    });
    expect(objectsInToken()).toHaveLength(4);
    // The same module, which is the one in the log, without its faults.
    faults = {};
    expect(
      await ruleOfAsync(() => host.handlers['ceremony.reopenToken']({ pin: pin('000000'), confirmedBy: everyone })),
    ).toBe('TOKEN-PIN-ACCEPTED');
    await host.handlers['ceremony.reopenToken']({ pin: pin(), confirmedBy: everyone });
    await runToEnd();
    expect(desk.written().filter((path) => path.endsWith('.byok'))).toHaveLength(2);
  }, 60_000);
});

describe('the HSM process killed after a key was made and before anybody heard of it', () => {
  it('finds the key in the token when it is opened again, and makes no second one', async () => {
    const calls = join(scratch.folder, 'calls.txt');
    faults = { P11SHIM_DELAY: 'C_GetAttributeValue=15', P11SHIM_LOG: calls };
    await open();
    await runTo('keys.make');
    const { step } = await view();
    if (step === null) throw new Error('no step');
    const made = (): number => readFileSync(calls, 'utf8').split('C_GenerateKeyPair').length - 1;
    const before = made();
    await host.handlers['ceremony.confirmStep'](await playStep(step, script));
    while (made() === before) await pause(2);
    child?.kill();
    await host.idle();
    expect(await view()).toMatchObject({
      refusal: { rule: 'HSM-PROCESS-ALIVE' },
      reopen: { distinctPeople: 2 },
      step: { id: 'keys.make' },
    });
    faults = {};
    await host.handlers['ceremony.reopenToken']({ pin: pin(), confirmedBy: everyone });
    expect(host.state()?.targets.size).toBe(1);
    expect((await confirmStep()).step?.id).toBe('keys.check');
    // Two pairs of two objects each: the first was not made again.
    expect(objectsInToken()).toHaveLength(4);
  }, 60_000);
});

describe('a ceremony left at any step', () => {
  it('is resumed at that step by the next start, with nothing lost and nothing done twice', async () => {
    let shown = await open();
    while (shown.step !== null) {
      const left = shown.step.id;
      await host.close();
      host = newHost();
      const about = await host.handlers['app.about']({});
      expect(about.unfinished.map(({ ceremony }) => ceremony)).toEqual([shown.ceremony]);
      const resumed = await host.handlers['ceremony.resume']({ ceremony: shown.ceremony });
      expect(resumed.step?.id).toBe(left);
      if (resumed.reopen !== null) await host.handlers['ceremony.reopenToken']({ pin: pin(), confirmedBy: everyone });
      shown = await confirmStep();
      expect(shown.refusal).toBeNull();
    }
    expect(objectsInToken()).toEqual([]);
    expect((await host.handlers['app.about']({})).unfinished).toEqual([]);
    const state = host.state();
    expect(state === null ? 'none' : currentStep(state)).toBeNull();
  }, 120_000);

  it('is not resumed by another version', async () => {
    const { ceremony } = await open();
    await host.close();
    version = '0.2.0';
    host = newHost();
    expect(await ruleOfAsync(() => host.handlers['ceremony.resume']({ ceremony }))).toBe('CEREMONY-SAME-BUILD');
  });

  it('is not opened twice, nor beside another', async () => {
    const { ceremony } = await open();
    const second = newHost();
    try {
      expect(await ruleOfAsync(() => second.handlers['ceremony.resume']({ ceremony }))).toBe('LOG-ONE-WRITER');
    } finally {
      await second.close();
    }
    expect(await ruleOfAsync(open)).toBe('CEREMONY-ON-THIS-WORKSTATION');
  });
});

describe('a crash while a copy is written', () => {
  let ceremony: string;
  const log = (): string => join(desk.profile, 'ceremonies', ceremony, 'log.sqlite');
  const bundle = (): string => join(desk.outbound, `keyferry-${ceremony}`);

  /** Writes the copy, then puts the log back to where a crash would have left it: requested, and no outcome. */
  async function crashWhileWriting(): Promise<void> {
    ({ ceremony } = await open());
    await runTo('take-out.write');
    const kept = ['', '-wal'].map((suffix) => [`${log()}${suffix}`, readFileSync(`${log()}${suffix}`)] as const);
    const size = (await view()).room.log.size;
    await confirmStep();
    await host.close();
    const requested = readLog(log()).slice(size, size + 2);
    for (const [path, bytes] of kept) writeFileSync(path, bytes);
    const reopened = openLog(log());
    for (const { time, actor, event } of requested) reopened.append(time, actor, event);
    reopened.close();
    host = newHost();
  }

  it('finds the finished copy and does not write it again', async () => {
    await crashWhileWriting();
    const manifest = statSync(join(bundle(), 'MANIFEST.json')).mtimeMs;
    const resumed = await host.handlers['ceremony.resume']({ ceremony });
    expect(resumed.step?.id).toBe('take-out.check');
    expect(statSync(join(bundle(), 'MANIFEST.json')).mtimeMs).toBe(manifest);
  }, 30_000);

  it('takes an unfinished copy off again and lets the people repeat the step', async () => {
    await crashWhileWriting();
    rmSync(join(bundle(), 'MANIFEST.json'));
    const resumed = await host.handlers['ceremony.resume']({ ceremony });
    expect(resumed).toMatchObject({ step: { id: 'take-out.write' }, refusal: { rule: 'EFFECT-SETTLED-BY-LOOKING' } });
    expect(desk.written()).toEqual([]);
    expect((await confirmStep()).step?.id).toBe('take-out.check');
  }, 30_000);

  it('leaves a file alone that is not its own', async () => {
    await crashWhileWriting();
    writeFileSync(join(bundle(), 'holiday.txt'), 'not ours');
    const resumed = await host.handlers['ceremony.resume']({ ceremony });
    expect(resumed.refusal?.cause).toContain('holiday.txt');
    expect(desk.written().filter((path) => path.includes('.'))).toEqual([`keyferry-${ceremony}/holiday.txt`]);
  }, 30_000);

  it('refuses to write a wrapped key that is not the one in the log', async () => {
    ({ ceremony } = await open());
    await runTo('take-out.write');
    const kept = join(desk.profile, 'ceremonies', ceremony, 'wrapped', 'root.key');
    writeFileSync(
      kept,
      readFileSync(kept).map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
    );
    expect((await confirmStep()).refusal?.rule).toBe('WRAPPED-KEY-KEPT-INTACT');
    rmSync(kept);
    expect((await confirmStep()).refusal?.rule).toBe('WRAPPED-KEY-KEPT-INTACT');
    expect(desk.written()).toEqual([]);
  }, 30_000);
});

describe('a log that was damaged', () => {
  it('is listed with the rule it breaks, and not resumed', async () => {
    const { ceremony } = await open();
    await host.close();
    writeFileSync(join(desk.profile, 'ceremonies', ceremony, 'log.sqlite'), '');
    host = newHost();
    const { unfinished } = await host.handlers['app.about']({});
    expect(unfinished[0]?.step).toContain('LOG-FILE-PRESENT');
    expect(await ruleOfAsync(() => host.handlers['ceremony.resume']({ ceremony }))).toBe('LOG-FILE-PRESENT');
  });
});

describe('media that is gone when Keyferry looks for a copy that was cut off', () => {
  it('leaves the question open until it is back', async () => {
    const { ceremony } = await open();
    await runTo('take-out.write');
    const log = join(desk.profile, 'ceremonies', ceremony, 'log.sqlite');
    const kept = ['', '-wal'].map((suffix) => [`${log}${suffix}`, readFileSync(`${log}${suffix}`)] as const);
    const size = (await view()).room.log.size;
    await confirmStep();
    await host.close();
    const requested = readLog(log).slice(size, size + 2);
    for (const [path, bytes] of kept) writeFileSync(path, bytes);
    const reopened = openLog(log);
    for (const { time, actor, event } of requested) reopened.append(time, actor, event);
    reopened.close();
    renameSync(desk.outbound, `${desk.outbound}-pulled`);
    host = newHost();
    expect(await host.handlers['ceremony.resume']({ ceremony })).toMatchObject({
      isUnsettled: true,
      refusal: { rule: 'MEDIA-PRESENT' },
    });
    renameSync(`${desk.outbound}-pulled`, desk.outbound);
    expect((await host.handlers['ceremony.lookAgain']({})).step?.id).toBe('take-out.check');
  }, 60_000);
});

describe('a ceremony that is stopped', () => {
  it('leaves nothing to resume, no wrapped key on the workstation, and says which keys stay in the token', async () => {
    await open();
    await runTo('take-out.write');
    const stopped = await host.handlers['ceremony.stop']({ step: 'take-out.write', reason: 'the medium is broken' });
    expect(stopped).toMatchObject({
      isClosed: true,
      keysInToken: ['root', 'leaf'],
      stopped: { step: 'take-out.write' },
    });
    expect(
      readdirSync(desk.profile, { recursive: true })
        .map(String)
        .filter((path) => path.includes('wrapped')),
    ).toEqual([]);
    expect((await open()).isClosed).toBe(false);
    expect((await host.handlers['app.about']({})).unfinished).toEqual([]);
  }, 60_000);
});

describe('the host', () => {
  it('opens only a plan that was shown, and confirms only in an open ceremony', async () => {
    expect(await ruleOfAsync(() => host.handlers['ceremony.open']({ plan: '0'.repeat(64) }))).toBe('PLAN-CHOSEN');
    const nothing = { step: 'prepare.plan', ticks: [], confirmedBy: [], input: { kind: 'none' as const } };
    expect(await ruleOfAsync(() => host.handlers['ceremony.confirmStep'](nothing))).toBe(
      'CEREMONY-ON-THIS-WORKSTATION',
    );
    expect(await ruleOfAsync(() => host.handlers['ceremony.resume']({ ceremony: 'not-there' }))).toBe(
      'CEREMONY-ON-THIS-WORKSTATION',
    );
    expect(await host.handlers['ceremony.view']({})).toBeNull();
  });

  it('takes folders only by the id under which it offered them', async () => {
    await open();
    await runTo('bring-in.read');
    const { step } = await view();
    if (step === null) throw new Error('no step');
    const given = await playStep(step, { ...script, choose: async () => ['medium-99'] });
    expect(await ruleOfAsync(() => host.handlers['ceremony.confirmStep'](given))).toBe('MEDIA-OFFERED');
  });

  it('takes a PIN where one is asked for and nowhere else, and overwrites it either way', async () => {
    const { step } = await open();
    const secret = pin();
    const confirmed = {
      step: step?.id ?? '',
      ticks: [],
      confirmedBy: [],
      input: { kind: 'pin' as const, pin: secret },
    };
    expect(await ruleOfAsync(() => host.handlers['ceremony.confirmStep'](confirmed))).toBe('STEP-INPUT-AS-ASKED');
    expect(secret.every((byte) => byte === 0)).toBe(true);
    await runTo('token.identify');
    const silent = { ...confirmed, step: 'token.identify', input: { kind: 'none' as const } };
    expect(await ruleOfAsync(() => host.handlers['ceremony.confirmStep'](silent))).toBe('STEP-INPUT-AS-ASKED');
  });

  it('sends word of every change', async () => {
    const seen: CeremonyView[] = [];
    host.onChange((shown) => seen.push(shown));
    await open();
    await confirmStep();
    expect(seen.some((shown) => shown.work !== null)).toBe(true);
    expect(seen.at(-1)?.step?.id).toBe('prepare.findings');
  });
});
