import { breakable, type Run } from './breakable.ts';

/** So many letters stand side by side in the middle of the smallest window, 1280 pixels wide. */
const room = 76;
/** The space between two columns, in letters. */
const gap = 2;
/** A cell that takes more lines is no longer read at a glance. */
const lines = { words: 3, id: 1, code: 2 };

/**
 * Says whether a table can be read in columns: no cell is broken in an ugly way, and none takes more than two or three lines.
 * @param columns - their headings
 * @param rows - the cells
 * @returns false when each row is better written as a record of its own, with a line for each column
 */
export function fitsInColumns(columns: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const needs = columns.map((heading, column) =>
    Math.max(longestWord(heading), ...rows.map((row) => lettersOf(row[column] ?? ''))),
  );
  return needs.reduce((sum, need) => sum + need, gap * (columns.length - 1)) <= room;
}

/** How wide a cell must be at least, in letters. */
function lettersOf(cell: string): number {
  return Math.max(0, ...breakable(cell).flatMap(widthsOf), Math.ceil(cell.length / lines.words));
}

function widthsOf({ pieces, setting }: Run): number[] {
  if (setting === 'words') return pieces.map(longestWord);
  return [Math.ceil(pieces.join('').length / lines[setting]), ...pieces.map(({ length }) => length)];
}

function longestWord(text: string): number {
  return Math.max(0, ...text.split(/\s|(?<=-)/u).map(({ length }) => length));
}
