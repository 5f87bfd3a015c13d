import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { calls, type CallName } from '../../../app/contract/calls.ts';

const accepts = (name: CallName, input: unknown): boolean => v.safeParse(calls[name].input, input).success;
const step = (input: unknown): unknown => ({ step: 'wrap.wrap', ticks: ['1'], confirmedBy: ['p1'], input });

describe('what the window may send', () => {
  it('is a PIN of 1 to 255 bytes, as bytes', () => {
    for (const [length, fits] of [[0, false], [1, true], [255, true], [256, false]] as const) {
      const pin = new Uint8Array(length);
      const given = { kind: 'pin', pin, by: 'p1', finalTryAccepted: false };
      expect([length, accepts('ceremony.reopenToken', { pin: given, confirmedBy: ['p1'] })]).toEqual([length, fits]);
      expect(accepts('ceremony.confirmStep', step(given))).toBe(fits);
      expect(accepts('people.addPinPart', { step: 'token.log-in', person: 'p1', part: pin })).toBe(fits);
    } // prettier-ignore
    const text = { kind: 'pin', pin: '1234', by: 'p1', finalTryAccepted: false };
    expect(accepts('ceremony.reopenToken', { pin: text, confirmedBy: ['p1'] })).toBe(false);
    expect(accepts('people.addPinPart', { step: 'token.log-in', person: 'p1', part: '12' })).toBe(false);
  });

  it('is no PIN beside its parts or the pad of the token: those were typed elsewhere', () => {
    const pin = new Uint8Array(4);
    const parts = { kind: 'pin-parts', by: ['p1', 'p2'], finalTryAccepted: false };
    const pad = { kind: 'pin-pad', by: 'p1', finalTryAccepted: false };
    for (const given of [parts, pad]) {
      expect(accepts('ceremony.confirmStep', step(given))).toBe(true);
      expect(accepts('ceremony.confirmStep', step({ ...given, pin }))).toBe(false);
    }
  });

  it('is a passphrase of 1 to 1024 bytes, as bytes, wherever somebody signs', () => {
    const decided = { exception: 1, decided: 'go on', decision: 'go-on', key: null };
    const signing = (passphrase: unknown): [CallName, unknown][] => [
      ['people.register', { person: 'p1', passphrase, again: passphrase }],
      ['people.approve', { step: 'wrap.approve', input: { kind: 'none' }, person: 'p1', passphrase }],
      ['people.approveException', { ...decided, person: 'p1', passphrase }],
      ['people.return', { person: 'p1', passphrase }],
    ];
    const sizes: readonly (readonly [unknown, boolean])[] = [
      [new Uint8Array(0), false],
      [new Uint8Array(1), true],
      [new Uint8Array(1024), true],
      [new Uint8Array(1025), false],
      ['correct horse', false],
    ];
    for (const [passphrase, fits] of sizes) {
      for (const [name, input] of signing(passphrase)) expect([name, accepts(name, input)]).toEqual([name, fits]);
    }
  });

  it('is the id of a folder, never a path', () => {
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: ['medium-1'] }))).toBe(true);
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: ['/media/usb'] }))).toBe(false);
    // How many are asked for, the engine knows: none, where every copy is there already.
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: [] }))).toBe(true);
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: Array(5).fill('medium-1') }))).toBe(false);
    expect(accepts('ceremony.resume', { ceremony: '../elsewhere', keep: null })).toBe(false);
  });

  it('is a reason to stop that says something, on one line', () => {
    const stop = (reason: string): boolean => accepts('ceremony.stop', { step: 'wrap.wrap', reason });
    expect([stop('the fingerprints differ'), stop(''), stop('   '), stop('a\nb'), stop('x'.repeat(501))]).toEqual([
      true, false, false, false, false,
    ]); // prettier-ignore
  });

  it('has no member that nobody declared', () => {
    expect(accepts('app.about', {})).toBe(true);
    expect(accepts('app.about', { more: 1 })).toBe(false);
    expect(accepts('ceremony.confirmStep', { ...(step({ kind: 'none' }) as object), wrap: true })).toBe(false);
    expect(accepts('ceremony.open', { plan: 'f'.repeat(64), token: null })).toBe(true);
    expect(accepts('ceremony.open', { plan: 'F'.repeat(64), token: null })).toBe(false);
  });
});
