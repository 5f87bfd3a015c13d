import { ink, styles, thinRule } from './look.ts';
import type { Piece } from './piece.ts';
import { indented, type Setting } from './setting.ts';
import type { Element } from './sheets.ts';
import type { Line, Style } from './type.ts';

/** How a paragraph stands among others. */
export interface Standing {
  /** Space above the first line. */
  readonly before: number;
  /** Whether what follows must stand on the same page. */
  readonly holds?: boolean;
  /** Tag of the structure. */
  readonly tag?: string;
}

/**
 * Sets a paragraph. Two lines at either end stay together.
 * @param text - what it says
 * @param style - how it looks
 */
export function textPieces(setting: Setting, text: string, style: Style, standing: Standing): Piece[] {
  const { tag = 'P' } = standing;
  const element = setting.sheets.element(setting.parent, tag);
  return linePieces(setting, setting.type.lines(text, style, setting.width), style, element, standing);
}

/** Sets lines that were measured already, as the content of one element. */
export function linePieces(
  { sheets, x }: Setting,
  lines: readonly Line[],
  style: Style,
  element: Element,
  { before, holds = false, tag = 'P' }: Standing,
): Piece[] {
  return lines.map((line, index) => ({
    before: index === 0 ? before : 0,
    height: style.leading,
    holds: index === lines.length - 1 ? holds : index === 0 || index === lines.length - 2,
    draw: (y) => sheets.text(line, style, x, y, element, tag),
  }));
}

/**
 * Sets a heading, which is a bookmark too.
 * @param setting - where
 * @param text - what it says
 * @param level - of the heading
 * @param bookmark - told when it is drawn, on the page that is current then
 */
export function headingPieces(setting: Setting, text: string, level: 1 | 2, bookmark: () => void): Piece[] {
  const style = level === 1 ? styles.heading1 : styles.heading2;
  const standing = { before: level === 1 ? 0 : 22, holds: true, tag: `H${level}` };
  const [first, ...others] = textPieces(setting, text, style, standing).map((piece) => ({ ...piece, holds: true }));
  if (first === undefined) return [];
  const { sheets, x, width } = setting;
  const drawFirst = (y: number): void => {
    bookmark();
    first.draw(y);
  };
  const heading = [{ ...first, draw: drawFirst }, ...others];
  if (level === 2) return heading;
  const end: Piece = {
    before: 3,
    height: 8,
    holds: true,
    draw: (y) => sheets.rule(x, y, x + width, y, thinRule, ink.rule),
  };
  return [...heading, end];
}

/** The large words of the first page. */
export function coverPieces(setting: Setting, cover: { name: string; title: string; purpose: string }): Piece[] {
  return [
    ...textPieces(setting, cover.name, styles.name, { before: 0, holds: true }),
    ...textPieces(setting, cover.title, styles.cover, { before: 4, holds: true, tag: 'H1' }),
    ...(cover.purpose === '' ? [] : textPieces(setting, cover.purpose, styles.say, { before: 8, holds: true })),
  ];
}

const sayIndent = 14;

/** Sets what is read aloud: larger, beside a rule. */
export function sayPieces(setting: Setting, paragraphs: readonly string[]): Piece[] {
  const { sheets, x } = setting;
  const quote = { ...indented(setting, sayIndent), parent: sheets.element(setting.parent, 'BlockQuote') };
  const pieces = [
    ...textPieces(quote, 'Say', styles.label, { before: 6, holds: true }),
    ...paragraphs.flatMap((text, index) => textPieces(quote, text, styles.say, { before: index === 0 ? 0 : 5 })),
  ];
  return pieces.map((piece, index) => ({
    ...piece,
    draw: (y) => {
      const top = index === 0 ? y : y - piece.before;
      sheets.rule(x + 3, top, x + 3, y + piece.height, 1.5, ink.quiet);
      piece.draw(y);
    },
  }));
}

/** Sets what Keyferry notices about a plan: its rule, then its words. */
export function noticePieces(setting: Setting, rule: string, text: string): Piece[] {
  return [
    ...textPieces(setting, `Notice ${rule}`, styles.label, { before: 10, holds: true }),
    ...textPieces(setting, text, styles.body, { before: 0 }),
  ];
}
