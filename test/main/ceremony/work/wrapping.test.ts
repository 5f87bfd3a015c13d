import { describe, expect, it } from 'vitest';
import { wrapKey } from '../../../../main/ceremony/work/wrapping.ts';
import type { EncodingProof, WrapOutcome, WrapRequest } from '../../../../main/hsm/port.ts';
import type { WrappedParts } from '../../../../app/byok/format.ts';
import type { CeremonyState } from '../../../../app/ceremony/state.ts';
import { bytesToHex } from '../../../../app/keys/bytes.ts';
import type { RuleId } from '../../../../app/rules/index.ts';
import { makePair } from '../../../support/openssl.ts';
import { ruleOfAsync } from '../../../support/rule-of.ts';
import { azureKey, opened, planWith, walkTo } from '../../../support/walk.ts';

const wrappingKey = makePair('rsa-2048');

/** A ceremony at the wrap, with a wrapping key that can be read. */
function atTheWrap(): CeremonyState {
  const state = walkTo(opened(planWith([azureKey('root')])), 'wrap.wrap');
  const kek = state.keks.get('root') ?? expect.unreachable('the walk brings one');
  return { ...state, keks: new Map([['root', { ...kek, spki: bytesToHex(wrappingKey.spki), bits: 2048 }]]) };
}

const state = atTheWrap();
const accepted = state.probe?.proofs[0] as EncodingProof;
const parts: WrappedParts = { wrappedEphemeral: new Uint8Array(256).fill(7), wrappedKey: new Uint8Array(80).fill(7) };

/** Wraps with a token that answers so; gives the rule that refused, and what was kept. */
async function wrapped(outcome: WrapOutcome): Promise<{ rule: RuleId | null; kept: readonly string[] }> {
  const kept: string[] = [];
  const ports = {
    hsm: { wrapTargetKey: () => Promise.resolve(outcome) },
    workspace: { keep: (key: string) => kept.push(key) },
  } as unknown as Parameters<typeof wrapKey>[0];
  return { rule: await ruleOfAsync(() => wrapKey(ports, { kind: 'wrap-key', key: 'root' }, state)), kept };
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

describe('what a token wrapped', () => {
  it('is kept when it has the shape of the destination and the proof is the one accepted', async () => {
    expect(await wrapped({ parts, proof: accepted })).toEqual({ rule: null, kept: ['root'] });
  });

  it.each<[string, Partial<EncodingProof>]>([
    ['another mechanism', { kwpMechanism: '0x210a' }],
    ['another way', { performed: 'native' }],
    ['another hash', { oaepHash: 'sha256' }],
    ['another kind of key', { spec: 'ec-p384' }],
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
