import { describe, expect, it } from 'vitest';
import { logIn, reopenToken } from '../../../../main/ceremony/effects/token.ts';
import type { ModuleChoice, TokenIdentity } from '../../../../main/hsm/port.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith, walkTo } from '../../../support/walk.ts';

const state = walkTo(opened(planWith([azureKey('root')])), 'wrap.wrap');
const token = state.token ?? expect.unreachable('the walk identifies one');

/** A token that tells this of itself; what a soft token says cannot be changed. */
function ports(identity: TokenIdentity) {
  const calls: string[] = [];
  const loaded: ModuleChoice[] = [];
  const hsm = {
    load: (module: ModuleChoice) => {
      loaded.push(module);
      return Promise.resolve([identity]);
    },
    select: () => Promise.resolve({ identity, pin: token.pin }),
    login: () => {
      calls.push('login');
      return Promise.resolve(token.pin);
    },
    close: () => {
      calls.push('close');
      return Promise.resolve();
    },
  };
  const site = { module: () => ({ path: '/module.so', environment: {}, libraryParameters: null }) };
  return { calls, loaded, ports: { hsm, site } as unknown as Parameters<typeof logIn>[0] };
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
