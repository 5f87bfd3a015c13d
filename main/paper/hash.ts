import { hexGroups } from '../../app/keys/fingerprint.ts';
import { shortForm } from '../../app/keys/short-form.ts';
import { styles } from './look.ts';
import type { Piece } from './piece.ts';
import { indented, type Setting } from './setting.ts';
import { textPieces } from './text.ts';

const groupsInRow = 8;
const wordColumns = 4;
const pad = 10;

/** A SHA-256 as it is read aloud. */
export interface Hash {
  readonly caption: string;
  readonly hex: string;
  readonly words: readonly string[];
}

/**
 * Sets a hash: sixteen numbered groups of four digits, thirty-two numbered words, and its short form; framed, on one page.
 * @param setting - where
 * @param hash - what it is the hash of, 64 hex digits, one word for each byte
 */
export function hashPieces(setting: Setting, { caption, hex, words }: Hash): Piece[] {
  const inner = { ...indented(setting, pad), width: setting.width - 2 * pad };
  const { hex: short, words: some } = shortForm(hex);
  const last = `Short form: ${short}; ${some.slice(0, 3).join(', ')} … ${some[3]}`;
  const pieces = [
    ...textPieces(inner, caption, styles.label, { before: pad }),
    ...groupPieces(inner, hexGroups(hex)),
    ...wordPieces(inner, words),
    ...textPieces(inner, last, styles.body, { before: 8 }),
  ];
  return framed(setting, pieces);
}

/** A number above each group, so that a place is found again when somebody says stop. */
function groupPieces(setting: Setting, groups: readonly string[]): Piece[] {
  const { sheets, type, x, width } = setting;
  const column = width / groupsInRow;
  return chunked(groups, groupsInRow).map((row, rowIndex) => {
    const element = sheets.element(setting.parent, 'P');
    const set = row.map((group, index) => ({
      number: type.fitted(String(rowIndex * groupsInRow + index + 1), styles.small, column),
      group: type.fitted(group, styles.hex, column),
      left: x + index * column,
    }));
    return {
      before: 6,
      height: styles.small.leading + styles.hex.leading,
      holds: true,
      draw: (y: number) => {
        for (const { number, left } of set) sheets.text(number, styles.small, left, y, null);
        for (const { group, left } of set) sheets.text(group, styles.hex, left, y + styles.small.leading, element);
      },
    };
  });
}

/** Numbered downwards, column by column. */
function wordPieces(setting: Setting, words: readonly string[]): Piece[] {
  const { sheets, type, x, width } = setting;
  const column = width / wordColumns;
  const list = sheets.element(setting.parent, 'L');
  const rows = Math.ceil(words.length / wordColumns);
  const set = words.map((word, index) => {
    const item = sheets.element(list, 'LI');
    return {
      left: x + Math.floor(index / rows) * column,
      number: type.fitted(String(index + 1), styles.small, 14),
      label: sheets.element(item, 'Lbl'),
      word: type.fitted(word, styles.words, column - 18),
      body: sheets.element(item, 'LBody'),
    };
  });
  return Array.from({ length: rows }, (_, row) => ({
    before: row === 0 ? 8 : 0,
    height: styles.words.leading,
    holds: true,
    draw: (y: number) => {
      for (const { left, number, label, word, body } of set.filter((_each, index) => index % rows === row)) {
        sheets.text(number, styles.small, left, y + 1.5, label, 'Lbl');
        sheets.text(word, styles.words, left + 16, y, body, 'LBody');
      }
    },
  }));
}

/** One piece with a frame around it. */
function framed({ sheets, x, width }: Setting, pieces: readonly Piece[]): Piece[] {
  const height = pieces.reduce((sum, piece) => sum + piece.before + piece.height, pad);
  const draw = (top: number): void => {
    sheets.box(x, top, width, height, 0.75);
    let y = top;
    for (const piece of pieces) {
      piece.draw(y + piece.before);
      y += piece.before + piece.height;
    }
  };
  return [{ before: 14, height, holds: false, draw }];
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
