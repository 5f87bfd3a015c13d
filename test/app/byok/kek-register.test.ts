import { describe, expect, it } from 'vitest';
import { checkKekRegister, type RegisteredKek } from '../../../app/byok/kek-register.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';
import { encodeSpki } from '../../../app/keys/spki.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { azureKey, planWith } from '../../support/walk.ts';

/** A made-up public key of one modulus for each number, in the real encoding. */
const spki = (modulus: number, exponent = [1, 0, 1]): string =>
  bytesToHex(
    encodeSpki({ kind: 'rsa', modulus: new Uint8Array(256).fill(modulus), exponent: Uint8Array.from(exponent) }),
  );

type Change = Partial<Pick<RegisteredKek, 'spki' | 'id' | 'importToken' | 'nonce'>>;

/** Two keys, to these places, with these wrapping keys. */
function register(places: readonly [object, object], keks: readonly [Change, Change], spec = 'ec-p256'): RuleId | null {
  const { plan } = parsePlanDocument(
    planWith(places.map((destination, index) => azureKey(`k${index}`, { spec, destination }))),
  );
  return ruleOf(() =>
    checkKekRegister(
      plan.keys.map(({ id, destination }, index) => ({
        key: id,
        destination,
        spki: spki(5),
        id: null,
        importToken: null,
        nonce: null,
        ...keks[index],
      })),
    ),
  );
}

const azure = (place: object): object => ({ type: 'azure-key-vault', keyName: 'k', operations: ['sign'], ...place });
const kid = (version: string): string => `https://contoso.vault.azure.net/keys/kek/${version.repeat(32)}`;
const aws = (keyId: string): object => ({ type: 'aws-kms', keyId, wrappingAlgorithm: 'RSAES_OAEP_SHA_256' });
const ibm = {
  type: 'ibm-key-protect',
  region: 'eu-de',
  instance: 'a1b2c3d4-0000-4000-8000-000000000001',
  keyName: 'root',
};
const oci = (host: string): object => ({
  type: 'oci-vault',
  compartment: 'ocid1.compartment.oc1..aaaa',
  managementEndpoint: `https://${host}`,
  displayName: 'root',
  wrappingAlgorithm: 'RSA_OAEP_AES_SHA256',
});

describe('one wrapping key for two target keys', () => {
  it('serves one vault, however its name is written', () => {
    const one = { id: kid('a') };
    expect(register([azure({ vault: 'contoso' }), azure({ vault: 'contoso' })], [one, one])).toBeNull();
    expect(register([azure({ vault: 'contoso' }), azure({ vault: 'Contoso' })], [one, one])).toBeNull();
  });

  it.each([
    ['two vaults', { vault: 'contoso' }, { vault: 'fabrikam' }],
    ['a vault and a Managed HSM', { vault: 'contoso' }, { managedHsm: 'contoso' }],
    ['vaults of one name in two clouds', { vault: 'contoso' }, { vault: 'contoso', cloud: 'china' }],
  ])('does not serve %s', (_, one, other) => {
    const places = [azure(one), azure(other)] as const;
    expect(register(places, [{}, {}])).toBe('KEK-REUSE-DECIDED');
    expect(register(places, [{}, { spki: spki(7) }])).toBeNull();
  });

  it('is the same one with another exponent: who can factor the modulus has both', () => {
    const places = [azure({ vault: 'contoso' }), azure({ vault: 'fabrikam' })] as const;
    expect(register(places, [{}, { spki: spki(5, [3]) }])).toBe('KEK-REUSE-DECIDED');
  });

  it('does not serve two keys of a cloud that makes one for each', () => {
    const token = { importToken: 'aa' };
    expect(register([aws('a'), aws('b')], [token, token], 'aes-256')).toBe('KEK-REUSE-DECIDED');
  });
});

describe('two wrapping keys under one name', () => {
  const vault = azure({ vault: 'contoso' });
  const different = [{ id: kid('a') }, { id: kid('a'), spki: spki(7) }] as const;

  it('are refused: one of them is somebody else’s', () => {
    expect(register([vault, vault], different)).toBe('KEK-ONE-OF-ITS-NAME');
  });

  it('are two when their names differ', () => {
    expect(register([vault, vault], [{ id: kid('a') }, { id: kid('b'), spki: spki(7) }])).toBeNull();
  });

  it('are no contradiction where their files do not name them: the people compare each with its sheet', () => {
    const id = ibm.instance;
    const [one, other] = [
      { id, nonce: 'aa' },
      { id, nonce: 'bb', spki: spki(7) },
    ];
    expect(register([ibm, ibm], [one, one], 'aes-256')).toBeNull();
    expect(register([ibm, ibm], [one, other], 'aes-256')).toBeNull();
    expect(register([oci('a.example'), oci('a.example')], [{}, { spki: spki(7) }], 'aes-256')).toBeNull();
  });

  it('are no contradiction where every call of the cloud makes one', () => {
    const [one, other] = [{ importToken: 'aa' }, { importToken: 'bb', spki: spki(7) }];
    expect(register([aws('a'), aws('a')], [one, other], 'aes-256')).toBeNull();
  });
});
