import { describe, expect, it } from 'vitest';
import { Refused, refusal } from '../../../app/rules/refusal.ts';
import { makeThrowAwayKek } from '../../../main/hsm/opening.ts';
import { CryptokiError } from '../../../main/hsm/pkcs11.ts';
import type { EncodingProof, WrapNeed } from '../../../main/hsm/port.ts';
import { proveEncoding, type Bench } from '../../../main/hsm/self-test.ts';
import type { Work } from '../../../main/hsm/session.ts';
import { refusalOf } from '../../support/rule-of.ts';

const kek = makeThrowAwayKek(2048);
const rsaAes = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 } as const;

/** A bench whose attempts end as told, so that no key is made. */
const onBench = (attempt: Bench['attempt']): Bench => ({ attempt, throwAwayKey: () => expect.unreachable() });

/** Proves with tokens whose payloads have these lengths, which no real token gives on demand. */
function prove(spec: WrapNeed['spec'], lengths: number[]): { payloadBytes: number; proofs: number } {
  let proofs = 0;
  const perform = <T>(_: (work: Work) => T): T => ({ payloadBytes: lengths[proofs++] }) as EncodingProof as T;
  const { proof } = proveEncoding(onBench(perform), { spec, plan: rsaAes, kekBits: 2048 }, kek, [0x210b]);
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

describe('a KWP mechanism that the token lists and does not do', () => {
  const need = { spec: 'aes-256', plan: rsaAes, kekBits: 2048 } as const;
  const encodesElse = new Refused(refusal('TOKEN-ENCODES-AS-PROBED', 'it opens as something else'));
  const lacks = new CryptokiError('C_WrapKey', 0x70, 'CKR_MECHANISM_INVALID (0x70)');
  const broken = new CryptokiError('C_WrapKey', 0x30, 'CKR_DEVICE_ERROR (0x30)');

  /** Proves with a token whose mechanisms end like this, in the order they are tried. */
  function proveWith(listed: number[], ...ends: (Error | null)[]) {
    const perform = <T>(_: (work: Work) => T): T => {
      const end = ends.shift() ?? null;
      if (end !== null) throw end;
      return { payloadBytes: 32 } as EncodingProof as T;
    };
    return proveEncoding(onBench(perform), need, kek, listed).kwp;
  }

  it.each([
    ['encodes something else', encodesElse],
    ['is refused', lacks],
  ])('gives way to the other: %s', (_, end) => {
    expect(proveWith([0x210a, 0x210b], end, null)).toBe('CKM_AES_KEY_WRAP_PAD');
  });

  it('is the first to be named when none does', () => {
    const refused = refusalOf(() => proveWith([0x210a, 0x210b], encodesElse, lacks));
    expect(refused?.rule).toBe('TOKEN-ENCODES-AS-PROBED');
    expect(refused?.cause).toContain('CKM_AES_KEY_WRAP_KWP (0x210b)');
  });

  it('is not replaced when the token itself fails', () => {
    expect(() => proveWith([0x210a, 0x210b], broken, null)).toThrow(broken);
  });
});
