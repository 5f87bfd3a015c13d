import type { Way, WrapPlan } from '../byok/format.ts';
import { nonceOf, plannedWays, wayOf, wrapInWords } from '../byok/ways.ts';
import type { KeySpec } from '../keys/specs.ts';
import { refuse } from '../rules/refusal.ts';
import type { KekRecord, OutcomeOf } from './effects.ts';
import type { PlannedKey } from './plan.ts';

type Proof = OutcomeOf<'probe-token'>['proofs'][number];

/**
 * Tells whether a token has proved a way with throw-away keys of this very spec.
 * @param proofs - what it proved
 * @param spec - the key spec
 * @param wrap - the way
 */
export function isProven(
  proofs: readonly Pick<Proof, 'spec' | 'method' | 'oaepHash' | 'nonce'>[],
  spec: KeySpec,
  wrap: WrapPlan,
): boolean {
  const nonce = nonceOf(wrap);
  return proofs.some(
    (proof) =>
      proof.spec === spec && proof.method === wrap.method && proof.oaepHash === wrap.oaepHash && proof.nonce === nonce,
  );
}

/**
 * Settles how a key is wrapped once its wrapping key was read.
 * @param key - of the plan
 * @param kek - its wrapping key as read
 * @param proofs - what the token proved when it was accepted
 * @throws Refused with IMPORT-JOB-METHOD-FITS, KEK-SIZE-ALLOWED or WRAP-WAY-PROVEN
 */
export function checkWay(key: PlannedKey, kek: Pick<KekRecord, 'option' | 'bits'>, proofs: readonly Proof[]): void {
  const { id, destination, spec } = key;
  const way = wayOf(destination, spec, kek);
  if (way === undefined) {
    return refuse('IMPORT-JOB-METHOD-FITS', `${id}: the method ${kek.option ?? ''} carries no ${spec} key.`);
  }
  if (!way.kekBits.includes(kek.bits)) {
    refuse('KEK-SIZE-ALLOWED', `${id}: ${way.option} goes with ${way.kekBits.join(', ')} bits, not with ${kek.bits}.`);
  }
  if (isProven(proofs, spec, way.wrap)) return;
  const cause = `${id}: this token has not proved ${wrapInWords(way.wrap)} for ${spec}. It has proved: ${provenOf(key, proofs)}.`;
  refuse('WRAP-WAY-PROVEN', cause);
}

function provenOf({ destination, spec }: PlannedKey, proofs: readonly Proof[]): string {
  const proven = plannedWays(destination, spec).filter(({ wrap }: Way) => isProven(proofs, spec, wrap));
  return proven.map(({ option }) => option).join(', ') || 'none';
}
