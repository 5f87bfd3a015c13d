import { describe, expect, it } from 'vitest';
import { wrapKey } from '../../../../main/ceremony/effects/wrapping.ts';
import type { EncodingProof, WrapOutcome, WrapRequest } from '../../../../main/hsm/port.ts';
import type { WrappedParts } from '../../../../app/byok/format.ts';
import type { CeremonyState } from '../../../../app/ceremony/state.ts';
import { bytesToHex } from '../../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../../app/keys/fingerprint.ts';
import type { RuleId } from '../../../../app/rules/index.ts';
import { makePair } from '../../../support/openssl.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith, time, walkTo } from '../../../support/walk.ts';

const wrappingKey = makePair('rsa-2048');

/** A ceremony at the wrap, with a wrapping key that can be read. */
function atTheWrap(): CeremonyState {
  const state = walkTo(opened(planWith([azureKey('root')])), 'wrap.wrap');
  const kek = state.keks.get('root') ?? expect.unreachable('the walk brings one');
  const spkiSha256 = sha256Hex(wrappingKey.spki);
  const spki = bytesToHex(wrappingKey.spki);
  return {
    ...state,
    keks: new Map([['root', { ...kek, spki, spkiSha256, bits: 2048 }]]),
    compared: new Map([['root', spkiSha256]]),
  };
}

const state = atTheWrap();
const accepted = state.probe?.proofs[0] as EncodingProof;
const parts: WrappedParts = {
  wrappedEphemeral: new Uint8Array(256).fill(7),
  wrappedKey: new Uint8Array(80).fill(7),
  sealedNonce: null,
};

/** Wraps with a token that answers so; gives the rule that refused, and what was kept. */
async function wrapped(outcome: WrapOutcome, from = state): Promise<{ rule: RuleId | null; kept: readonly string[] }> {
  const kept: string[] = [];
  const ports = {
    hsm: { wrapTargetKey: () => Promise.resolve(outcome) },
    workspace: { keep: (key: string) => kept.push(key) },
    now: () => new Date(time),
  } as unknown as Parameters<typeof wrapKey>[0];
  return { rule: await ruleOfAsync(() => wrapKey(ports, { kind: 'wrap-key', key: 'root' }, from)), kept };
}

describe('what a token is asked to wrap', () => {
  it('is the key as it stands in the log', async () => {
    const asked: WrapRequest[] = [];
    const ports = {
      hsm: {
        wrapTargetKey: (request: WrapRequest) => {
          asked.push(request);
          return Promise.resolve({ parts, proof: accepted });
        },
      },
      workspace: { keep: () => undefined },
      now: () => new Date(time),
    } as unknown as Parameters<typeof wrapKey>[0];
    await wrapKey(ports, { kind: 'wrap-key', key: 'root' }, state);
    const target = state.targets.get('root');
    const [{ ckaId, recorded } = expect.unreachable('nothing was asked')] = asked;
    expect({ ckaId, publicKey: bytesToHex(recorded.publicKey ?? new Uint8Array()) }).toEqual({
      ckaId: target?.ckaId,
      publicKey: target?.publicKey,
    });
    expect(recorded.keyCheckValues).toEqual(target?.keyCheckValues);
  });
});

describe('a wrapping key other than the one that two people compared', () => {
  const another = bytesToHex(makePair('rsa-2048').spki);
  const kek = state.keks.get('root') ?? expect.unreachable('it was just put there');
  const withKek = (more: Partial<typeof kek>): CeremonyState => ({
    ...state,
    keks: new Map([['root', { ...kek, ...more }]]),
  });

  it.each<[string, CeremonyState]>([
    ['has its fingerprint, but other bytes', withKek({ spki: another })],
    ['comes with its own fingerprint', withKek({ spki: another, spkiSha256: sha256Hex(Buffer.from(another, 'hex')) })],
    ['was never compared', { ...state, compared: new Map() }],
    ['was compared for another key', { ...state, compared: new Map([['leaf', kek.spkiSha256]]) }],
  ])('is not wrapped under when it %s', async (_, tampered) => {
    const answer = await wrapped({ parts, proof: accepted }, tampered);
    expect(answer).toEqual({ rule: 'KEK-FINGERPRINT-CONFIRMED', kept: [] });
  });
});

describe('an import token that has ended since it was read', () => {
  const endingAt = (deadline: string | null): CeremonyState => {
    const kek = state.keks.get('root') ?? expect.unreachable('the walk brings one');
    return { ...state, keks: new Map([['root', { ...kek, deadline }]]) };
  };

  it.each([
    ['a second ago', '2026-11-23T14:07:31Z', 'IMPORT-TOKEN-IN-FORCE'],
    ['at this very moment', '2026-11-23T14:07:32Z', 'IMPORT-TOKEN-IN-FORCE'],
    ['only in a second', '2026-11-23T14:07:33Z', null],
    ['never', null, null],
  ])('%s: nothing is wrapped for it', async (_, deadline, rule) => {
    const answer = await wrapped({ parts, proof: accepted }, endingAt(deadline));
    expect(answer).toEqual({ rule, kept: rule === null ? ['root'] : [] });
  });
});

describe('what a token wrapped', () => {
  it('is kept when it has the shape of the destination and the proof is the one accepted', async () => {
    expect(await wrapped({ parts, proof: accepted })).toEqual({ rule: null, kept: ['root'] });
  });

  it.each<[string, Partial<EncodingProof>]>([
    ['another mechanism', { kwpMechanism: '0x210a' }],
    ['another way', { performed: 'native' }],
    ['another hash', { oaepHash: 'sha256' }],
    ['another kind of key', { spec: 'ec-p384' }],
    ['another nonce', { nonce: 'aes-gcm' }],
  ])('is not kept when the proof is of %s than the one accepted', async (_, change) => {
    const answer = await wrapped({ parts, proof: { ...accepted, ...change } });
    expect(answer).toEqual({ rule: 'TOKEN-ENCODES-AS-PROBED', kept: [] });
  });

  it.each<[string, WrappedParts]>([
    ['of another length', { ...parts, wrappedKey: new Uint8Array(200).fill(7) }],
    ['blank', { ...parts, wrappedKey: new Uint8Array(80) }],
    ['without the RSA part', { ...parts, wrappedEphemeral: null }],
  ])('is not kept when it is %s', async (_, odd) => {
    expect(await wrapped({ parts: odd, proof: accepted })).toEqual({ rule: 'BLOB-SHAPE-VALID', kept: [] });
  });
});
