import { describe, expect, it } from 'vitest';
import type { KekRecord } from '../../../app/ceremony/effects.ts';
import { checkKekReuse } from '../../../app/ceremony/kek-register.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { azureKey, planWith } from '../../support/walk.ts';

const at = (keyName: string, place: object): object => ({
  destination: { type: 'azure-key-vault', keyName, operations: ['sign'], ...place },
});

function kek(key: string, spkiSha256: string): KekRecord {
  return {
    key,
    spki: '3000',
    spkiSha256,
    bits: 4096,
    id: null,
    deadline: null,
    option: null,
    importToken: null,
    nonce: null,
    files: [],
    notices: [],
  };
}

/** Two keys, to these places, under wrapping keys with these fingerprints. */
function reuse(places: readonly [object, object], fingerprints: readonly [string, string]): RuleId | null {
  const { plan } = parsePlanDocument(
    planWith([azureKey('one', at('k1', places[0])), azureKey('two', at('k2', places[1]))]),
  );
  return ruleOf(() => checkKekReuse(plan, [kek('one', fingerprints[0]), kek('two', fingerprints[1])]));
}

describe('one wrapping key for two target keys', () => {
  it('serves one vault, however its name is written', () => {
    expect(reuse([{ vault: 'contoso' }, { vault: 'contoso' }], ['aa', 'aa'])).toBeNull();
    expect(reuse([{ vault: 'contoso' }, { vault: 'Contoso' }], ['aa', 'aa'])).toBeNull();
  });

  it.each([
    ['two vaults', { vault: 'contoso' }, { vault: 'fabrikam' }],
    ['a vault and a Managed HSM', { vault: 'contoso' }, { managedHsm: 'contoso' }],
    ['vaults of one name in two clouds', { vault: 'contoso' }, { vault: 'contoso', cloud: 'china' }],
  ])('does not serve %s', (_, one, other) => {
    expect(reuse([one, other], ['aa', 'aa'])).toBe('KEK-REUSE-DECIDED');
    expect(reuse([one, other], ['aa', 'bb'])).toBeNull();
  });
});
