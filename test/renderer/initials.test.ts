import { describe, expect, it } from 'vitest';
import { isNotInitials, isSameInitials } from '../../renderer/words/initials.ts';

describe('initials that somebody writes', () => {
  it('are theirs in any case, and however an accent is composed', () => {
    for (const written of ['ko', 'KO', ' Ko ']) expect(isSameInitials(written, 'KO')).toBe(true);
    expect(isSameInitials('e\u0301o', '\u00c9O')).toBe(true);
    for (const written of ['', 'k', 'kos', 'ok']) expect(isSameInitials(written, 'KO')).toBe(false);
  });

  it('are nobody’s while nobody has any', () => {
    expect(isSameInitials('', '')).toBe(false);
  });

  it('are not told off before they can be wrong', () => {
    for (const written of ['', 'k', 'ko']) expect(isNotInitials(written, 'KO')).toBe(false);
    for (const written of ['o', 'kx', 'kos']) expect(isNotInitials(written, 'KO')).toBe(true);
  });
});
