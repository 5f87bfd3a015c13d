import { beforeEach, describe, expect, it, vi } from 'vitest';
import { removeCopies } from '../../../../main/ceremony/effects/copies.ts';
import type { WorkPorts } from '../../../../main/ceremony/work-ports.ts';
import { Refused, refusal } from '../../../../app/rules/refusal.ts';
import { twoKeys, opened, walkTo } from '../../../support/walk.ts';

// A medium that refuses to give a file up is a fault that no real folder shows to root.
const tried: string[] = [];
vi.mock(import('../../../../main/media/outbound.ts'), async (original) => ({
  ...(await original()),
  removeBundle: (folder: string) => {
    tried.push(folder);
    if (folder === '/media/b1') throw new Refused(refusal('MEDIA-WRITABLE', 'it is read-only'));
    return [];
  },
}));

beforeEach(() => {
  tried.length = 0;
});

describe('taking the copies off again', () => {
  it('goes on with the next medium when one gives nothing up, and tells which did not', () => {
    const left = removeCopies({} as WorkPorts, walkTo(opened(twoKeys), 'take-out.check'));
    expect(tried).toEqual(['/media/b1', '/media/b2']);
    expect(left.map(({ rule }) => rule)).toEqual(['MEDIA-WRITABLE']);
  });
});
