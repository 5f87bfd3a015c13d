import { describe, expect, it } from 'vitest';
import { checkPinUsable } from '../../../main/hsm/login.ts';
import type { PinState } from '../../../main/hsm/port.ts';
import { pinWarning } from '../../../main/hsm/tokens.ts';
import { ruleOf } from '../../support/rule-of.ts';

const usable: PinState = { initialised: true, protectedPath: false, countLow: false, finalTry: false, locked: false };

const accepted = { finalTryAccepted: true };
const undecided = { finalTryAccepted: false };
const typed = Uint8Array.of(0x31);

// SoftHSM never locks and has no PIN pad, so the flags are given here.
describe('the flags of a token before a login', () => {
  it.each([
    ['a PIN pad, and a PIN typed here', { protectedPath: true }, typed, undecided, 'TOKEN-PIN-TYPED-HERE'],
    ['a PIN pad, and parts typed here', { protectedPath: true }, 'parts', undecided, 'TOKEN-PIN-TYPED-HERE'],
    ['a PIN pad that is used', { protectedPath: true }, 'pad', undecided, null],
    ['no PIN pad to type at', {}, 'pad', undecided, 'TOKEN-PAD-PRESENT'],
    ['no user PIN', { initialised: false }, typed, undecided, 'TOKEN-PIN-SET'],
    ['a locked PIN', { locked: true }, typed, accepted, 'TOKEN-PIN-NOT-LOCKED'],
    ['a locked PIN behind a pad', { locked: true, protectedPath: true }, 'pad', accepted, 'TOKEN-PIN-NOT-LOCKED'],
    ['a wrong try before', { countLow: true }, typed, undecided, null],
    ['one try left', { finalTry: true }, typed, undecided, 'TOKEN-FINAL-TRY-DECIDED'],
    ['one try left at the pad', { finalTry: true, protectedPath: true }, 'pad', undecided, 'TOKEN-FINAL-TRY-DECIDED'],
    ['one try left, and accepted', { finalTry: true }, typed, accepted, null],
  ] as const)('%s', (_, flags, entry, decided, rule) => {
    expect(ruleOf(() => checkPinUsable({ ...usable, ...flags }, entry, decided))).toBe(rule);
  });

  it('warn of what the next wrong PIN does, and of nothing otherwise', () => {
    const warnings = [{}, { countLow: true }, { countLow: true, finalTry: true }, { locked: true }].map((flags) =>
      pinWarning({ ...usable, ...flags }),
    );
    expect(warnings[0]).toBe('');
    expect(new Set(warnings).size).toBe(4);
  });
});
