import { describe, expect, it } from 'vitest';
import { behindAndAhead, pieceInWords, piecesOf, workInOneLine } from '../../renderer/words/progress.ts';

describe('work of several pieces', () => {
  const progress = { piece: 2, of: 4 };

  it('is counted by key, or by copy where no key is named', () => {
    expect(pieceInWords({ key: 'payroll-root', progress })).toMatch(/\bkey 2 of 4$/u);
    expect(pieceInWords({ key: null, progress })).toMatch(/\bcopy 2 of 4$/u);
  });

  it('shows each piece once: those before are done, those after are to come', () => {
    expect(piecesOf(progress)).toEqual(['done', 'now', 'to-come', 'to-come']);
    expect(piecesOf({ piece: 1, of: 2 })).toEqual(['now', 'to-come']);
    expect(piecesOf({ piece: 2, of: 2 })).toEqual(['done', 'now']);
  });

  it.each([
    [1, 4, [0, 3]],
    [2, 4, [1, 2]],
    [40, 40, [39, 0]],
  ])('leaves at piece %i of %i so many behind and ahead: %j', (piece, of, counts) => {
    expect(behindAndAhead({ piece, of }).match(/\d+/gu)?.map(Number)).toEqual(counts);
  });

  it('is told anew with every piece, though the work is called the same', () => {
    const line = (piece: number): string => workInOneLine({ what: 'Wrapping', key: 'a', progress: { piece, of: 4 } });
    expect(line(2)).not.toBe(line(3));
    expect(line(2)).toContain('Wrapping');
  });
});

describe('work of one piece', () => {
  it('is not counted', () => {
    expect(pieceInWords({ key: 'payroll-root', progress: null })).toBeNull();
    expect(workInOneLine({ what: 'Logging in', key: null, progress: null })).toBe('Logging in');
  });
});
