import type { Dice } from '../support/dice.ts';
import type { Image } from './image.ts';
import { logPath, markPath } from './store-use.ts';

/** A disk that lost more than the power took, and what was done to it. */
export interface Damaged {
  readonly what: string;
  readonly image: Image;
}

/**
 * Damages what a cut left: one file at a time, and everything but the mark put back from an older moment.
 * @param image - what the cut left
 * @param older - what was on the disk some entries before
 */
export function damagesOf(image: Image, older: Image, dice: Dice): readonly Damaged[] {
  const files = [...image.keys()].filter((path) => !path.endsWith('/'));
  const one = (path: string): readonly Damaged[] => {
    const bytes = image.get(path) ?? new Uint8Array();
    const name = path.split('/').at(-1) ?? path;
    if (bytes.length === 0) return [];
    return [
      { what: `${name} gone`, image: without(image, path) },
      { what: `${name} empty`, image: changed(image, path, new Uint8Array()) },
      { what: `${name} cut short`, image: changed(image, path, bytes.subarray(0, dice.below(bytes.length))) },
      { what: `a bit of ${name} flipped`, image: changed(image, path, flipped(bytes, dice)) },
    ];
  };
  const mark = image.get(markPath);
  const back = mark === undefined ? [] : [{ what: 'all but the mark put back', image: changed(older, markPath, mark) }];
  const wal = image.has(`${logPath}-wal`) ? [{ what: 'log put back', image: putBack(image, older) }] : [];
  return [...files.flatMap(one), ...back, ...wal];
}

function changed(image: Image, path: string, bytes: Uint8Array): Image {
  return new Map([...image, [path, bytes]]);
}

function without(image: Image, path: string): Image {
  return new Map([...image].filter(([name]) => name !== path));
}

/** The log alone as it was, with its -wal file. */
function putBack(image: Image, older: Image): Image {
  const isLog = ([path]: readonly [string, unknown]): boolean => path.startsWith(logPath);
  return new Map([...[...image].filter((file) => !isLog(file)), ...[...older].filter(isLog)]);
}

function flipped(bytes: Uint8Array, dice: Dice): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = dice.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
  return copy;
}
