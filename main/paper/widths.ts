import type { Column } from '../../app/paper/document.ts';
import { styles } from './look.ts';
import type { Type } from './type.ts';

/** Space to either side of what stands in a cell, in points. */
export const cellPad = 4;

/** No word makes its column wider than this: an address of a hundred letters is parted instead. */
const widestDemand = 72;

/**
 * Shares the width of a line among the columns of a table.
 * @param columns - a form says the shares itself
 * @param rows - where no shares are given, the words decide: first that no word is parted, then that long cells get more
 * @param width - of the table, in points
 * @returns the width of each column; together the width of the table
 */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  type: Type,
): number[] {
  const shares = columns.map(({ share }) => share ?? 0);
  const sum = shares.reduce((all, share) => all + share, 0);
  if (sum > 0) return shares.map((share) => (share / sum) * width);
  const demands = columns.map((column, index) => demandOf(column, rows.map((row) => row[index] ?? ''), type)); // prettier-ignore
  const least = demands.map(({ word }) => word).reduce((all, word) => all + word, 0);
  if (least >= width) return demands.map(({ word }) => (word / least) * width);
  const wanted = demands.map(({ word, whole }) => Math.max(0, whole - word));
  const all = wanted.reduce((total, each) => total + each, 0);
  const spare = width - least;
  if (all <= spare) return demands.map(({ whole, word }) => Math.max(whole, word) + (spare - all) / demands.length);
  return demands.map(({ word }, index) => word + ((wanted[index] ?? 0) / all) * spare);
}

/** What a column needs so that no word is parted, and so that every cell is one line. */
function demandOf({ heading, isCode }: Column, cells: readonly string[], type: Type): { word: number; whole: number } {
  const style = isCode === true ? styles.code : styles.cell;
  const word = Math.max(
    type.widestWord(heading, styles.cellHead),
    ...cells.map((cell) => type.widestWord(cell, style)),
  );
  const whole = Math.max(type.width(heading, styles.cellHead), ...cells.map((cell) => type.width(cell, style)));
  const sides = 2 * cellPad + 1;
  // A long cell is worth some lines, not the whole width.
  return { word: Math.min(word, widestDemand) + sides, whole: Math.min(whole, 5 * widestDemand) + sides };
}
