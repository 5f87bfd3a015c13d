import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { calls, type CallName } from '../../../app/contract/calls.ts';

const accepts = (name: CallName, input: unknown): boolean => v.safeParse(calls[name].input, input).success;
const step = (input: unknown): unknown => ({ step: 'wrap.wrap', ticks: ['1'], confirmedBy: ['p1'], input });

describe('what the window may send', () => {
  it('is a PIN of 1 to 255 bytes, as bytes', () => {
    for (const [length, fits] of [[0, false], [1, true], [255, true], [256, false]] as const) {
      const pin = new Uint8Array(length);
      expect([length, accepts('ceremony.reopenToken', { pin, confirmedBy: ['p1'] })]).toEqual([length, fits]);
      expect(accepts('ceremony.confirmStep', step({ kind: 'pin', pin }))).toBe(fits);
    } // prettier-ignore
    expect(accepts('ceremony.reopenToken', { pin: '1234', confirmedBy: ['p1'] })).toBe(false);
  });

  it('is the id of a folder, never a path', () => {
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: ['medium-1'] }))).toBe(true);
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: ['/media/usb'] }))).toBe(false);
    expect(accepts('ceremony.confirmStep', step({ kind: 'media', media: [] }))).toBe(false);
    expect(accepts('ceremony.resume', { ceremony: '../elsewhere' })).toBe(false);
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
    expect(accepts('ceremony.open', { plan: 'F'.repeat(64) })).toBe(false);
  });
});
