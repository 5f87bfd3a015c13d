import { ink, styles } from './look.ts';
import { together, type Piece } from './piece.ts';
import { linePieces } from './text.ts';
import { indented, type Setting } from './setting.ts';
import type { Sheets } from './sheets.ts';

const box = { size: 8.5, indent: 20 } as const;
const lineIndent = 12;

/** What is ticked, or is to be. */
export interface Check {
  readonly text: string;
  readonly isTicked: boolean;
}

/** Sets a list of checks, each with its box. */
export function checkPieces(setting: Setting, items: readonly Check[]): Piece[] {
  const { sheets, type } = setting;
  const list = sheets.element(setting.parent, 'L');
  const column = indented(setting, box.indent);
  return items.flatMap(({ text, isTicked }, place) => {
    const item = sheets.element(list, 'LI');
    const label = sheets.element(item, 'Lbl', { alt: isTicked ? 'ticked' : 'box to tick' });
    const lines = type.lines(text, styles.body, column.width);
    const body = sheets.element(item, 'LBody');
    const pieces = linePieces(column, lines, styles.body, body, { before: place === 0 ? 8 : 4, tag: 'LBody' });
    return pieces.map((piece, index) => ({
      ...piece,
      draw: (y: number) => {
        if (index === 0) sheets.inside(label, 'Lbl', () => drawBox(sheets, setting.x + 4, y + 2.6, isTicked));
        piece.draw(y);
      },
    }));
  });
}

function drawBox({ pdf }: Sheets, x: number, y: number, isTicked: boolean): void {
  pdf.lineWidth(0.7).rect(x, y, box.size, box.size).stroke(ink.text);
  if (!isTicked) return;
  const at = (across: number, down: number): [number, number] => [x + across * box.size, y + down * box.size];
  pdf
    .lineWidth(1.2)
    .moveTo(...at(0.2, 0.52))
    .lineTo(...at(0.42, 0.76))
    .lineTo(...at(0.82, 0.22))
    .stroke(ink.text);
}

/** Sets a plain list, one item a line, on one page. */
export function listPieces(setting: Setting, items: readonly string[]): Piece[] {
  const { sheets, type } = setting;
  const list = sheets.element(setting.parent, 'L');
  const column = indented(setting, lineIndent);
  const pieces = items.flatMap((text, index) => {
    const body = sheets.element(sheets.element(list, 'LI'), 'LBody');
    const lines = type.lines(text, styles.body, column.width);
    return linePieces(column, lines, styles.body, body, { before: index === 0 ? 12 : 2, tag: 'LBody' });
  });
  return together(pieces);
}
