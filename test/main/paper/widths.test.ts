import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Type } from '../../../main/paper/type.ts';
import { columnWidths } from '../../../main/paper/widths.ts';
import { fonts } from '../../support/paper.ts';

const type = new Type(fonts());
const cell = fc.oneof(fc.constant(''), fc.lorem({ maxCount: 12 }), fc.string({ unit: fc.constant('k'), maxLength: 200 })); // prettier-ignore

describe('the columns of a table', () => {
  it('share its width among them, each with some of it, whatever the cells hold', () => {
    const tables = fc
      .integer({ min: 1, max: 7 })
      .chain((count) =>
        fc.array(fc.array(cell, { minLength: count, maxLength: count }), { minLength: 1, maxLength: 5 }),
      );
    fc.assert(
      fc.property(tables, (rows) => {
        const columns = (rows[0] ?? []).map((_, index) => ({ heading: `Column ${index}` }));
        const widths = columnWidths(columns, rows, 480, type);
        expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(480, 6);
        expect(Math.min(...widths)).toBeGreaterThan(20);
      }),
    );
  });

  it('are as wide as a form says', () => {
    const columns = [
      { heading: 'Role', share: 1 },
      { heading: 'Name', share: 3 },
    ];
    expect(columnWidths(columns, [['Witness', '']], 400, type)).toEqual([100, 300]);
  });

  it('give more to long cells than to short ones', () => {
    const [short = 0, long = 0] = columnWidths([{ heading: 'A' }, { heading: 'B' }], [['x', 'many words '.repeat(30)]], 400, type); // prettier-ignore
    expect(long).toBeGreaterThan(2 * short);
  });
});
