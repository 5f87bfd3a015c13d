import { describe, expect, it } from 'vitest';
import { timeLeft } from '../../renderer/words/time-left.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('the time that is left', () => {
  it.each([
    [21 * hour + 14 * minute, 'far', '21 h 14 min'],
    [76 * hour, 'far', '3 d 4 h'],
    [2 * hour, 'far', '2 h'],
    [2 * hour - 1, 'near', '1 h 59 min'],
    [minute, 'near', '1 min'],
  ])('with %i ms is %s: %s', (left, state, words) => {
    const found = timeLeft(left);
    expect(found.state).toBe(state);
    expect(found.words).toContain(words);
  });

  it('is passed at the very moment, and after it', () => {
    expect(timeLeft(1).state).toBe('near');
    expect([timeLeft(0).state, timeLeft(-hour).state]).toEqual(['passed', 'passed']);
    expect(timeLeft(0).words).not.toMatch(/\d/u);
  });

  it('is told apart by words, not by the colour alone', () => {
    const first = ({ words }: { readonly words: string }): string => words.replace(/\d.*/u, '');
    const said = [3 * hour, hour, 30_000, 0].map((left) => first(timeLeft(left)));
    expect(new Set([said[0], said[1], said[3]]).size).toBe(3);
    expect(said[2]).toContain(said[1]);
  });

  it('never says that nothing is left while something is', () => {
    expect(timeLeft(30_000).words).not.toMatch(/\b0 s\b/u);
    expect(timeLeft(30_000).state).toBe('near');
  });

  it('says the same from one second to the next, until the minute changes', () => {
    for (const left of [3 * hour, hour, minute]) {
      expect(timeLeft(left + 59_000).words).toBe(timeLeft(left).words);
      expect(timeLeft(left - 1000).words).not.toBe(timeLeft(left).words);
    }
  });
});
