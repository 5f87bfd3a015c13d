import { describe, expect, it } from 'vitest';
import { identifyToken, logIn, openForPin, reopenToken } from '../../../../main/ceremony/effects/token.ts';
import type { LoginDecision, ModuleChoice, PinEntry, TokenIdentity } from '../../../../main/hsm/port.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith, walkTo } from '../../../support/walk.ts';

const state = walkTo(opened(planWith([azureKey('root')])), 'wrap.wrap');
const token = state.token ?? expect.unreachable('the walk identifies one');

/** A token that tells this of itself; what a soft token says cannot be changed. */
function ports(identity: TokenIdentity) {
  const calls: string[] = [];
  const loaded: ModuleChoice[] = [];
  const logins: unknown[] = [];
  const hsm = {
    load: (module: ModuleChoice) => {
      loaded.push(module);
      return Promise.resolve([identity]);
    },
    select: () => Promise.resolve({ identity, pin: token.pin }),
    login: (entry: PinEntry, decided?: LoginDecision) => {
      calls.push('login');
      logins.push([typeof entry === 'string' ? entry : 'typed', decided?.finalTryAccepted]);
      return Promise.resolve(token.pin);
    },
    pinState: () => Promise.resolve(token.pin),
    readHead: () => Promise.resolve(null),
    initialiseRehearsalToken: (_: string, entry: PinEntry) => {
      calls.push(`initialise ${typeof entry === 'string' ? entry : 'typed'}`);
      return Promise.resolve(identity);
    },
    clearPin: () => {
      calls.push('clearPin');
      return Promise.resolve();
    },
    close: () => {
      calls.push('close');
      return Promise.resolve();
    },
  };
  const site = { serial: null, module: () => ({ path: '/module.so', environment: {}, libraryParameters: null }) };
  return { calls, loaded, logins, ports: { hsm, site } as unknown as Parameters<typeof logIn>[0] };
}

const pin = (): Uint8Array => Uint8Array.of(0x31, 0x32);
const openings: [string, (to: Parameters<typeof logIn>[0]) => Promise<unknown>][] = [
  ['the login', (to) => logIn(to, state, pin())],
  ['opening it again', (to) => reopenToken(to, state, pin())],
];

describe.each(openings)('%s', (_, open) => {
  it('hands the PIN to the token that the log describes', async () => {
    const { calls, loaded, ports: to } = ports(token.identity);
    await open(to);
    expect(calls).toEqual(['login']);
    expect(loaded).toMatchObject([{ path: '/module.so', sha256: token.identity.moduleSha256 }]);
  });

  it.each([
    ['moduleSha256', '00'.repeat(32)],
    ['serial', 'abc124'],
    ['manufacturer', 'another'],
    ['model', 'v3'],
    ['firmware', '2.7'],
    ['label', 'another'],
  ])('keeps the PIN from one with another %s', async (field, value) => {
    const { calls, ports: to } = ports({ ...token.identity, [field]: value });
    expect(await ruleOfAsync(() => open(to))).toBe('TOKEN-AS-IDENTIFIED');
    expect(calls).toEqual(['close']);
  });
});

const waysIn: [
  string,
  (to: Parameters<typeof logIn>[0], entry: PinEntry, decided?: LoginDecision) => Promise<unknown>,
][] = [
  ['the login', (to, entry, decided) => logIn(to, state, entry, decided)],
  ['opening it again', (to, entry, decided) => reopenToken(to, state, entry, decided)],
];

describe.each(waysIn)('%s with a PIN that is not typed whole', (_, open) => {
  it('uses the parts in the process that holds them, once it is sure of its token', async () => {
    const { calls, loaded, logins, ports: to } = ports(token.identity);
    await open(to, 'parts');
    expect(loaded).toEqual([]);
    expect(logins).toEqual([['parts', false]]);
    expect(calls.at(-1)).toBe('clearPin');
  });

  it.each(['moduleSha256', 'firmware'])(
    'keeps the parts from a token with another %s, and drops them',
    async (field) => {
      const { calls, logins, ports: to } = ports({ ...token.identity, [field]: '00'.repeat(32) });
      expect(await ruleOfAsync(() => open(to, 'parts'))).toBe('TOKEN-AS-IDENTIFIED');
      expect(logins).toEqual([]);
      expect(calls).toEqual(['close', 'clearPin']);
    },
  );

  it('waits for the pad of a token that it has found again', async () => {
    const { loaded, logins, ports: to } = ports(token.identity);
    await open(to, 'pad');
    expect(loaded).toMatchObject([{ sha256: token.identity.moduleSha256 }]);
    expect(logins).toEqual([['pad', false]]);
  });

  it('takes a last try only with the word of the people', async () => {
    const { logins, ports: to } = ports(token.identity);
    await open(to, pin(), { finalTryAccepted: true });
    expect(logins).toEqual([['typed', true]]);
  });
});

describe('before a PIN is given', () => {
  it('the token of the log is opened as far as that needs none, and tells its flags', async () => {
    const { calls, loaded, ports: to } = ports(token.identity);
    expect(await openForPin(to, state)).toEqual(token.pin);
    expect(loaded).toMatchObject([{ sha256: token.identity.moduleSha256 }]);
    expect(calls).toEqual([]);
  });

  it('another token is let go of, so that nobody types', async () => {
    const { calls, ports: to } = ports({ ...token.identity, firmware: '2.7' });
    expect(await ruleOfAsync(() => openForPin(to, state))).toBe('TOKEN-AS-IDENTIFIED');
    expect(calls).toEqual(['close']);
  });

  it('a rehearsal token is made of the parts that were given to its process, and never with a pad', async () => {
    const { calls, loaded, ports: to } = ports(token.identity);
    expect(await openForPin(to, { ...state, token: null })).toBeNull();
    expect(loaded).toHaveLength(1);
    expect(await identifyToken(to, state, 'parts')).toMatchObject({ identity: token.identity });
    expect(loaded).toHaveLength(1);
    expect(calls).toEqual(['initialise parts']);
    expect(await ruleOfAsync(() => identifyToken(to, state, 'pad'))).toBe('TOKEN-PAD-PRESENT');
    expect(await ruleOfAsync(() => identifyToken(to, state, null))).toBe('STEP-INPUT-AS-ASKED');
  });

  it('a production ceremony takes no token that calls itself one for rehearsals, a rehearsal does', async () => {
    const { ports: to } = ports({ ...token.identity, manufacturer: 'SoftHSM project' });
    const named = { ...to, site: { ...to.site, serial: token.identity.serial } };
    const identified = (mode: 'rehearsal' | 'production') => ruleOfAsync(() => identifyToken(named, { mode }, null));
    expect(await identified('production')).toBe('PRODUCTION-TOKEN-REAL');
    expect(await identified('rehearsal')).toBeNull();
  });
});
