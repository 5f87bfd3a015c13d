import { describe, expect, it } from 'vitest';
import {
  byteSize,
  doneOf,
  countedRole,
  duration,
  listed,
  offsetFromUtc,
  oneOf,
  unparted,
  utcClock,
  utcMoment,
} from '../../renderer/words/format.ts';

describe('times', () => {
  it('shows the clock in UTC whatever the zone of the computer', () => {
    expect(utcClock(Date.parse('2026-11-23T14:07:32.900Z'))).toBe('14:07:32');
    expect(utcMoment('2026-11-24T11:21:00Z')).toBe('2026-11-24 11:21 UTC');
  });

  it.each([
    [0, 'UTC+00:00'],
    [-60, 'UTC+01:00'],
    [-345, 'UTC+05:45'],
    [210, 'UTC−03:30'],
  ])('writes %i minutes behind UTC as %s', (behind, words) => {
    expect(offsetFromUtc(behind)).toBe(words);
  });

  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
    [(21 * 60 + 14) * 60_000, '21 h 14 min'],
    [47 * 3_600_000 + 3_540_000, '47 h 59 min'],
    [76 * 3_600_000, '3 d 4 h'],
  ])('writes %i ms as %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });
});

describe('counts and sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [14_900_000_000, '14.9 GB'],
    [210_000_000_000, '210 GB'],
    [2e15, '2000 TB'],
  ])('writes %i bytes as %s', (bytes, words) => {
    expect(byteSize(bytes)).toBe(words);
  });

  it('knows the plural of every role', () => {
    expect(countedRole(1, 'witness')).toBe('1 witness');
    expect(countedRole(2, 'witness')).toBe('2 witnesses');
    expect(countedRole(3, 'custodian')).toBe('3 custodians');
  });

  it('does not say four of three', () => {
    expect(doneOf(1, 2, 'confirmed')).toBe('1 of 2 confirmed');
    expect(doneOf(4, 3, 'approved')).not.toContain('4 of 3');
  });

  it('lists names with one and', () => {
    expect(listed(['Ada', 'Grace', 'Kim'])).toBe('Ada, Grace and Kim');
    expect(oneOf(['Ada', 'Grace', 'Kim'])).toBe('Ada, Grace or Kim');
    expect(oneOf(['Ada'])).toBe('Ada');
  });
});

it('keeps a number and what it counts together, and nothing else', () => {
  expect(unparted('Wrap 12 keys in 2 ways, key 4 of 12, RSA 4096 first')).toBe(
    'Wrap 12\u00A0keys in 2\u00A0ways, key 4\u00A0of\u00A012, RSA 4096\u00A0first',
  );
});
