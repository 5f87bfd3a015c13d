import { describe, expect, it } from 'vitest';
import { checkPinUsable } from '../../../main/hsm/login.ts';
import type { PinState } from '../../../main/hsm/port.ts';
import { pinWarning } from '../../../main/hsm/tokens.ts';
import { ruleOf } from '../../support/rule-of.ts';

const usable: PinState = { initialised: true, protectedPath: false, countLow: false, finalTry: false, locked: false };

// SoftHSM never locks and has no PIN pad, so the flags are given here.
describe('the flags of a token before a login', () => {
  it.each([
    ['a PIN pad', { protectedPath: true }, 'TOKEN-PIN-TYPED-HERE'],
    ['no user PIN', { initialised: false }, 'TOKEN-PIN-SET'],
    ['a locked PIN', { locked: true }, 'TOKEN-PIN-NOT-LOCKED'],
    ['a wrong try before', { countLow: true }, null],
    ['one try left', { finalTry: true }, null],
  ])('%s', (_, flags, rule) => {
    expect(ruleOf(() => checkPinUsable({ ...usable, ...flags }))).toBe(rule);
  });

  it('warn of what the next wrong PIN does, and of nothing otherwise', () => {
    const warnings = [{}, { countLow: true }, { countLow: true, finalTry: true }, { locked: true }].map((flags) =>
      pinWarning({ ...usable, ...flags }),
    );
    expect(warnings[0]).toBe('');
    expect(new Set(warnings).size).toBe(4);
  });
});
