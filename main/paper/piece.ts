import { page, room } from './look.ts';
import type { Sheets } from './sheets.ts';

/** What is not parted: a line, a row of a table, a row of boxes. */
export interface Piece {
  /** Space above it, left out at the head of a page. */
  readonly before: number;
  readonly height: number;
  /** Whether the next piece must stand on the same page. */
  readonly holds: boolean;
  /** Draws it; `y` is its upper end, from the upper edge of the page. */
  readonly draw: (y: number) => void;
  /** Drawn once more above this piece where it comes first on a page: the heading row of its table. */
  readonly again?: Piece;
}

/** Begins a page, unless nothing stands on the present one. */
export const turn = 'turn';

/**
 * Puts pieces onto pages, in order.
 * @param pieces - what there is, and where a page must begin
 * @param sheets - the document
 */
export function paginate(pieces: readonly (Piece | typeof turn)[], sheets: Sheets): void {
  let y = sheets.turn();
  const put = (piece: Piece): void => {
    const isFirst = y === page.top;
    if (isFirst && piece.again !== undefined) {
      piece.again.draw(y);
      y += piece.again.height;
    }
    const top = y + (isFirst ? 0 : piece.before);
    piece.draw(top);
    y = top + piece.height;
  };
  for (const chunk of chunksOf(pieces)) {
    if (chunk === turn) {
      if (y !== page.top) y = sheets.turn();
      continue;
    }
    if (y !== page.top && y + heightOf(chunk) > page.top + room) y = sheets.turn();
    put(chunk[0]);
    for (const piece of chunk.slice(1)) {
      // A chunk that is longer than a page is parted where the page ends.
      if (y + piece.before + piece.height > page.top + room) y = sheets.turn();
      put(piece);
    }
  }
}

/** How much of a page pieces take beneath other pieces. */
export function heightOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { before, height }) => sum + before + height, 0);
}

/**
 * Holds pieces together where one page has room for all of them.
 * @param pieces - of one step, for example
 */
export function together(pieces: readonly Piece[]): Piece[] {
  if (heightOf(pieces) > room) return [...pieces];
  return pieces.map((piece, index) => ({ ...piece, holds: index < pieces.length - 1 }));
}

type Chunk = [Piece, ...Piece[]];

/** The least that must stand on one page. */
function chunksOf(pieces: readonly (Piece | typeof turn)[]): (Chunk | typeof turn)[] {
  const chunks: (Chunk | typeof turn)[] = [];
  let open: Chunk | null = null;
  for (const piece of pieces) {
    if (piece === turn) {
      open = null;
      chunks.push(turn);
      continue;
    }
    if (open === null) {
      open = [piece];
      chunks.push(open);
    } else {
      open.push(piece);
    }
    if (!piece.holds) open = null;
  }
  return chunks;
}
