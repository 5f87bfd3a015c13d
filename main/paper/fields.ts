import type { Field } from '../../app/paper/document.ts';
import { styles } from './look.ts';
import type { Piece } from './piece.ts';
import type { Setting } from './setting.ts';

const labelHeight = 12;
const writingLine = 17;
const gap = 5;

/**
 * Sets spaces to write in, as many beside each other as twelve twelfths hold.
 * @param setting - where
 * @param items - in reading order
 */
export function fieldPieces(setting: Setting, items: readonly Field[]): Piece[] {
  return rowsOf(items).map((row, index, rows) => {
    const height = Math.max(...row.map(({ lines }) => labelHeight + lines * writingLine));
    const boxes = placed(row, setting).map(({ item, x, width }) => fieldBox(setting, item, x, width, height));
    return {
      before: index === 0 ? 9 : gap,
      height,
      // A row that is alone on a page says too little of what it belongs to.
      holds: index === 0 && rows.length > 1,
      draw: (y: number) => boxes.forEach((draw) => draw(y)),
    };
  });
}

function rowsOf(items: readonly Field[]): Field[][] {
  const rows: Field[][] = [];
  let used = 12;
  for (const item of items) {
    if (used + item.twelfths > 12) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(item);
    used += item.twelfths;
  }
  return rows;
}

function placed(row: readonly Field[], { x, width }: Setting): { item: Field; x: number; width: number }[] {
  const twelfth = (width + gap) / 12;
  let before = 0;
  return row.map((item) => {
    const left = x + before * twelfth;
    before += item.twelfths;
    return { item, x: left, width: item.twelfths * twelfth - gap };
  });
}

/** The element is made now, so that the structure has the order of the items; it is drawn later. */
function fieldBox(
  { sheets, type, parent }: Setting,
  { label, value }: Field,
  x: number,
  width: number,
  height: number,
): (y: number) => void {
  const element = sheets.element(parent, 'P');
  const name = type.fitted(label, styles.small, width - 6);
  const written = value === '' ? [] : type.lines(value, styles.cell, width - 8);
  return (y) => {
    sheets.box(x, y, width, height);
    sheets.text(name, styles.small, x + 3, y + 1.5, element);
    written.forEach((line, index) =>
      sheets.text(line, styles.cell, x + 4, y + labelHeight + 1 + index * styles.cell.leading, element),
    );
  };
}
