import { formatFor } from '../byok/registry.ts';
import { refuse } from '../rules/refusal.ts';
import type { KekRecord } from './effects.ts';
import type { Plan } from './plan.ts';

/**
 * Checks that no wrapping key serves two vaults or instances: whoever holds it could open both.
 * @param plan - the plan, for the scopes
 * @param keks - the wrapping keys as read
 * @throws Refused with KEK-REUSE-DECIDED
 */
export function checkKekReuse(plan: Plan, keks: readonly KekRecord[]): void {
  const scopes = new Map<string, { readonly key: string; readonly scope: string }>();
  for (const { id, destination } of plan.keys) {
    const kek = keks.find(({ key }) => key === id);
    if (kek === undefined) continue;
    const scope = `${destination.type} ${formatFor(destination).scope(destination)}`;
    const earlier = scopes.get(kek.spkiSha256);
    if (earlier !== undefined && earlier.scope !== scope) {
      const cause = `The same wrapping key came for ${earlier.key} and for ${id}, which go to different places.`;
      refuse('KEK-REUSE-DECIDED', cause);
    }
    scopes.set(kek.spkiSha256, { key: id, scope });
  }
}
