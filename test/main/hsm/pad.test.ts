import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { HsmClient, timeLimits, type HsmChild } from '../../../main/hsm/client.ts';
import type { ModuleChoice } from '../../../main/hsm/port.ts';
import type { HsmRequest } from '../../../main/hsm/protocol.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { freshStore, newClient, openFreshToken, pin, scratchFolder, withShim } from '../../support/token.ts';

// No software token has a pad: the shim says that it has one, and types there what the test tells it to.
const pad = '0x100';

const scratch = scratchFolder();
const clients: HsmClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((each) => each.close()));
});
afterAll(scratch.remove);

/** A token that was set up before, with its pad from now on. */
async function tokenWithPad(typed: string, faults: Readonly<Record<string, string>> = {}, loginOnPad?: number) {
  const store = freshStore(scratch.folder);
  const hsm = newClient(loginOnPad === undefined ? {} : { loginOnPad });
  clients.push(hsm);
  const { serial } = await openFreshToken(hsm, store);
  const choice = withShim(store, { P11SHIM_FLAGS: pad, P11SHIM_PAD_PIN: typed, ...faults });
  await opened(hsm, choice, serial);
  return { hsm, store, serial };
}

/** A process that answers a login after a while, and everything else at once. */
function slowToLogIn(): HsmChild {
  let tell: (message: unknown) => void = () => undefined;
  const answer = (id: number): void => tell({ id, isLoggedIn: false, outcome: { kind: 'value', value: undefined } });
  return {
    post: (message) => {
      const { id, method } = message as HsmRequest;
      setTimeout(answer, method === 'login' ? 100 : 0, id);
    },
    onMessage: (listener) => (tell = listener),
    onExit: () => undefined,
    kill: () => undefined,
  };
}

async function opened(hsm: HsmClient, choice: ModuleChoice, serial: string): Promise<void> {
  await hsm.load(choice);
  await hsm.select(serial);
}

describe('a token with a pad of its own', () => {
  it('says so, takes the PIN there, and Keyferry sees none', async () => {
    const { hsm } = await tokenWithPad('738194');
    expect((await hsm.pinState()).protectedPath).toBe(true);
    await hsm.login('pad');
    expect(hsm.isLoggedIn).toBe(true);
    expect(await hsm.findTargetKey('01', 'aes-256')).toBeNull();
  });

  it('refuses what is wrong there, like any other PIN', async () => {
    const { hsm } = await tokenWithPad('000000');
    expect(await refusalFrom(hsm.login('pad'))).toMatchObject({
      rule: 'TOKEN-PIN-ACCEPTED',
      code: 'CKR_PIN_INCORRECT (0xa0)',
    });
    expect(hsm.isLoggedIn).toBe(false);
    expect((await hsm.pinState()).countLow).toBe(true);
  });

  it('gets no PIN that was typed into Keyferry, whole or in parts', async () => {
    const { hsm } = await tokenWithPad('738194');
    expect((await refusalFrom(hsm.login(pin()))).rule).toBe('TOKEN-PIN-TYPED-HERE');
    await hsm.addPinPart(pin());
    expect((await refusalFrom(hsm.login('parts'))).rule).toBe('TOKEN-PIN-TYPED-HERE');
    expect((await hsm.pinState()).countLow).toBe(false);
  });

  it('is waited for longer than a PIN that is there already', async () => {
    expect(timeLimits.loginOnPad).toBe(5 * 60 * 1000);
    const limits = { ...timeLimits, login: 1 };
    const hsm = new HsmClient(slowToLogIn, limits);
    await hsm.load({ path: '/module.so', environment: {}, libraryParameters: null });
    await hsm.login('pad');
    expect((await refusalFrom(hsm.login(pin()))).rule).toBe('HSM-ANSWERS-IN-TIME');
  });

  it('is given up when nobody comes to it', async () => {
    const { hsm, store, serial } = await tokenWithPad('738194', { P11SHIM_DELAY: 'C_Login=60000' }, 300);
    expect((await refusalFrom(hsm.login('pad'))).rule).toBe('HSM-ANSWERS-IN-TIME');
    expect(hsm.isLoggedIn).toBe(false);
    await opened(hsm, store, serial);
    await hsm.login(pin());
    expect(hsm.isLoggedIn).toBe(true);
  });
});

describe('a token without a pad', () => {
  it('is not waited for: nothing would ever be typed there', async () => {
    const hsm = newClient();
    clients.push(hsm);
    const store = freshStore(scratch.folder);
    const { serial } = await openFreshToken(hsm, store);
    await opened(hsm, store, serial);
    expect((await refusalFrom(hsm.login('pad'))).rule).toBe('TOKEN-PAD-PRESENT');
    expect((await hsm.pinState()).countLow).toBe(false);
    await hsm.login(pin());
    expect(hsm.isLoggedIn).toBe(true);
  });
});
