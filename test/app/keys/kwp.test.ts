import { createCipheriv, createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../app/keys/bytes.ts';
import { openKwp, unwrapRounds, type BlockDecrypt } from '../../../app/keys/kwp.ts';
import { openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVector, jsonVectors } from '../../vectors/read-vectors.ts';

interface Published {
  readonly cases: readonly { comment: string; kek: string; plain: string; wrapped: string }[];
}

/** A vector of AES Key Wrap or of AES Key Wrap with Padding, in hex; `plain` is there where nothing is wrong. */
interface Wrapped {
  readonly expect: 'KWP-OPENS' | null;
  readonly comment: string;
  readonly kek: string;
  readonly plain?: string;
  readonly wrapped: string;
}

const vectorsOf = (area: string): (Wrapped & { name: string })[] =>
  jsonVectors(area).map(({ name, vector }) => ({ ...(vector as Wrapped), name }));

const kek = hexToBytes('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');

describe('RFC 5649', () => {
  it.each((jsonVector('kwp/published.json') as Published).cases)('opens the published $comment', (known) => {
    const opened = openKwp(hexToBytes(known.wrapped), decryptWith(hexToBytes(known.kek)));
    expect(bytesToHex(opened)).toBe(known.plain);
  });

  it.each([1, 7, 8, 9, 15, 16, 17, 32, 138, 1218, 2376])('opens %i bytes wrapped by OpenSSL', (length) => {
    const plain = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
    const wrapped = openssl(['enc', '-id-aes256-wrap-pad', '-K', bytesToHex(kek), '-iv', 'A65959A6'], plain);
    expect(openKwp(wrapped, decryptWith(kek))).toEqual(plain);
  });

  it.each([
    ['another magic', 'a65959a7', 20, 24, 0],
    ['the magic of RFC 3394', 'a6a6a6a6', 20, 24, 0],
    ['a length beyond the blocks', 'a65959a6', 25, 24, 0],
    ['a length that leaves a whole block of padding', 'a65959a6', 16, 24, 0],
    ['length zero', 'a65959a6', 0, 8, 0],
    ['a single block with too long a length', 'a65959a6', 9, 8, 0],
    ['padding that is not zero', 'a65959a6', 20, 24, 1],
    ['padding that is not zero in a single block', 'a65959a6', 5, 8, 1],
  ])('refuses %s', (_, magic, length, padded, pad) => {
    expect(ruleOf(() => openKwp(wrapAs(magic, length, padded, pad), decryptWith(kek)))).toBe('KWP-OPENS');
  });

  it('opens what the same writer makes without a fault', () => {
    expect(openKwp(wrapAs('a65959a6', 20, 24, 0), decryptWith(kek))).toHaveLength(20);
    expect(openKwp(wrapAs('a65959a6', 5, 8, 0), decryptWith(kek))).toHaveLength(5);
    expect(openKwp(wrapAs('a65959a6', 17, 24, 0), decryptWith(kek))).toHaveLength(17);
  });

  it.each([0, 8, 15, 17, 23])('refuses %i bytes', (length) =>
    expect(ruleOf(() => openKwp(new Uint8Array(length), decryptWith(kek)))).toBe('KWP-OPENS'),
  );

  it('refuses any changed byte', () => {
    const wrapped = wrapAs('a65959a6', 30, 32, 0);
    fc.assert(
      fc.property(fc.nat(wrapped.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = wrapped.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(ruleOf(() => openKwp(changed, decryptWith(kek)))).toBe('KWP-OPENS');
      }),
    );
  });

  it('leaves the wrapped bytes as they were and gives bytes of its own', () => {
    const wrapped = wrapAs('a65959a6', 20, 24, 0);
    const before = wrapped.slice();
    openKwp(wrapped, decryptWith(kek)).fill(0xff);
    expect(wrapped).toEqual(before);
  });
});

describe('RFC 3394', () => {
  const vectors = vectorsOf('rfc3394');
  const initialValue = 'a6a6a6a6a6a6a6a6';

  it('is shown by all six of its vectors', () => expect(vectors).toHaveLength(6));

  it.each(vectors)('$name: the rounds undo $comment', (vector) => {
    const opened = unwrapRounds(hexToBytes(vector.wrapped), decryptWith(hexToBytes(vector.kek)));
    expect(bytesToHex(opened)).toBe(`${initialValue}${vector.plain ?? ''}`);
  });

  it.each(vectors)('$name: the rounds give another initial value when any bit is flipped', (vector) => {
    const decrypt = decryptWith(hexToBytes(vector.kek));
    for (let bit = 0; bit < vector.wrapped.length * 4; bit++) {
      const opened = unwrapRounds(flipBit(hexToBytes(vector.wrapped), bit), decrypt);
      expect(bytesToHex(opened.subarray(0, 8)), `bit ${bit}`).not.toBe(initialValue);
    }
  });

  it.each(vectors)('$name: is not taken for RFC 5649', (vector) => {
    const decrypt = decryptWith(hexToBytes(vector.kek));
    expect(ruleOf(() => openKwp(hexToBytes(vector.wrapped), decrypt))).toBe('KWP-OPENS');
  });
});

describe('Wycheproof', () => {
  const vectors = vectorsOf('wycheproof-kwp');
  const valid = vectors.filter((vector) => vector.expect === null);
  const invalid = vectors.filter((vector) => vector.expect !== null);

  it('has something to take and something to refuse', () => expect([valid.length, invalid.length]).toEqual([3, 16]));

  it.each(valid)('$name: opens $comment', (vector) => {
    const opened = openKwp(hexToBytes(vector.wrapped), decryptWith(hexToBytes(vector.kek)));
    expect(bytesToHex(opened)).toBe(vector.plain);
  });

  it.each(invalid)('$name: refuses $comment', (vector) => {
    const decrypt = decryptWith(hexToBytes(vector.kek));
    expect(ruleOf(() => openKwp(hexToBytes(vector.wrapped), decrypt))).toBe(vector.expect);
  });
});

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const at = Math.floor(bit / 8);
  return bytes.with(at, (bytes[at] ?? 0) ^ (0x80 >> (bit % 8)));
}

function decryptWith(key: Uint8Array): BlockDecrypt {
  return (block) => {
    const cipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    return new Uint8Array(Buffer.concat([cipher.update(block), cipher.final()]));
  };
}

function encrypt(block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-ecb', kek, null).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(block), cipher.final()]));
}

/** RFC 5649 section 4.1 with every field of the frame chosen freely; `pad` is the last padding byte. */
function wrapAs(magic: string, length: number, padded: number, pad: number): Uint8Array {
  const frame = Buffer.alloc(8 + padded);
  frame.write(magic, 'hex');
  frame.writeUInt32BE(length, 4);
  frame.fill(0x5a, 8, 8 + Math.min(length, padded));
  frame[frame.length - 1] = length < padded ? pad : 0x5a;
  if (padded === 8) return encrypt(frame);
  for (let round = 0; round < 6; round++) {
    for (let index = 1; index <= padded / 8; index++) {
      const block = Buffer.from(
        encrypt(Buffer.concat([frame.subarray(0, 8), frame.subarray(index * 8, index * 8 + 8)])),
      );
      block.writeUInt8(block.readUInt8(7) ^ ((padded / 8) * round + index), 7);
      block.copy(frame, 0, 0, 8);
      block.copy(frame, index * 8, 8, 16);
    }
  }
  return new Uint8Array(frame);
}
