import { describe, expect, it } from 'vitest';
import type { Medium } from '../../app/contract/calls.ts';
import { sameMedium } from '../../renderer/words/same-medium.ts';

const medium = (path: string, isRemovable = false): Medium => ({
  id: path,
  label: path.split('/').at(-1) ?? '',
  path,
  isRemovable,
  isWritable: true,
  freeBytes: null,
});
const [a, b] = [medium('/media/a', true), medium('/media/b', true)];
const onA = [medium('/media/a/one'), medium('/media/a/two')] as const;

describe('what is to be written to', () => {
  it('is told of where it is, or lies on, the medium that was read from', () => {
    expect(sameMedium([a], a, [a, b])).toHaveLength(1);
    expect(sameMedium([onA[0]], a, [a, b])).toHaveLength(1);
    expect(sameMedium([onA[0]], onA[1], [a, b])).toHaveLength(1);
    expect(sameMedium([b], a, [a, b])).toEqual([]);
  });

  it('is told of where two copies would be lost together', () => {
    const [told, ...others] = sameMedium([b, ...onA], null, [a, b]);
    expect([told?.includes('one'), told?.includes('two'), others]).toEqual([true, true, []]);
    expect(sameMedium([a, b], null, [a, b])).toEqual([]);
  });

  it('is not taken for the same by the beginning of its name, nor because both are folders of this computer', () => {
    expect(sameMedium([medium('/media/ab')], a, [a])).toEqual([]);
    expect(sameMedium([medium('/home/ada/b')], medium('/home/ada/a'), [])).toEqual([]);
  });

  it('is told apart where one medium is mounted below another', () => {
    const inner = medium('/media/a/inner', true);
    const found = sameMedium([medium('/media/a/inner/x')], medium('/media/a/y'), [a, inner]);
    expect(found).toEqual([]);
  });
});
