import { refusal, type Refusal } from '../rules/refusal.ts';
import type { KeySpec } from '../keys/specs.ts';
import type { Way, WrapPlan } from './format.ts';
import { formatFor, type Destination } from './registry.ts';

/**
 * The ways to a destination that carry a key of this spec, whichever of them the plan names.
 * @param destination - from a parsed plan
 * @param spec - the key spec
 */
export function waysFor(destination: Destination, spec: KeySpec): readonly Way[] {
  return formatFor(destination)
    .ways(destination)
    .filter(({ specs }) => specs.includes(spec));
}

/**
 * The ways that the plan leaves open: the one whose option it names, or all where the wrapping key decides.
 * @param destination - from a parsed plan
 * @param spec - the key spec
 * @returns none when the service refuses the combination
 */
export function plannedWays(destination: Destination, spec: KeySpec): readonly Way[] {
  const named = formatFor(destination).option(destination);
  return waysFor(destination, spec).filter(({ option }) => named === null || option === named);
}

/**
 * The one way of a key, once its wrapping key is known.
 * @param destination - from a parsed plan
 * @param spec - the key spec
 * @param kek - what the wrapping key decides: `option` is null where the plan does
 * @returns undefined when there is no such way for this key
 */
export function wayOf(
  destination: Destination,
  spec: KeySpec,
  kek: { readonly option: string | null },
): Way | undefined {
  const ways = plannedWays(destination, spec);
  return kek.option === null ? ways[0] : ways.find(({ option }) => option === kek.option);
}

/**
 * The wrap plan of a key whose way has been settled when its wrapping key was read.
 * @throws Error when it has not: a fault of the program
 */
export function wrapPlanOf(destination: Destination, spec: KeySpec, kek: { readonly option: string | null }): WrapPlan {
  const way = wayOf(destination, spec, kek);
  if (way === undefined) throw new Error(`${destination.type} has no way ${kek.option ?? ''} for ${spec}`);
  return way.wrap;
}

/**
 * What stands against carrying a key of this spec to a destination, as far as the plan tells.
 * @returns null when the service takes it; otherwise the refusal with the service's reason
 */
export function refusesSpec(destination: Destination, spec: KeySpec): Refusal | null {
  if (plannedWays(destination, spec).length > 0) return null;
  const reason = formatFor(destination).whyNot(destination, spec);
  return refusal('PLAN-DESTINATION-TAKES-SPEC', `${spec}: ${reason}.`);
}

/** Whether a wrap plan leans on RSAES-PKCS1-v1_5, which is weak: padding oracles have broken it since 1998. */
export function isWeak({ oaepHash }: Pick<WrapPlan, 'oaepHash'>): boolean {
  return oaepHash === null;
}

/** How a wrap plan encrypts a service's nonce; null where it does not. */
export function nonceOf(plan: WrapPlan): 'aes-gcm' | null {
  return plan.method === 'oaep' ? plan.nonce : null;
}

/** Whether two wrap plans are the same way of wrapping, one of them perhaps copied through another process. */
export function isSameWrap(one: WrapPlan, other: WrapPlan): boolean {
  return one.method === other.method && one.oaepHash === other.oaepHash && nonceOf(one) === nonceOf(other);
}

const hashNames = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;

/**
 * Says a wrap plan in words: for the screen, the printed script and refusals.
 * @returns for example `RSA-AES key wrap, OAEP with SHA-256`
 */
export function wrapInWords(plan: WrapPlan): string {
  const rsa = plan.oaepHash === null ? 'RSAES-PKCS1-v1_5 (weak)' : `RSA-OAEP with ${hashNames[plan.oaepHash]}`;
  switch (plan.method) {
    case 'rsa-aes':
      return `RSA-AES key wrap, ${rsa}`;
    case 'oaep':
      return nonceOf(plan) === null ? rsa : `${rsa}, and the nonce under the key by AES-GCM`;
    case 'pkcs1-v1_5':
      return rsa;
  }
}
