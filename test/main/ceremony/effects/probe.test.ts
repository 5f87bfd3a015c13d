import { describe, expect, it } from 'vitest';
import { wrapInWords } from '../../../../app/byok/ways.ts';
import type { KeySpec } from '../../../../app/keys/specs.ts';
import { refusal } from '../../../../app/rules/refusal.ts';
import { probeToken } from '../../../../main/ceremony/effects/token.ts';
import type { EncodingProof, ProbeReport, WrapNeed } from '../../../../main/hsm/port.ts';
import { refusalFrom } from '../../../support/refusal-from.ts';
import { azureKey, opened, planWith } from '../../../support/walk.ts';

/** An HSM that can do only what a test says; which real tokens can do what is tried in test/main/hsm. */
function hsmThat(can: (need: WrapNeed) => boolean) {
  const asked: string[] = [];
  const probe = (needs: readonly WrapNeed[]): Promise<ProbeReport> => {
    asked.push(...needs.map(({ plan }) => wrapInWords(plan)));
    const failures = needs
      .filter((need) => !can(need))
      // Structured clone, as between processes: no object stays the same one.
      .map((need) => structuredClone({ need, refusal: refusal('TOKEN-MECHANISM-AVAILABLE', `It lacks ${need.plan.oaepHash ?? 'v1.5'}.`, { code: 'CKR_ARGUMENTS_BAD (0x7)' }) })); // prettier-ignore
    return Promise.resolve({ mechanisms: [], proofs: needs.filter(can).map(proofOf), failures });
  };
  return { asked, ports: { hsm: { probe } } as unknown as Parameters<typeof probeToken>[0] };
}

function proofOf({ spec, plan }: WrapNeed): EncodingProof {
  const nonce = plan.method === 'oaep' ? plan.nonce : null;
  return { spec, method: plan.method, oaepHash: plan.oaepHash, nonce, performed: 'single', kwpMechanism: null, payloadBytes: 32 }; // prettier-ignore
}

const keyTo = (destination: object, spec: KeySpec = 'aes-256') => opened(planWith([azureKey('k', { spec, destination })])); // prettier-ignore
const aws = { type: 'aws-kms', keyId: '1234abcd-12ab-34cd-56ef-1234567890ab', wrappingAlgorithm: 'RSAES_OAEP_SHA_256' };
const ring = 'projects/contoso/locations/europe-west3/keyRings/prod';
const google = { type: 'google-cloud-kms', importJob: `${ring}/importJobs/j`, cryptoKey: `${ring}/cryptoKeys/k`, algorithm: 'google-symmetric-encryption' }; // prettier-ignore

describe('a token that lacks what the plan needs', () => {
  it('is refused by the rule it violates, with the raw code and the options that it could do', async () => {
    const { asked, ports } = hsmThat(({ plan }) => plan.oaepHash === 'sha1');
    const refused = await refusalFrom(probeToken(ports, keyTo(aws)));
    expect(refused).toMatchObject({ rule: 'TOKEN-MECHANISM-AVAILABLE', code: 'CKR_ARGUMENTS_BAD (0x7)' });
    expect(refused.cause).toMatch(/\bk\b.*sha256/u);
    expect(refused.remedy).toContain('RSAES_OAEP_SHA_1');
    // Ways that carry no such key are not tried.
    expect(asked).toHaveLength(2);
  });

  it('is refused without an option where the destination has none that it can do', async () => {
    const ibm = { type: 'ibm-key-protect', region: 'eu-de', instance: 'a1b2c3d4-0000-4000-8000-000000000001', keyName: 'root' }; // prettier-ignore
    const refused = await refusalFrom(probeToken(hsmThat(() => false).ports, keyTo(ibm)));
    expect(refused.rule).toBe('TOKEN-MECHANISM-AVAILABLE');
    expect(refused.remedy).not.toContain('RSAES');
  });

  it('is accepted when the wrapping key may still choose a way that it can do, and the others are recorded', async () => {
    const outcome = await probeToken(hsmThat(({ plan }) => plan.method === 'oaep').ports, keyTo(google));
    expect(new Set(outcome.proofs.map(({ method }) => method))).toEqual(new Set(['oaep']));
    expect(new Set(outcome.lacking.map(({ method, oaepHash }) => `${method} ${oaepHash}`))).toEqual(
      new Set(['rsa-aes sha256', 'rsa-aes sha1']),
    );
  });

  it('is refused when no way is left that a wrapping key could choose', async () => {
    expect((await refusalFrom(probeToken(hsmThat(() => false).ports, keyTo(google)))).rule).toBe('TOKEN-MECHANISM-AVAILABLE'); // prettier-ignore
  });
});
