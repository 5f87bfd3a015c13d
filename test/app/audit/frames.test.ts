import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyHeader, frameOf, readFrames } from '../../../app/audit/frames.ts';
import { concatBytes } from '../../../app/keys/bytes.ts';

type Frames = readonly (readonly Uint8Array[])[];
const entry = fc
  .uint8Array({ minLength: 1, maxLength: 100 })
  .map((bytes) => bytes.map((byte) => (byte === 0x0a ? 0x20 : byte)));
const frames = fc.array(fc.array(entry, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
const fileOf = (of: Frames): Uint8Array => concatBytes(copyHeader, ...of.map(frameOf));

describe('the frames of a copy', () => {
  it('are a line with length and SHA-256, the entries a line each, and a line end', () => {
    for (const [content, size] of [
      ['{"sequence":1}', 14],
      ['{"sequence":2}\n{"sequence":3}', 29],
    ] as const) {
      const digest = createHash('sha256').update(content).digest('hex');
      const entries = content.split('\n').map((text) => Buffer.from(text));
      expect(Buffer.from(frameOf(entries)).toString()).toBe(`${size} ${digest}\n${content}\n`);
    }
    expect(Buffer.from(copyHeader).toString()).toBe('keyferry log copy 1\n');
  });

  it('come back as they were written', () => {
    fc.assert(
      fc.property(frames, (of) => {
        const bytes = fileOf(of);
        expect(readFrames(bytes)).toEqual({ frames: of, end: bytes.length, rest: 0 });
      }),
    );
  });

  it('are read up to the first that is not whole, wherever the file is cut', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (of, at) => {
        const whole = fileOf(of);
        const cut = whole.subarray(0, copyHeader.length + (at % (whole.length - copyHeader.length + 1)));
        const found = readFrames(cut);
        expect(found?.frames).toEqual(of.slice(0, found?.frames.length));
        expect(found?.end).toBe(fileOf(found?.frames ?? []).length);
        expect((found?.end ?? 0) + (found?.rest ?? 0)).toBe(cut.length);
      }),
    );
  });

  it('show every changed byte: nothing behind it counts, and nothing comes back changed', () => {
    const of = [['{"n":1}'], ['{"n":2,"x":"12"}', '{"n":3}']].map((texts) => texts.map((text) => Uint8Array.from(Buffer.from(text)))); // prettier-ignore
    const whole = fileOf(of);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const found = readFrames(changed);
      if (at < copyHeader.length) expect(found).toBeNull();
      else {
        expect(found?.rest).toBeGreaterThan(0);
        expect(found?.frames).toEqual(of.slice(0, found?.frames.length));
      }
    }
  });

  it('are none in a file that is too short to be one, or something else', () => {
    for (const bytes of [new Uint8Array(), copyHeader.subarray(1), Buffer.from('SQLite format 3\0')]) {
      expect(readFrames(bytes)).toBeNull();
    }
  });
});
