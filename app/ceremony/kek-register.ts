import { destinationOf } from '../byok/registry.ts';
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
  for (const kek of keks) {
    const destination = plan.keys.find((key) => key.id === kek.key)?.destination;
    if (destination === undefined) continue;
    const scope = `${destination.type} ${destinationOf(destination.type)?.scope(destination) ?? ''}`;
    const earlier = scopes.get(kek.spkiSha256);
    if (earlier !== undefined && earlier.scope !== scope) {
      refuse(
        'KEK-REUSE-DECIDED',
        `The same wrapping key came for ${earlier.key} and for ${kek.key}, which go to different places.`,
      );
    }
    scopes.set(kek.spkiSha256, { key: kek.key, scope });
  }
}
