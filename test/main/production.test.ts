import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as SealedFile from '../../main/approvals/sealed-file.ts';
import type { NetworkInterface } from '../../main/ceremony/network.ts';
import { prepareRehearsalToken } from '../../main/hsm/rehearsal-token.ts';
import type { Volume } from '../../main/media/volumes.ts';
import { HostRoom, passphraseOf } from '../support/host-room.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { newClient, pin, scratchFolder, tokenModule, withShim } from '../support/token.ts';
import { azureKey, planWith } from '../support/walk.ts';

// A test machine has no cable to pull and no stick to plug in: what the system would list is made up. How dear a guess at a
// passphrase is made is shown elsewhere (test/main/approvals); here it would only take time.
const machine = vi.hoisted((): { interfaces: NetworkInterface[]; volumes: Volume[] } => ({
  interfaces: [],
  volumes: [],
}));
vi.mock('../../main/ceremony/network.ts', () => ({
  listInterfaces: () => machine.interfaces,
  isAirGapClosed: () => machine.interfaces.every(({ state }) => state === 'down'),
}));
vi.mock('../../main/media/volumes.ts', () => ({ listVolumes: () => machine.volumes }));
vi.mock('../../main/approvals/sealed-file.ts', async (original) => {
  const real = await original<typeof SealedFile>();
  const N = { ...real.sealing.N, typed: real.sealing.N.generated };
  return { ...real, sealing: { ...real.sealing, N } };
});

const plan = planWith([azureKey('root')], {
  roles: { operator: 1, custodian: 1, witness: 1 },
  quorum: { custodian: 1, witness: 1 },
});

let room: HostRoom;
/** Serial number of a token that was there before the ceremony, in a store of its own. */
let serial: string;
/**
 * The PKCS#11 module of that token: the fault shim, which is another file than the rehearsal module and names another maker. A
 * module can lie about that, and this one shows it.
 */
let module: string;

/** A token as it was delivered, before any ceremony: every test gets a copy of its store. */
const delivered = scratchFolder();

beforeAll(async () => {
  const client = newClient({ load: 120_000 });
  try {
    await client.load(prepareRehearsalToken(delivered.folder, tokenModule));
    serial = (await client.initialiseRehearsalToken('Payroll HSM', pin())).serial;
  } finally {
    await client.close();
  }
});

afterAll(() => delivered.remove());

beforeEach(async () => {
  room = new HostRoom(plan, ['root']);
  room.passphrases = 'typed';
  await room.restart();
  connectToken();
  machine.interfaces = [{ name: 'eth0', state: 'down', address: '' }];
  machine.volumes = [volume(room.desk.inbound, true), volume(room.desk.outbound, true)];
});

afterEach(() => room.end());

function connectToken(): void {
  const store = join(room.folder, 'payroll-hsm');
  cpSync(delivered.folder, store, { recursive: true });
  const shim = withShim(prepareRehearsalToken(store, tokenModule));
  module = join(room.folder, 'libhsm.so');
  copyFileSync(shim.path, module);
  room.module = module;
  room.environment = { ...shim.environment, P11SHIM_MANUFACTURER: 'Example HSM' };
}

function volume(path: string, isRemovable: boolean): Volume {
  return { label: 'stick', path, filesystem: 'vfat', isRemovable, isReadOnly: false, freeBytes: null };
}

async function approvePlan(): Promise<string> {
  const preview = await room.calls['plan.choose']({});
  const hash = preview?.plan ?? '';
  const comparedHash = hash.slice(0, 8);
  await room.calls['plan.approve']({ plan: hash, approver: 'Ada Lovelace', role: 'Head of keys', comparedHash });
  return hash;
}

async function chosenToken(): Promise<{ module: string; serial: string; logCopy: string | null }> {
  const chosen = await room.calls['site.chooseModule']({});
  return { module: chosen?.module ?? '', serial, logCopy: null };
}

const binding = (ceremony: string): string => join(room.desk.profile, 'ceremonies', ceremony, 'site.json');

async function began(): Promise<string> {
  await approvePlan();
  return (await room.open(await chosenToken())).ceremony;
}

describe('a production ceremony', () => {
  it('runs from an approved plan to the end on the token of its site binding, and says so in the record', async () => {
    const planSha256 = await approvePlan();
    const shown = await room.open(await chosenToken());
    expect(shown).toMatchObject({ mode: 'production' });
    expect(shown.ceremony).not.toContain('rehearsal');
    await room.runToEnd();
    const state = room.host.state();
    expect(state).toMatchObject({
      planSha256,
      tokenSerial: serial,
      planApproval: { approver: 'Ada Lovelace', role: 'Head of keys' },
      token: { identity: { serial } },
    });
    const manifest = readFileSync(join(room.desk.outbound, `keyferry-${shown.ceremony}`, 'MANIFEST.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ mode: 'production' });
    // The binding names a machine; it is no part of what goes out.
    expect(room.desk.written().filter((path) => path.includes('site'))).toEqual([]);
  }, 180_000);

  it('is taken up again on the same token, and everybody is identified again', async () => {
    const ceremony = await began();
    await room.runTo('token.probe');
    await room.restart();
    await room.resume(ceremony);
    await room.reopen();
    expect((await room.confirmStep()).step?.id).toBe('token.accept');
  }, 120_000);
});

describe('the modules that can be chosen', () => {
  it('are shown with their tokens, and with what is against them', async () => {
    const chosen = await room.calls['site.chooseModule']({});
    expect(chosen).toMatchObject({ path: module, refusal: null });
    expect(chosen?.tokens).toContainEqual(expect.objectContaining({ serial, label: 'Payroll HSM' }));
    room.module = null;
    expect(await room.calls['site.chooseModule']({})).toBeNull();
  });

  it('are libraries: another file is refused before it is loaded', async () => {
    room.module = join(room.folder, 'notes.txt');
    writeFileSync(room.module, 'no library');
    expect(await ruleOfAsync(() => room.calls['site.chooseModule']({}))).toBe('MODULE-FILE-WHOLE');
  });
});

describe('no production ceremony is begun', () => {
  it('with a plan that nobody approved on this workstation', async () => {
    const token = await chosenToken();
    expect(await ruleOfAsync(() => room.open(token))).toBe('PRODUCTION-PLAN-APPROVED');
    expect(existsSync(join(room.desk.profile, 'ceremonies'))).toBe(false);
  });

  it('with a plan whose record of approval was changed', async () => {
    const hash = await approvePlan();
    const record = join(room.desk.profile, 'approved-plans', `${hash}.json`);
    writeFileSync(record, readFileSync(record, 'utf8').replace(hash, 'f'.repeat(64)));
    const token = await chosenToken();
    expect(await ruleOfAsync(() => room.open(token))).toBe('PRODUCTION-PLAN-APPROVED');
  });

  it('with a plan whose approval is still to come by the clock of the room', async () => {
    const hash = await approvePlan();
    const record = join(room.desk.profile, 'approved-plans', `${hash}.json`);
    const approval = JSON.parse(readFileSync(record, 'utf8')) as object;
    const token = await chosenToken();
    writeFileSync(record, JSON.stringify({ ...approval, time: '2999-01-01T00:00:00Z' }));
    expect(await ruleOfAsync(() => room.open(token))).toBe('PRODUCTION-PLAN-APPROVED');
    writeFileSync(record, JSON.stringify({ ...approval, time: '2001-01-01T00:00:00Z' }));
    expect(await ruleOfAsync(() => room.open(token))).toBeNull();
  });

  it('by scripted people', async () => {
    room.passphrases = 'generated';
    await room.restart();
    await approvePlan();
    const token = await chosenToken();
    expect(await ruleOfAsync(() => room.open(token))).toBe('PRODUCTION-BY-PEOPLE');
  });

  it.each([
    ['the module that comes with Keyferry', () => tokenModule],
    [
      'a copy of it under another name',
      () => {
        copyFileSync(tokenModule, module);
        return module;
      },
    ],
    [
      'a copy with a byte more',
      () => {
        copyFileSync(tokenModule, module);
        appendFileSync(module, '\n');
        return module;
      },
    ],
    [
      'another library in front of it that hides nothing',
      () => {
        delete room.environment['P11SHIM_MANUFACTURER'];
        return module;
      },
    ],
  ])('with the rehearsal token: %s', async (_, choose) => {
    room.module = choose();
    await approvePlan();
    const chosen = await room.calls['site.chooseModule']({});
    expect(chosen?.refusal?.rule).toBe('PRODUCTION-TOKEN-REAL');
    const token = await chosenToken();
    expect(await ruleOfAsync(() => room.open(token))).toBe('PRODUCTION-TOKEN-REAL');
  });

  it('with a module or a token that was not listed', async () => {
    await approvePlan();
    const token = await chosenToken();
    expect(await ruleOfAsync(() => room.open({ ...token, serial: 'another' }))).toBe('PRODUCTION-TOKEN-REAL');
    expect(await ruleOfAsync(() => room.open({ ...token, module: 'module-9' }))).toBe('PRODUCTION-TOKEN-REAL');
  });

  it('with a module that is another file than when it was chosen', async () => {
    await approvePlan();
    const token = await chosenToken();
    appendFileSync(module, 'x');
    expect(await ruleOfAsync(() => room.open(token))).toBe('MODULE-AS-IDENTIFIED');
  });
});

describe('a production ceremony does not go on', () => {
  it('while the network is open: the workstation is looked at again when it is closed', async () => {
    machine.interfaces = [{ name: 'eth0', state: 'up', address: '192.0.2.7' }];
    await began();
    expect((await room.confirmStep()).refusal?.rule).toBe('AIR-GAP-CLOSED');
    machine.interfaces = [];
    expect((await room.confirmStep()).step?.id).toBe('prepare.findings');
  });

  it('with folders of the workstation itself: neither to read from nor to write to', async () => {
    await began();
    await room.runTo('bring-in.read');
    const [first, second] = machine.volumes;
    machine.volumes = [volume('/', false)];
    expect(await ruleOfAsync(() => room.play())).toBe('PRODUCTION-MEDIA-REMOVABLE');
    machine.volumes = [first ?? volume('/', false)];
    await room.runTo('take-out.write');
    expect(await ruleOfAsync(() => room.play())).toBe('PRODUCTION-MEDIA-REMOVABLE');
    expect(room.desk.written()).toEqual([]);
    machine.volumes = [second ?? volume('/', false)];
    expect((await room.confirmStep()).step?.id).toBe('take-out.check');
  }, 120_000);

  it('with a module that was exchanged since the ceremony began', async () => {
    const ceremony = await began();
    await room.runTo('token.identify');
    const whole = readFileSync(module);
    appendFileSync(module, 'x');
    expect((await room.confirmStep()).refusal?.rule).toBe('MODULE-AS-IDENTIFIED');
    writeFileSync(module, whole);
    expect(await room.exceptionsDecided()).toEqual(['MODULE-AS-IDENTIFIED']);
    await room.runTo('token.probe');
    await room.restart();
    await room.resume(ceremony);
    appendFileSync(module, 'x');
    expect(await ruleOfAsync(() => room.reopen())).toBe('MODULE-AS-IDENTIFIED');
  }, 120_000);

  it('with a token that says, once it is looked at, that it is one for rehearsals', async () => {
    await began();
    await room.runTo('token.identify');
    delete room.environment['P11SHIM_MANUFACTURER'];
    expect((await room.confirmStep()).refusal?.rule).toBe('PRODUCTION-TOKEN-REAL');
  }, 60_000);

  it('with another site binding than the one in its log', async () => {
    const ceremony = await began();
    await room.host.close();
    const whole = readFileSync(binding(ceremony), 'utf8');
    writeFileSync(binding(ceremony), whole.replace(serial, `${serial.slice(1)}0`));
    room.host = room.newHost();
    const resumed = (): Promise<unknown> => room.calls['ceremony.resume']({ ceremony, keep: null });
    expect(await ruleOfAsync(resumed)).toBe('SITE-BINDING-AS-LOGGED');
    rmSync(binding(ceremony));
    expect(await ruleOfAsync(resumed)).toBe('SITE-BINDING-AS-LOGGED');
    writeFileSync(binding(ceremony), whole);
    expect(await ruleOfAsync(resumed)).toBeNull();
  });
});

describe('the second copy of the log', () => {
  it('lies on the medium that was chosen for it, and the ceremony is taken up again only with it', async () => {
    await approvePlan();
    const medium = await room.calls['media.browse']({ direction: 'outbound' });
    const { ceremony } = await room.open({ ...(await chosenToken()), logCopy: medium?.id ?? '' });
    await room.host.close();
    const copy = join(medium?.path ?? '', 'log-copies', `${ceremony}.copy`);
    expect(readFileSync(copy, 'latin1')).toMatch(/^keyferry log copy 1\n/u);
    expect(existsSync(join(room.desk.profile, 'log-copies'))).toBe(false);
    expect(JSON.parse(readFileSync(binding(ceremony), 'utf8'))).toMatchObject({ logCopy: medium?.path });
    const pulled = `${medium?.path}-pulled`;
    renameSync(medium?.path ?? '', pulled);
    room.host = room.newHost();
    const resume = (keep: 'log' | null) => room.calls['ceremony.resume']({ ceremony, keep });
    expect(await ruleOfAsync(() => resume(null))).toBe('LOG-COPY-PRESENT');
    // Not even by choosing: the copy is never made in the place of a medium that is not there.
    expect(await ruleOfAsync(() => resume('log'))).toBe('LOG-COPY-PRESENT');
    renameSync(pulled, medium?.path ?? '');
    expect(await ruleOfAsync(() => resume(null))).toBeNull();
  });
});

describe('what people typed in a production ceremony', () => {
  it('opens keys that were sealed for typed passphrases', async () => {
    await began();
    await room.runTo('roll-call.start');
    const step = await room.step();
    const wrong = { step: step.id, input: { kind: 'none' as const }, person: 'p2', passphrase: passphraseOf('p3') };
    expect(await ruleOfAsync(() => room.calls['people.approve'](wrong))).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    await room.confirmStep();
    expect((await room.step()).id).toBe('token.identify');
  }, 60_000);
});
