import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackWoff } from '../../../main/paper/woff.ts';
import { fontFolder, fonts } from '../../support/paper.ts';

const files = ['ibm-plex-sans', 'ibm-plex-mono'].flatMap((family) => {
  const folder = join(fontFolder, family, 'files');
  return readdirSync(folder)
    .filter((name) => /-(?:400|600)-normal\.woff$/u.test(name))
    .map((name) => join(folder, name));
});

/** The checksum of a table, OpenType 1.9, "Calculating checksums". */
function checksum(bytes: Uint8Array): number {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

describe('an unpacked font', () => {
  it.each(files)('has tables with the checksums that its maker gave them: %s', (file) => {
    const font = unpackWoff(readFileSync(file));
    const view = new DataView(font.buffer);
    const count = view.getUint16(4);
    expect(count).toBeGreaterThan(8);
    for (let at = 12; at < 12 + 16 * count; at += 16) {
      const table = font.slice(view.getUint32(at + 8), view.getUint32(at + 8) + view.getUint32(at + 12));
      const tag = Buffer.from(font.subarray(at, at + 4)).toString('latin1');
      // The head table holds a sum over the whole file, and counts as if it were zero.
      if (tag === 'head') table.fill(0, 8, 12);
      expect([tag, checksum(table)]).toEqual([tag, view.getUint32(at + 4)]);
    }
    expect(view.getUint16(6) + view.getUint16(10)).toBe(16 * count);
  });
});

describe('the typefaces', () => {
  it('give every letter they have to the page, composite ones included', () => {
    for (const { font } of Object.values(fonts()).flat()) {
      const subset = font.createSubset() as unknown as { includeGlyph(id: number): number; encode(): Uint8Array };
      for (const code of font.characterSet) subset.includeGlyph(font.glyphForCodePoint(code).id);
      expect(subset.encode().length).toBeGreaterThan(1000);
    }
  });
});
