import type { Block, Column, Item } from '../../app/paper/document.ts';
import { hairline, ink, room, styles, thinRule } from './look.ts';
import { heightOf, together, type Piece } from './piece.ts';
import type { Setting } from './setting.ts';
import type { Element } from './sheets.ts';
import { textPieces } from './text.ts';
import type { Line, Style } from './type.ts';
import { cellPad, columnWidths } from './widths.ts';

const rowPad = 3.5;
const formRow = 25;
/** A row of more lines than this is parted: no page holds every row whole. */
const linesTogether = Math.floor(room / 2 / styles.cell.leading);

interface Cell {
  readonly lines: readonly Line[];
  readonly style: Style;
  readonly x: number;
  readonly element: Element;
  readonly tag: 'TH' | 'TD';
}

/** Where a table stands and how wide its columns are. */
interface Grid {
  readonly setting: Setting;
  readonly widths: readonly number[];
  readonly isForm: boolean;
}

/** Sets a table: a heading row, which comes again on every page, and a rule below each row. */
export function tablePieces(setting: Setting, block: Extract<Block, { kind: 'table' }>): Piece[] {
  const { caption, columns, rows, isForm } = block;
  const table = setting.sheets.element(setting.parent, 'Table');
  const grid = { setting, widths: columnWidths(columns, rows, setting.width, setting.type), isForm };
  const head = headingRow(grid, columns, table);
  const body = rows.flatMap((row) => {
    const element = setting.sheets.element(table, 'TR');
    const cells = row.map((text, index) => ({ text, style: columns[index]?.isCode === true ? styles.code : styles.cell })); // prettier-ignore
    return rowPieces(grid, cells, element, false);
  });
  const again = { ...head.repeated, holds: true };
  return [...captionPieces(setting, caption), head.first, ...body.map((piece) => ({ ...piece, again }))];
}

/** Sets named values: a table whose rows are headed by their labels. A short one is not parted. */
export function valuePieces(setting: Setting, caption: string, items: readonly Item[]): Piece[] {
  const { sheets, type, width } = setting;
  const table = sheets.element(setting.parent, 'Table');
  const widest = Math.max(...items.map(({ label }) => type.width(label, styles.cellHead))) + 2 * cellPad + 1;
  const labels = Math.min(widest, width * 0.36);
  const grid = { setting, widths: [labels, width - labels], isForm: false };
  const rows = items.flatMap(({ label, value, isCode }) => {
    const cells = [
      { text: label, style: styles.cellHead },
      { text: value, style: isCode ? styles.code : styles.cell },
    ];
    return rowPieces(grid, cells, sheets.element(table, 'TR'), true);
  });
  const pieces = [...captionPieces(setting, caption), topRule(setting), ...rows];
  return heightOf(pieces) < room / 3 ? together(pieces) : pieces;
}

/** Stands outside the table in the structure too: a caption inside must be its first child, and readers differ. */
function captionPieces(setting: Setting, caption: string): Piece[] {
  return textPieces(setting, caption, styles.step, { before: 16, holds: true }).map((piece) => ({
    ...piece,
    holds: true,
  }));
}

function topRule({ sheets, x, width }: Setting): Piece {
  return { before: 3, height: 0.5, holds: true, draw: (y) => sheets.rule(x, y, x + width, y, thinRule, ink.quiet) };
}

function headingRow(grid: Grid, columns: readonly Column[], table: Element): { first: Piece; repeated: Piece } {
  const { setting, widths } = grid;
  const row = setting.sheets.element(table, 'TR');
  const cells = columns.map(({ heading }, index): Cell => ({
    lines: setting.type.lines(heading, styles.cellHead, (widths[index] ?? 0) - 2 * cellPad),
    style: styles.cellHead,
    x: leftOf(grid, index) + cellPad,
    element: setting.sheets.element(row, 'TH', { scope: 'Column' }),
    tag: 'TH',
  }));
  const height = heightOfCells(cells) + 2 * rowPad;
  const piece = (isContent: boolean): Piece => ({
    before: 3,
    height,
    holds: true,
    draw: (y) => {
      const { sheets, x, width } = setting;
      sheets.rule(x, y, x + width, y, thinRule, ink.quiet);
      sheets.rule(x, y + height, x + width, y + height, thinRule, ink.quiet);
      sides(grid, y, height);
      drawCells(setting, cells, y + rowPad, isContent);
    },
  });
  return { first: piece(true), repeated: piece(false) };
}

interface CellText {
  readonly text: string;
  readonly style: Style;
}

function rowPieces(grid: Grid, texts: readonly CellText[], row: Element, isHeaded: boolean): Piece[] {
  const { setting, widths, isForm } = grid;
  const cells = texts.map(({ text, style }, index): Cell => {
    const tag = isHeaded && index === 0 ? 'TH' : 'TD';
    return {
      lines: setting.type.lines(text, style, (widths[index] ?? 0) - 2 * cellPad),
      style,
      x: leftOf(grid, index) + cellPad,
      element: setting.sheets.element(row, tag, tag === 'TH' ? { scope: 'Row' } : {}),
      tag,
    };
  });
  const count = Math.max(...cells.map(({ lines }) => lines.length));
  const parts = Math.ceil(count / linesTogether);
  return Array.from({ length: parts }, (_, part) => {
    const own = cells.map((cell) => ({
      ...cell,
      lines: cell.lines.slice(part * linesTogether, (part + 1) * linesTogether),
    }));
    const height = Math.max(heightOfCells(own) + 2 * rowPad, isForm ? formRow : 0);
    return { before: 0, height, holds: false, draw: (y: number) => drawRow(grid, own, y, height, part === parts - 1) };
  });
}

function drawRow(grid: Grid, cells: readonly Cell[], y: number, height: number, isEnd: boolean): void {
  const { sheets, x, width } = grid.setting;
  if (isEnd) sheets.rule(x, y + height, x + width, y + height);
  sides(grid, y, height);
  drawCells(grid.setting, cells, y + rowPad, true);
}

/** A form has its columns ruled, so that what is written stays in its place. */
function sides(grid: Grid, y: number, height: number): void {
  if (!grid.isForm) return;
  for (let index = 0; index <= grid.widths.length; index += 1) {
    const x = leftOf(grid, index);
    grid.setting.sheets.rule(x, y, x, y + height, hairline);
  }
}

function drawCells({ sheets }: Setting, cells: readonly Cell[], y: number, isContent: boolean): void {
  for (const { lines, style, x, element, tag } of cells) {
    lines.forEach((line, index) => sheets.text(line, style, x, y + index * style.leading, isContent ? element : null, tag)); // prettier-ignore
  }
}

function heightOfCells(cells: readonly Cell[]): number {
  return Math.max(...cells.map(({ lines, style }) => lines.length * style.leading));
}

function leftOf({ setting, widths }: Grid, index: number): number {
  return widths.slice(0, index).reduce((sum, width) => sum + width, setting.x);
}
