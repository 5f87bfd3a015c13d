import { copyFileSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { WrapPlan } from '../../../app/byok/format.ts';
import { HsmClient, timeLimits, type HsmChild } from '../../../main/hsm/client.ts';
import { forkHsmProcess } from '../../../main/hsm/fork.ts';
import type { ModuleChoice } from '../../../main/hsm/port.ts';
import { childrenOfThisProcess } from '../../support/process-memory.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import {
  freshStore,
  newClient,
  openFreshToken,
  pin,
  scratchFolder,
  tokenModule,
  withShim,
} from '../../support/token.ts';

const scratch = scratchFolder();
const clients: HsmClient[] = [];
const plan: WrapPlan = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 };
const need = { spec: 'aes-256', plan, kekBits: 2048 } as const;

function client(limits: Parameters<typeof newClient>[0] = {}): HsmClient {
  const made = newClient(limits);
  clients.push(made);
  return made;
}

/** Whether one of the HSM processes has loaded a file. */
function isLoaded(path: string): boolean {
  return childrenOfThisProcess().some((child) => readFileSync(`/proc/${child}/maps`, 'utf8').includes(path));
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.close()));
});
afterAll(scratch.remove);

const entry = join(import.meta.dirname, '../../../main/hsm/process.ts');

/** A client whose processes can be reached from the test. */
function clientWithChildren(): { hsm: HsmClient; children: HsmChild[] } {
  const children: HsmChild[] = [];
  const spawn = forkHsmProcess(entry);
  const hsm = new HsmClient((environment) => {
    const child = spawn(environment);
    children.push(child);
    return child;
  });
  clients.push(hsm);
  return { hsm, children };
}

describe('loading a module', () => {
  const withPath = (path: string): ModuleChoice => ({ path, environment: {}, libraryParameters: null });

  it('lists initialised tokens only, by serial', async () => {
    const choice = freshStore(scratch.folder);
    const hsm = client();
    expect(await hsm.load(choice)).toEqual([]);
    const identity = await hsm.initialiseRehearsalToken('rehearsal', pin());
    expect(identity).toMatchObject({ label: 'rehearsal', manufacturer: 'SoftHSM project' });
    expect(identity.serial).toMatch(/^[0-9a-f]{16}$/);
    expect(await hsm.load(choice)).toEqual([identity]);
  });

  it('tells two tokens apart by serial, whatever their label', async () => {
    const hsm = client();
    await hsm.load(freshStore(scratch.folder));
    const one = await hsm.initialiseRehearsalToken('same', pin('1111'));
    const two = await hsm.initialiseRehearsalToken('same', pin('2222'));
    expect((await hsm.select(two.serial)).identity.serial).toBe(two.serial);
    await hsm.login(pin('2222'));
    expect((await hsm.select(one.serial)).identity.serial).toBe(one.serial);
    expect((await refusalFrom(hsm.login(pin('2222')))).code).toBe('CKR_PIN_INCORRECT (0xa0)');
  });

  it.each([
    ['a missing file', () => join(scratch.folder, 'absent.so'), 'MODULE-FILE-WHOLE'],
    ['a text file', () => written('text.so', 'not a library'), 'MODULE-FILE-WHOLE'],
    ['a truncated library', () => truncated(), 'MODULE-FILE-WHOLE'],
    ['a library that is not PKCS#11', () => zlib(), 'MODULE-LOADS'],
  ])('refuses %s and goes on working', async (_, path, rule) => {
    const hsm = client();
    expect((await refusalFrom(hsm.load(withPath(path())))).rule).toBe(rule);
    expect(await hsm.load(freshStore(scratch.folder))).toEqual([]);
  });

  it('does not load another file than the one it met before', async () => {
    const choice = freshStore(scratch.folder);
    const refused = await refusalFrom(client().load({ ...choice, sha256: '00'.repeat(32) }));
    expect(refused.rule).toBe('MODULE-AS-IDENTIFIED');
  });

  it('lets go of a module whose file is exchanged while it is loaded', async () => {
    const hsm = client();
    const choice = withShim(freshStore(scratch.folder), { P11SHIM_DELAY: 'C_Initialize=1500' });
    const path = join(scratch.folder, 'exchanged.so');
    copyFileSync(choice.path, path);
    const loading = refusalFrom(hsm.load({ ...choice, path }));
    await expect.poll(() => isLoaded(path), { timeout: 10_000 }).toBe(true);
    copyFileSync(tokenModule, `${path}.new`);
    renameSync(`${path}.new`, path);
    expect((await loading).rule).toBe('MODULE-AS-IDENTIFIED');
    expect((await refusalFrom(hsm.select('0123456789abcdef'))).rule).toBe('MODULE-LOADS');
  });

  it('says why the module does not initialise, with its code', async () => {
    const choice = withShim(freshStore(scratch.folder), { P11SHIM_FAIL: 'C_Initialize=0x1b7' });
    const refused = await refusalFrom(client().load(choice));
    expect(refused).toMatchObject({ rule: 'MODULE-LOADS', code: 'CKR_LIBRARY_LOAD_FAILED (0x1b7)' });
  });

  function written(name: string, text: string): string {
    writeFileSync(join(scratch.folder, name), text);
    return join(scratch.folder, name);
  }

  function truncated(): string {
    const path = join(scratch.folder, 'truncated.so');
    copyFileSync(tokenModule, path);
    truncateSync(path, Math.floor(readFileSync(tokenModule).length / 2));
    return path;
  }

  /** Part of every system that runs Node: the C library's own neighbour. */
  function zlib(): string {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    return /(\/\S+\/libm\.so\S*)/.exec(maps)?.[1] ?? expect.unreachable('no libm in this process');
  }
});

describe('the PIN', () => {
  it('is overwritten on this side, accepted or not', async () => {
    const hsm = client();
    const [first, wrong, right] = [pin(), pin('0000'), pin()];
    await hsm.load(freshStore(scratch.folder));
    const { serial } = await hsm.initialiseRehearsalToken('rehearsal', first);
    await hsm.select(serial);
    await refusalFrom(hsm.login(wrong));
    await hsm.login(right);
    for (const used of [first, wrong, right]) expect(used.every((byte) => byte === 0)).toBe(true);
  });

  it('is refused when wrong, tried once, with the state of the token told', async () => {
    const log = join(scratch.folder, 'login.log');
    const choice = withShim(freshStore(scratch.folder), { P11SHIM_LOG: log });
    const hsm = client();
    await hsm.load(choice);
    const { serial } = await hsm.initialiseRehearsalToken('rehearsal', pin());
    expect((await hsm.select(serial)).pin).toMatchObject({ initialised: true, countLow: false, locked: false });
    const before = logins(log);
    const refused = await refusalFrom(hsm.login(pin('000000')));
    expect(refused).toMatchObject({ rule: 'TOKEN-PIN-ACCEPTED', code: 'CKR_PIN_INCORRECT (0xa0)' });
    expect(logins(log) - before).toBe(1);
    expect(hsm.isLoggedIn).toBe(false);
    expect((await hsm.select(serial)).pin.countLow).toBe(true);
    expect((await hsm.login(pin())).countLow).toBe(false);
    expect(hsm.isLoggedIn).toBe(true);
  });

  it('is not asked for twice: a second login is refused and the first stays', async () => {
    const hsm = client();
    await openFreshToken(hsm, freshStore(scratch.folder));
    const refused = await refusalFrom(hsm.login(pin()));
    expect(refused).toMatchObject({ rule: 'TOKEN-LOGIN-ONCE', code: 'CKR_USER_ALREADY_LOGGED_IN (0x100)' });
    expect(hsm.isLoggedIn).toBe(true);
    expect(await hsm.findTargetKey('01', 'aes-256')).toBeNull();
  });

  it('must be UTF-8', async () => {
    const hsm = client();
    await openFreshToken(hsm, freshStore(scratch.folder));
    expect((await refusalFrom(hsm.login(Uint8Array.of(0xff, 0xfe)))).rule).toBe('TOKEN-PIN-ACCEPTED');
  });

  const logins = (log: string): number => readFileSync(log, 'utf8').split('C_Login ').length - 1;
});

describe('calls out of order', () => {
  it('are refused by name', async () => {
    const hsm = client();
    expect((await refusalFrom(hsm.probe([need]))).rule).toBe('HSM-PROCESS-ALIVE');
    await hsm.load(freshStore(scratch.folder));
    expect((await refusalFrom(hsm.select('0123456789abcdef'))).rule).toBe('TOKEN-SERIAL-AS-IDENTIFIED');
    expect((await refusalFrom(hsm.login(pin()))).rule).toBe('TOKEN-SERIAL-AS-IDENTIFIED');
    const { serial } = await hsm.initialiseRehearsalToken('rehearsal', pin());
    await hsm.select(serial);
    expect((await refusalFrom(hsm.probe([need]))).rule).toBe('TOKEN-LOGGED-IN');
    const request = { ckaId: '01', spec: 'aes-256', label: 'one' } as const;
    expect((await refusalFrom(hsm.generateTargetKey(request))).rule).toBe('TOKEN-LOGGED-IN');
    await hsm.login(pin());
    const kek = { modulus: new Uint8Array(256).fill(0xff), exponent: Uint8Array.of(1, 0, 1) };
    const recorded = { publicKey: null, keyCheckValues: [] };
    const wrap = hsm.wrapTargetKey({ ckaId: '01', spec: 'aes-256', recorded, plan, kek, nonce: null });
    expect((await refusalFrom(wrap)).rule).toBe('TARGET-KEY-PRESENT');
  });

  it('closes twice without complaint, and can be loaded again', async () => {
    const hsm = client();
    const choice = freshStore(scratch.folder);
    const { serial } = await openFreshToken(hsm, choice);
    await hsm.close();
    await hsm.close();
    expect(hsm.isLoggedIn).toBe(false);
    expect(await hsm.load(choice)).toMatchObject([{ serial }]);
  });
});

describe('setting up a rehearsal token', () => {
  it('never touches a token that is not the software one', async () => {
    const libraryParameters = `configdir='sql:${scratch.folder}' certPrefix='' keyPrefix='' secmod='secmod.db' flags= `;
    const hsm = client();
    await hsm.load({ path: '/usr/lib/x86_64-linux-gnu/libsoftokn3.so', environment: {}, libraryParameters });
    const typed = pin();
    expect((await refusalFrom(hsm.initialiseRehearsalToken('rehearsal', typed))).rule).toBe('REHEARSAL-TOKEN-EMPTY');
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('keeps its store to this user', () => {
    const { environment } = freshStore(scratch.folder);
    const configuration = environment['SOFTHSM2_CONF'] ?? expect.unreachable('no configuration');
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect([dirname(configuration), join(dirname(configuration), 'tokens'), configuration].map(mode)).toEqual([
      '700',
      '700',
      '600',
    ]);
  });
});

describe('a lost HSM process', () => {
  it('refuses the call in flight, and works again after load and login', async () => {
    const choice = freshStore(scratch.folder);
    const { hsm, children } = clientWithChildren();
    const { serial } = await openFreshToken(hsm, choice);
    const call = refusalFrom(hsm.generateTargetKey({ ckaId: '01', spec: 'rsa-4096', label: 'one' }));
    await pause(30);
    children[0]?.kill();
    expect((await call).rule).toBe('HSM-PROCESS-ALIVE');
    expect(hsm.isLoggedIn).toBe(false);
    expect((await refusalFrom(hsm.findTargetKey('01', 'rsa-4096'))).rule).toBe('HSM-PROCESS-ALIVE');

    await hsm.load(choice);
    await hsm.select(serial);
    await hsm.login(pin());
    expect((await hsm.probe([need])).proofs).toHaveLength(1);
  });

  it('is a refusal too when the library of the vendor crashes', async () => {
    const choice = withShim(freshStore(scratch.folder), { P11SHIM_CRASH: 'C_WrapKey' });
    const hsm = client();
    await openFreshToken(hsm, choice);
    expect((await refusalFrom(hsm.probe([need]))).rule).toBe('HSM-PROCESS-ALIVE');
    expect(hsm.isLoggedIn).toBe(false);
  });

  it('ends a call that hangs in time, and its process with it', async () => {
    const store = freshStore(scratch.folder);
    const hsm = client({ generateTargetKey: 300 });
    const { serial } = await openFreshToken(hsm, withShim(store, { P11SHIM_DELAY: 'C_GenerateKey=60000' }));
    const started = Date.now();
    const refused = await refusalFrom(hsm.generateTargetKey({ ckaId: '01', spec: 'aes-256', label: 'one' }));
    expect(refused.rule).toBe('HSM-ANSWERS-IN-TIME');
    await expect.poll(childrenOfThisProcess).toEqual([]);
    expect(Date.now() - started).toBeLessThan(5000);
    expect(hsm.isLoggedIn).toBe(false);
    await hsm.load(store);
    await hsm.select(serial);
    await hsm.login(pin());
    expect(await hsm.findTargetKey('01', 'aes-256')).toBeNull();
  });

  it('closes in time even when the token hangs', async () => {
    const hsm = client({ close: 300 });
    await openFreshToken(hsm, withShim(freshStore(scratch.folder), { P11SHIM_DELAY: 'C_WrapKey=60000' }));
    const call = refusalFrom(hsm.probe([need]));
    await pause(200);
    await hsm.close();
    expect((await call).rule).toMatch(/^HSM-/);
    await expect.poll(childrenOfThisProcess).toEqual([]);
  });

  it('is a refusal when the process cannot even start', async () => {
    const hsm = new HsmClient(forkHsmProcess(join(scratch.folder, 'absent.ts')), timeLimits);
    expect((await refusalFrom(hsm.load(freshStore(scratch.folder)))).rule).toBe('HSM-PROCESS-ALIVE');
  });

  it('writes no core dump', async () => {
    const pids: number[] = [];
    const { hsm } = clientWithChildren();
    await openFreshToken(hsm, freshStore(scratch.folder));
    for (const pid of childrenOfThisProcess()) pids.push(pid);
    const limits = pids.map((each) => readFileSync(`/proc/${each}/limits`, 'utf8'));
    expect(limits.some((text) => /Max core file size +0 +0/.test(text))).toBe(true);
  });
});
