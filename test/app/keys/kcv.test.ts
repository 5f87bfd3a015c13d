import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../../../app/keys/bytes.ts';
import { aesCheckValue, formatKcv, hmacCheckValue } from '../../../app/keys/kcv.ts';
import { jsonVector } from '../../vectors/read-vectors.ts';

const { cases } = jsonVector('kcv/aes-zero-block.json') as { cases: { key: string; kcv: string }[] };

describe('key check values', () => {
  it.each(cases)('of AES key $key is $kcv', ({ key, kcv }) => {
    const cipher = createCipheriv(`aes-${key.length * 4}-ecb`, hexToBytes(key), null).setAutoPadding(false);
    const value = aesCheckValue(new Uint8Array(cipher.update(new Uint8Array(16))));
    expect(value).toEqual({ method: 'aes-ecb-zero-block', value: kcv });
    expect(formatKcv(value)).toBe(`KCV-ECB ${kcv}`);
  });

  it('of an HMAC key is the whole SHA-256', () => {
    const value = hmacCheckValue(new Uint8Array(createHash('sha256').update('abc').digest()));
    expect(formatKcv(value)).toBe('KCV-SHA256 BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD');
  });
});
