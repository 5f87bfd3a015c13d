import type { Block } from '../../app/paper/document.ts';
import { fieldPieces } from './fields.ts';
import { hashPieces } from './hash.ts';
import { checkPieces, listPieces } from './list.ts';
import { ink, styles } from './look.ts';
import { together, turn, type Piece } from './piece.ts';
import type { Setting } from './setting.ts';
import { tablePieces, valuePieces } from './table.ts';
import { coverPieces, headingPieces, noticePieces, sayPieces, textPieces } from './text.ts';

/** Adds a bookmark to the page that is being drawn. */
export type Bookmark = (text: string, level: 1 | 2 | 3) => void;

/**
 * Sets blocks, in order.
 * @param setting - the column
 * @param blocks - of a document
 * @param bookmark - called while headings and steps are drawn
 * @returns what goes onto pages
 */
export function piecesOf(setting: Setting, blocks: readonly Block[], bookmark: Bookmark): (Piece | typeof turn)[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'new-page') return [turn];
    if (block.kind === 'heading' && block.level === 1) return [turn, ...pieces(setting, block, bookmark)];
    return pieces(setting, block, bookmark);
  });
}

function pieces(setting: Setting, block: Exclude<Block, { kind: 'new-page' }>, bookmark: Bookmark): Piece[] {
  switch (block.kind) {
    case 'cover':
      return coverPieces(setting, block);
    case 'heading':
      return headingPieces(setting, block.text, block.level, () => bookmark(block.text, block.level));
    case 'paragraph':
      return textPieces(setting, block.text, styles.body, { before: 7 });
    case 'say':
      return sayPieces(setting, block.paragraphs);
    case 'checks':
      return checkPieces(setting, block.items);
    case 'list':
      return listPieces(setting, block.items);
    case 'values':
      return valuePieces(setting, block.caption, block.items);
    case 'table':
      return tablePieces(setting, block);
    case 'hash':
      return hashPieces(setting, block);
    case 'notice':
      return noticePieces(setting, block.rule, block.text);
    case 'fields':
      return fieldPieces(setting, block.items);
    case 'step':
      return stepPieces(setting, block, bookmark);
  }
}

const numberWidth = 30;

function stepPieces(outer: Setting, step: Extract<Block, { kind: 'step' }>, bookmark: Bookmark): Piece[] {
  const { sheets, type } = outer;
  const setting = { ...outer, parent: sheets.element(outer.parent, 'Sect', { title: `${step.number} ${step.title}` }) };
  const title = { ...setting, x: setting.x + numberWidth, width: setting.width - numberWidth };
  const heading = sheets.element(setting.parent, 'H3');
  const number = type.fitted(step.number, styles.step, numberWidth);
  const lines = type.lines(step.title, styles.step, title.width);
  const first: Piece[] = lines.map((line, index) => ({
    before: index === 0 ? 18 : 0,
    height: styles.step.leading,
    holds: true,
    draw: (y) => {
      if (index === 0) {
        bookmark(`${step.number} ${step.title}`, 3);
        sheets.rule(setting.x, y - 5, setting.x + setting.width, y - 5, undefined, ink.rule);
        sheets.text(number, styles.step, setting.x, y, heading, 'H3');
      }
      sheets.text(line, styles.step, title.x, y, heading, 'H3');
    },
  }));
  const name = textPieces(title, step.id, styles.quietCode, { before: 0, holds: true });
  const inside = step.blocks.flatMap((block) =>
    block.kind === 'new-page' ? [] : pieces(title, { ...block }, bookmark),
  );
  return together([...first, ...name, ...inside]);
}
