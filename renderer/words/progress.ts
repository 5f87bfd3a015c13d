import type { CeremonyView } from '../../app/contract/view.ts';

type Work = NonNullable<CeremonyView['work']>;
type Progress = NonNullable<Work['progress']>;

/**
 * Counts the piece of work that is under way.
 * @param work - what the machine is doing
 * @returns `key 2 of 4`, `copy 1 of 2`; null for work of one piece
 */
export function pieceInWords({ key, progress }: Pick<Work, 'key' | 'progress'>): string | null {
  return progress === null ? null : `${key === null ? 'copy' : 'key'} ${progress.piece} of ${progress.of}`;
}

/**
 * Says how the pieces of a step stand.
 * @param progress - which piece of how many is under way
 * @returns one status for each piece, in the order in which they are worked on
 */
export function piecesOf({ piece, of }: Progress): ('done' | 'now' | 'to-come')[] {
  return Array.from({ length: of }, (_, index) => {
    if (index + 1 < piece) return 'done';
    return index + 1 === piece ? 'now' : 'to-come';
  });
}

/**
 * Counts what lies behind and ahead.
 * @param progress - which piece of how many is under way
 * @returns `1 done, 2 to come`
 */
export function behindAndAhead({ piece, of }: Progress): string {
  return `${piece - 1} done, ${of - piece} to come`;
}

/**
 * Says in one line what the machine is doing; it is told to assistive technology whenever it changes, so once a piece.
 * @param work - what the machine is doing
 * @returns `Wrapping in the token: key 2 of 4`
 */
export function workInOneLine(work: Pick<Work, 'what' | 'key' | 'progress'>): string {
  const piece = pieceInWords(work);
  return piece === null ? work.what : `${work.what}: ${piece}`;
}
