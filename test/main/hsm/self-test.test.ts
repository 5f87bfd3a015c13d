import { describe, expect, it } from 'vitest';
import { makeThrowAwayKek } from '../../../main/hsm/opening.ts';
import type { EncodingProof, WrapNeed } from '../../../main/hsm/port.ts';
import { proveEncoding } from '../../../main/hsm/self-test.ts';
import type { Work } from '../../../main/hsm/session.ts';

const kek = makeThrowAwayKek(2048);
const rsaAes = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 } as const;

/** Proves with tokens whose payloads have these lengths, which no real token gives on demand. */
function prove(spec: WrapNeed['spec'], lengths: number[]): { payloadBytes: number; proofs: number } {
  let proofs = 0;
  const perform = <T>(_: (work: Work) => T): T => ({ payloadBytes: lengths[proofs++] }) as EncodingProof as T;
  const { proof } = proveEncoding(perform, { spec, plan: rsaAes, kekBits: 2048 }, kek, [0x210b]);
  return { payloadBytes: proof.payloadBytes, proofs };
}

describe('a proof by an RSA key', () => {
  it('is repeated while its PKCS#8 leaves nothing to pad', () => {
    expect(prove('rsa-3072', [1792, 1792, 1794])).toEqual({ payloadBytes: 1794, proofs: 3 });
  });

  it('is not repeated without need, nor for ever', () => {
    expect(prove('rsa-3072', [1793])).toEqual({ payloadBytes: 1793, proofs: 1 });
    expect(prove('rsa-3072', [1792, 1792, 1792, 1792, 1792]).proofs).toBe(4);
    expect(prove('ec-p384', [80])).toEqual({ payloadBytes: 80, proofs: 1 });
  });
});
