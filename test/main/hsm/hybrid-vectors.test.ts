import { createPrivateKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WrappedParts } from '../../../app/byok/format.ts';
import { bytesToBase64Url, bytesToHex, hexToBytes } from '../../../app/keys/bytes.ts';
import { openInSoftware } from '../../../main/hsm/opening.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVector } from '../../vectors/read-vectors.ts';

/** Everything in hex; `key` holds the numbers of RFC 8017 section 3.2 under their names in RFC 7518 section 6.3. */
interface Hybrid {
  readonly key: Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', string>>;
  readonly ephemeral: string;
  readonly plain: string;
  readonly wrappedEphemeral: string;
  readonly wrappedKey: string;
}

const published = jsonVector('hybrid/published.json') as Hybrid;
const privateKey = privateKeyOf(published.key);
const rsaPart = hexToBytes(published.wrappedEphemeral);
const kwpPart = hexToBytes(published.wrappedKey);
const rule = (wrappedEphemeral: Uint8Array, wrappedKey: Uint8Array, hash: 'sha1' | 'sha256' = 'sha256') =>
  ruleOf(() => openInSoftware({ wrappedEphemeral, wrappedKey, sealedNonce: null }, privateKey, hash));

describe('the published RSA-AES key wrap', () => {
  it('has the two parts that PKCS #11 lays one after the other', () =>
    expect([rsaPart.length, kwpPart.length]).toEqual([published.key.n.length / 2, published.plain.length / 2 + 8]));

  it('opens in software', () => {
    const parts: WrappedParts = { wrappedEphemeral: rsaPart, wrappedKey: kwpPart, sealedNonce: null };
    expect(bytesToHex(openInSoftware(parts, privateKey, 'sha256'))).toBe(published.plain);
  });

  it('carries the published ephemeral key in its RSA part', () => {
    const parts: WrappedParts = { wrappedEphemeral: null, wrappedKey: rsaPart, sealedNonce: null };
    expect(bytesToHex(openInSoftware(parts, privateKey, 'sha256'))).toBe(published.ephemeral);
  });

  it('does not open with another hash', () => expect(rule(rsaPart, kwpPart, 'sha1')).toBe('TOKEN-ENCODES-AS-PROBED'));

  it('does not open with any byte of the RSA part changed', () => {
    for (const changed of withEachByteChanged(rsaPart)) expect(rule(changed, kwpPart)).toBe('TOKEN-ENCODES-AS-PROBED');
  });

  it('does not open with any byte of the other part changed', () => {
    for (const changed of withEachByteChanged(kwpPart)) expect(rule(rsaPart, changed)).toBe('TOKEN-ENCODES-AS-PROBED');
  });
});

function withEachByteChanged(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte, at) => bytes.with(at, byte ^ 1));
}

function privateKeyOf(numbers: Hybrid['key']): KeyObject {
  const members = Object.entries(numbers).map(([name, hex]) => [name, bytesToBase64Url(hexToBytes(hex))] as const);
  return createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(members) }, format: 'jwk' });
}
