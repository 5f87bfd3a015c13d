import type { Dice } from '../support/dice.ts';
import { everything, type Fate } from './disk.ts';

const nothing: Fate = { keepsNames: () => false, keepsData: () => 0, keepsLength: () => 0 };

/** The ends of what can become of unsynced changes; every boundary is cut with each of them. */
const extremes: readonly Fate[] = [
  nothing,
  everything,
  // Names without what they stand for: an empty file, or one of the right length full of zeros.
  { ...nothing, keepsNames: () => true },
  { ...nothing, keepsNames: () => true, keepsLength: everything.keepsLength },
  { ...everything, keepsNames: () => false },
  // One name that is missing, or the only one that is there, among those that were made or given up last.
  ...[1, 2, 3, 4].flatMap((back): Fate[] => [
    { ...everything, keepsNames: (_folder, index, all) => index !== all - back },
    { ...everything, keepsNames: (_folder, index, all) => index === all - back },
  ]),
];

/** How many fates do not come by chance. */
export const certainFates = extremes.length;

/** In what pieces the changes of a file reach the disk. */
const pieces = ['in order', 'whole changes', 'pages', 'sectors'] as const;
const sectorsInPage = 8;

/**
 * The fate of the unsynced changes in one cut.
 * @param number - of the cut at this place; the first ones are the extremes, the others come by chance
 * @param dice - the chance
 */
export function fateOf(number: number, dice: Dice): Fate {
  return extremes[number] ?? chanceFate(dice);
}

function chanceFate(dice: Dice): Fate {
  const share = dice.pick([0.2, 0.5, 0.8]);
  const piece = dice.pick(pieces);
  const keepsAllNames = dice.chance(0.4);
  const keepsWholeLength = dice.chance(0.5);
  const drawn = new Map<string, number>();
  /** The same piece has the same fate, however often it is asked after. */
  const once = (name: string, draw: () => number): number => {
    const known = drawn.get(name) ?? draw();
    drawn.set(name, known);
    return known;
  };
  const keepsData: Fate['keepsData'] = (inode, sector, touching, all) => {
    if (piece === 'in order') return once(`${inode}`, () => dice.below(all + 1));
    if (piece === 'whole changes') {
      // What a sector holds is never mixed: a later change that is on the disk brings the earlier ones of that sector with it.
      const kept = touching.filter((index) => once(`${inode} ${index}`, () => Number(dice.chance(share))) === 1);
      return (kept.at(-1) ?? -1) + 1;
    }
    const place = piece === 'pages' ? Math.floor(sector / sectorsInPage) : sector;
    return once(`${inode} ${place}`, () => (dice.chance(share) ? all : dice.below(all + 1)));
  };
  return {
    keepsNames: () => keepsAllNames || dice.chance(share),
    keepsData,
    keepsLength: (_inode, all) => (keepsWholeLength ? all : dice.below(all + 1)),
  };
}
