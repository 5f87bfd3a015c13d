import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, isBlank } from '../../../app/keys/text.ts';

const little = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
const big = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16());

describe('text from media', () => {
  it('is the same in every accepted encoding', () => {
    const line = fc.string({ unit: 'binary' }).filter((text) => !/[\0\ufeff\r]/.test(text) && text.isWellFormed());
    fc.assert(
      fc.property(line, (text) => {
        const utf8 = new TextEncoder().encode(text);
        expect(decodeText(utf8)).toEqual({ text, encoding: 'UTF-8' });
        expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8))).toEqual({ text, encoding: 'UTF-8' });
        expect(decodeText(little(text))).toEqual({ text, encoding: 'UTF-16' });
        expect(decodeText(big(text))).toEqual({ text, encoding: 'UTF-16' });
      }),
    );
  });

  it('ends lines by LF and leaves a lone CR alone', () => {
    expect(decodeText(new TextEncoder().encode('a\r\nb\rc\n'))?.text).toBe('a\nb\rc\n');
    expect(decodeText(little('a\r\nb'))?.text).toBe('a\nb');
  });

  it('reads a part of a larger buffer', () => {
    const whole = Uint8Array.of(0, 0, 0, ...little('kid'), 0);
    expect(decodeText(whole.subarray(3, 11))?.text).toBe('kid');
  });

  it.each([
    ['UTF-16 of an odd length', Uint8Array.of(0xff, 0xfe, 0x41)],
    ['UTF-16 with half a surrogate pair', Uint8Array.of(0xff, 0xfe, 0x3d, 0xd8)],
    ['UTF-16 without a mark', Uint8Array.of(0x41, 0x00, 0x42, 0x00)],
    ['Latin-1', Uint8Array.of(0x67, 0xfc, 0x6e)],
  ])('refuses %s', (_, bytes) => expect(decodeText(bytes)).toBeNull());

  it('takes off one mark only', () => {
    expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x41))?.text).toBe('\ufeffA');
  });
});

describe('words that say nothing', () => {
  it('are white space of whatever kind, as JavaScript, Unicode and Python have it', () => {
    const separators = ['\u001c', '\u001d', '\u001e', '\u001f', '\u0085'];
    const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    const blank = characters.filter((character) => isBlank(character));
    expect(blank).toEqual(characters.filter((each) => each.trim() === '' || separators.includes(each)));
    expect(isBlank('')).toBe(true);
    expect(isBlank(' \ufeff\u0085 \ufeff')).toBe(true);
    expect(isBlank(' no ')).toBe(false);
  });
});
