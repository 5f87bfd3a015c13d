import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DeviceUnderTest } from '../../support/device.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { pin } from '../../support/token.ts';

// SoftHSM tells that a wrong PIN was typed and never more: it does not lock. The shim tells the rest in its place.
const flags = { pad: 0x100, finalTry: 0x20000, locked: 0x40000 };
const none = { initialised: true, protectedPath: false, countLow: false, finalTry: false, locked: false };

const under = new DeviceUnderTest();
const { device } = under;
afterAll(() => under.end());

/** How many tries reached the token. */
function tries(perform: () => unknown): number {
  const before = under.calls('C_Login');
  perform();
  return under.calls('C_Login') - before;
}

beforeEach(() => {
  under.heal();
  device.load(under.choice);
  device.select(under.serial);
});

describe('what the token tells of its PIN', () => {
  it('is there to be shown before any try, and after a wrong one', () => {
    expect(tries(() => expect(device.pinState()).toEqual(none))).toBe(0);
    refusalOf(() => device.login(pin('000000')));
    expect(device.pinState()).toEqual({ ...none, countLow: true });
    device.login(pin());
    expect(device.pinState()).toEqual(none);
  });

  it('is read anew each time', () => {
    under.tellFlags(flags.finalTry);
    expect(device.pinState().finalTry).toBe(true);
    under.tellFlags(flags.locked);
    expect(device.pinState()).toMatchObject({ finalTry: false, locked: true });
  });

  it('cannot be had of no token', () => {
    device.load(under.choice);
    expect(ruleOf(() => device.pinState())).toBe('TOKEN-SERIAL-AS-IDENTIFIED');
  });
});

describe('the last try', () => {
  it.each([
    ['nobody has said a word', undefined],
    ['the people do not want it', { finalTryAccepted: false }],
  ])('is not spent when %s', (_, decided) => {
    under.tellFlags(flags.finalTry);
    const typed = pin();
    const spent = tries(() => {
      expect(ruleOf(() => device.login(typed, decided))).toBe('TOKEN-FINAL-TRY-DECIDED');
    });
    expect(spent).toBe(0);
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('is one try when the people accept it, and locks the token when it was wrong', () => {
    under.tellFlags(flags.finalTry);
    const accepted = { finalTryAccepted: true };
    expect(tries(() => refusalOf(() => device.login(pin('000000'), accepted)))).toBe(1);
    under.tellFlags(flags.locked);
    const late = tries(() => {
      expect(ruleOf(() => device.login(pin(), accepted))).toBe('TOKEN-PIN-NOT-LOCKED');
    });
    expect(late).toBe(0);
  });

  it('opens the token when it was right', () => {
    under.tellFlags(flags.finalTry);
    device.login(pin(), { finalTryAccepted: true });
    expect(device.isLoggedIn).toBe(true);
  });

  it('takes the parts of a PIN with it even where it is not made', () => {
    under.tellFlags(flags.finalTry);
    device.addPinPart(pin());
    expect(ruleOf(() => device.login('parts'))).toBe('TOKEN-FINAL-TRY-DECIDED');
    const accepted = { finalTryAccepted: true };
    expect(ruleOf(() => device.login('parts', accepted))).toBe('STEP-INPUT-AS-ASKED');
  });
});

describe('nothing is tried again by itself', () => {
  it.each([
    ['the right PIN', () => device.login(pin())],
    ['a wrong PIN', () => refusalOf(() => device.login(pin('000000')))],
    ['a wrong PIN in parts', () => (device.addPinPart(pin('000000')), refusalOf(() => device.login('parts')))],
    ['a device error', () => (under.fail('C_Login', 0x30), refusalOf(() => device.login(pin())))],
    ['a login that was cancelled', () => (under.fail('C_Login', 0x50), refusalOf(() => device.login(pin())))],
    [
      'a pad on which nobody types the right one',
      () => (under.tellFlags(flags.pad), under.typeOnPad('000000'), refusalOf(() => device.login('pad'))),
    ],
  ])('%s', (_, login) => {
    expect(tries(login)).toBe(1);
  });

  it('and the answer to the try is told even when the flags cannot be read after it', () => {
    under.fail('C_GetTokenInfo', 0x30, readsBeforeTheTry() + 1);
    expect(refusalOf(() => device.login(pin('000000')))).toMatchObject({
      rule: 'TOKEN-PIN-ACCEPTED',
      code: 'CKR_PIN_INCORRECT (0xa0)',
    });
  });
});

/** How often the flags are read in a login until the try itself: the history up to C_Login tells. */
function readsBeforeTheTry(): number {
  const before = under.history().length;
  refusalOf(() => device.login(pin('000000')));
  const calls = under.history().slice(before);
  return calls.slice(0, calls.indexOf('C_Login')).filter((each) => each === 'C_GetTokenInfo').length;
}
