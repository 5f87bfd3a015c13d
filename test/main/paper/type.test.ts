import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { styles } from '../../../main/paper/look.ts';
import { Type } from '../../../main/paper/type.ts';
import { fonts } from '../../support/paper.ts';

const type = new Type(fonts());
const words = fc.string({ unit: fc.constantFrom(...Array.from('aWi-/ é ŁЖ中ωế.5 ')), maxLength: 160 });
const styleOf = fc.constantFrom(styles.body, styles.code, styles.cover);
const textOf = (line: { runs: readonly { text: string }[] }): string => line.runs.map(({ text }) => text).join('');

/** What must come out: white space as one space, and the number of a letter that no font has. */
const shown = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim().replaceAll('中', '[U+4E2D]');

describe('lines', () => {
  it('are never wider than their column and together are the text, whatever it is', () => {
    fc.assert(
      fc.property(words, styleOf, fc.integer({ min: 40, max: 300 }), (text, style, width) => {
        const lines = type.lines(text, style, width);
        for (const line of lines) expect(type.width(textOf(line), style)).toBeLessThanOrEqual(width + 1e-6);
        expect(lines.map(textOf).join('')).toBe(shown(text));
      }),
    );
  });

  it('are as wide as their runs, each in one font that has all its letters', () => {
    fc.assert(
      fc.property(words, styleOf, (text, style) => {
        for (const { runs, width } of type.lines(text, style, 200)) {
          expect(runs.reduce((sum, run) => sum + run.width, 0)).toBeCloseTo(width, 6);
          for (const { cut, text: letters } of runs) {
            expect(Array.from(letters).filter((letter) => !cut.font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0))).toEqual([]); // prettier-ignore
          }
        }
      }),
    );
  });

  it('part a long name after a sign where one is near', () => {
    const [first, ...others] = type.lines('projects/contoso-prod/locations/europe-west3', styles.body, 90);
    expect(textOf(first ?? { runs: [] })).toMatch(/[/-]$/u);
    expect(others).not.toEqual([]);
  });

  it('are cut off visibly where there is room for one only', () => {
    const line = type.fitted('Payroll root key to Azure', styles.running, 60);
    expect(textOf(line)).toMatch(/^Payroll.*…$/u);
    expect(line.width).toBeLessThanOrEqual(60);
    expect(textOf(type.fitted('Short', styles.running, 60))).toBe('Short');
  });
});
