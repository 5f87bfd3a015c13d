import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64ToBytes,
  base64UrlToBytes,
  bytesToBase64,
  bytesToBase64Url,
  bytesToInteger,
  bytesToUtf8,
  equalBytes,
  utf8ToBytes,
} from '../../../app/keys/bytes.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('base64 (node:buffer is the outside answer)', () => {
  it('encodes as node does, and decodes what it encoded', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(bytesToBase64(value)).toBe(Buffer.from(value).toString('base64'));
        expect(bytesToBase64Url(value)).toBe(Buffer.from(value).toString('base64url'));
        expect(base64ToBytes(bytesToBase64(value))).toEqual(value);
        expect(base64UrlToBytes(bytesToBase64Url(value))).toEqual(value);
      }),
    );
  });

  it('gives the RFC 4648 section 10 answers', () => {
    const answers = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'];
    answers.forEach((text, length) => expect(bytesToBase64(utf8ToBytes('foobar'.slice(0, length)))).toBe(text));
  });

  it.each(['Zg', 'Zg=', 'Zg===', 'Zh==', 'Zm9v\n', ' Zm9v', 'Zm9v=', 'Z', '====', '-_8=', 'Zm9v====', 'Zg==Zg=='])(
    'refuses %j as base64',
    (text) => expect(base64ToBytes(text)).toBeNull(),
  );

  it.each(['Zg==', 'Zh', 'Z', '+/8', 'Zm 9v', 'Zm9v\n', 'é', 'Zm9v='])('refuses %j as base64url', (text) =>
    expect(base64UrlToBytes(text)).toBeNull(),
  );

  it('decodes nothing that it would not encode', () => {
    const text = fc.string({
      unit: fc.constantFrom('A', 'z', '0', '9', '+', '/', '-', '_', '=', ' ', '\n'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (value) => {
        const decoded = base64ToBytes(value);
        if (decoded !== null) expect(Buffer.from(decoded).toString('base64')).toBe(value);
        const url = base64UrlToBytes(value);
        if (url !== null) expect(Buffer.from(url).toString('base64url')).toBe(value);
      }),
    );
  });
});

describe('UTF-8', () => {
  it('agrees with the fatal TextDecoder on any bytes', () => {
    const anything = fc.oneof(
      bytes,
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(anything, (value) => {
        expect(bytesToUtf8(value)).toBe(decodeOrNull(value));
      }),
    );
  });

  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
  ])('refuses %s', (_, value) => expect(bytesToUtf8(Uint8Array.from(value))).toBeNull());
});

describe('comparison and integers', () => {
  it('compares length and every byte', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });

  it('reads big-endian', () => {
    expect(bytesToInteger(Uint8Array.of(1, 0, 1))).toBe(65537n);
    expect(bytesToInteger(new Uint8Array())).toBe(0n);
  });
});

function decodeOrNull(value: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return null;
  }
}
