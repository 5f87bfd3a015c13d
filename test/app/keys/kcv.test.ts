import { createCipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../app/keys/bytes.ts';
import { aesCheckValue, formatKcv, hmacCheckValue } from '../../../app/keys/kcv.ts';
import { openssl } from '../../support/openssl.ts';
import { jsonVector, jsonVectors } from '../../vectors/read-vectors.ts';

interface Cmac {
  readonly comment: string;
  readonly key: string;
  readonly message: string;
  readonly mac: string;
}

const casesOf = (method: string): { key: string; kcv: string }[] =>
  (jsonVector(`kcv/${method}.json`) as { cases: { key: string; kcv: string }[] }).cases;
const cases = casesOf('aes-zero-block');
const zeroBlock = new Uint8Array(16);
const firstThree = (bytes: Uint8Array): string => bytesToHex(bytes.subarray(0, 3)).toUpperCase();

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

describe('the three check values in use for one AES key, by OpenSSL', () => {
  it.each(cases)('AES-ECB of $key gives $kcv', ({ key, kcv }) => {
    const encrypted = openssl(['enc', `-aes-${key.length * 4}-ecb`, '-nopad', '-K', key], zeroBlock);
    expect(aesCheckValue(encrypted).value).toBe(kcv);
  });

  it.each(casesOf('aes-cmac-zero-block'))('AES-CMAC of $key gives $kcv', ({ key, kcv }) =>
    expect(firstThree(cmac(key, zeroBlock))).toBe(kcv),
  );

  it.each(casesOf('sha1-of-value'))('SHA-1 of $key gives $kcv', ({ key, kcv }) =>
    expect(firstThree(openssl(['dgst', '-sha1', '-binary'], hexToBytes(key)))).toBe(kcv),
  );

  it('are of the same keys and never equal: a check value says nothing without its method', () => {
    const tables = ['aes-zero-block', 'aes-cmac-zero-block', 'sha1-of-value'].map(casesOf);
    const keys = tables.map((table) => table.map(({ key }) => key));
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    expect(new Set(tables.flat().map(({ kcv }) => kcv)).size).toBe(tables.flat().length);
  });

  it.each(jsonVectors('rfc4493').map(({ name, vector }) => ({ ...(vector as Cmac), name })))(
    '$name: its AES-CMAC is that of RFC 4493: $comment',
    ({ key, message, mac }) => expect(bytesToHex(cmac(key, hexToBytes(message)))).toBe(mac),
  );
});

function cmac(key: string, message: Uint8Array): Uint8Array {
  const cipher = `AES-${key.length * 4}-CBC`;
  return openssl(['mac', '-binary', '-cipher', cipher, '-macopt', `hexkey:${key}`, 'CMAC'], message);
}
