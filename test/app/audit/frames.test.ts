import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyHeader, frameOf, readFrames } from '../../../app/audit/frames.ts';
import { concatBytes } from '../../../app/keys/bytes.ts';

const entries = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 6 });
const fileOf = (of: readonly Uint8Array[]): Uint8Array => concatBytes(copyHeader, ...of.map(frameOf));

describe('the frames of a copy', () => {
  it('are a line with length and SHA-256, the entry, and a line end', () => {
    const entry = Buffer.from('{"sequence":1}');
    const digest = createHash('sha256').update(entry).digest('hex');
    expect(Buffer.from(frameOf(entry)).toString()).toBe(`14 ${digest}\n{"sequence":1}\n`);
    expect(Buffer.from(copyHeader).toString()).toBe('keyferry log copy 1\n');
  });

  it('come back as they were written', () => {
    fc.assert(
      fc.property(entries, (of) => {
        const bytes = fileOf(of);
        expect(readFrames(bytes)).toEqual({ entries: of, end: bytes.length, rest: 0 });
      }),
    );
  });

  it('are read up to the first that is not whole, wherever the file is cut', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (of, at) => {
        const whole = fileOf(of);
        const cut = whole.subarray(0, copyHeader.length + (at % (whole.length - copyHeader.length + 1)));
        const found = readFrames(cut);
        expect(found?.entries).toEqual(of.slice(0, found?.entries.length));
        expect(found?.end).toBe(fileOf(found?.entries ?? []).length);
        expect((found?.end ?? 0) + (found?.rest ?? 0)).toBe(cut.length);
      }),
    );
  });

  it('show every changed byte: nothing behind it counts, and nothing comes back changed', () => {
    const of = [Buffer.from('{"n":1}'), Buffer.from('{"n":2,"x":"12"}')].map((bytes) => Uint8Array.from(bytes));
    const whole = fileOf(of);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const found = readFrames(changed);
      if (at < copyHeader.length) expect(found).toBeNull();
      else {
        expect(found?.rest).toBeGreaterThan(0);
        expect(found?.entries).toEqual(of.slice(0, found?.entries.length));
      }
    }
  });

  it('are none in a file that is too short to be one, or something else', () => {
    for (const bytes of [new Uint8Array(), copyHeader.subarray(1), Buffer.from('SQLite format 3\0')]) {
      expect(readFrames(bytes)).toBeNull();
    }
  });
});
