import { describe, expect, it } from 'vitest';
import { nanosecondsOf } from '../../../app/audit/moment.ts';

describe('a moment', () => {
  it.each<[string, bigint]>([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01T00:00:01.5Z', 1_500_000_000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['2028-02-29T12:00:00.000000001Z', 1_835_438_400_000_000_001n],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000_000_000n],
  ])('is so many nanoseconds since 1970: %s', (text, nanoseconds) => {
    expect(nanosecondsOf(text)).toBe(nanoseconds);
  });

  it.each([
    ['on a day that does not exist', '2026-02-29T12:00:00Z'],
    ['in a thirteenth month', '2026-13-01T12:00:00Z'],
    ['at the end of a day', '2026-11-23T24:00:00Z'],
    ['in a leap second', '2026-12-31T23:59:60Z'],
    ['before the year 1', '0000-12-31T12:00:00Z'],
    ['in another zone', '2026-11-23T12:00:00+01:00'],
    ['with ten decimals', '2026-11-23T12:00:00.0000000001Z'],
    ['with a point and nothing behind it', '2026-11-23T12:00:00.Z'],
    ['with something behind it', '2026-11-23T12:00:00Z '],
  ])('is none %s', (_, text) => {
    expect(nanosecondsOf(text)).toBeNull();
  });
});
