import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { destinationOf } from '../../../app/byok/registry.ts';
import type { VaultDestination } from '../../../app/byok/vault/destination.ts';
import { vaultTransit } from '../../../app/byok/vault-transit.ts';
import { refusesSpec, wayOf } from '../../../app/byok/ways.ts';
import { keySpecNames } from '../../../app/keys/specs.ts';

const plan = {
  type: 'vault-transit',
  address: 'https://vault.contoso.example:8200',
  keyName: 'payroll-root',
  product: 'vault',
};
const accepts = (changes: object): boolean => safeParse(vaultTransit.schema, { ...plan, ...changes }).success;
const destination = (changes: object = {}): VaultDestination => parse(vaultTransit.schema, { ...plan, ...changes });

describe('the plan member', () => {
  it('is given back with mount and hash filled in', () => {
    expect(destination()).toEqual({ ...plan, mount: 'transit', hash: 'SHA256' });
    const whole = { ...plan, mount: 'teams/payroll', hash: 'SHA512', product: 'openbao' };
    expect(destination(whole)).toEqual(whole);
    expect(destinationOf('vault-transit')).toBe(vaultTransit);
  });

  it.each(['transit', 'a/b/c', 'Team_1/transit-2', 'a.b', 'm'.repeat(127)])('takes the mount %s', (mount) =>
    expect(accepts({ mount })).toBe(true),
  );

  it.each([
    '',
    '/',
    '/transit',
    'transit/',
    'a//b',
    '..',
    'a/..',
    '.',
    '-a',
    'a/-b',
    'a b',
    "a'b",
    'a\n',
    '$(id)',
    'm'.repeat(128),
  ])('refuses the mount %j', (mount) => expect(accepts({ mount })).toBe(false));

  it.each(['k', 'K_9', '_k_', 'a.b-c', 'k'.repeat(127)])('takes the key name %s', (keyName) =>
    expect(accepts({ keyName })).toBe(true),
  );

  it.each(['', '-k', 'k-', '.k', 'k.', 'a/b', 'a b', "a'b", 'ä', 'a\n', '$(id)', 'k'.repeat(128), 7])(
    'refuses the key name %j',
    (keyName) => expect(accepts({ keyName })).toBe(false),
  );

  it.each<[string, object]>([
    ['an address without https', { address: 'http://localhost:8200' }],
    ['an address with a path', { address: 'https://vault.contoso.example/v1' }],
    ['an address with a person', { address: 'https://root@vault.contoso.example' }],
    ['no address', { address: undefined }],
    ['another product', { product: 'vault-enterprise' }],
    ['no product', { product: undefined }],
    ['a hash that Keyferry does not do', { hash: 'SHA224' }],
    ['a hash in small letters', { hash: 'sha256' }],
    ['a member more', { exportable: true }],
  ])('refuses %s', (_, changes) => expect(accepts(changes)).toBe(false));
});

describe('key specs', () => {
  const hashes = ['SHA1', 'SHA256', 'SHA384', 'SHA512'] as const;

  it.each(hashes)('with %s are all but AES-192 and secp256k1', (hash) => {
    const refused = keySpecNames.filter((spec) => {
      const refusal = refusesSpec(destination({ hash }), spec);
      return refusal?.rule === 'PLAN-DESTINATION-TAKES-SPEC';
    });
    expect(refused).toEqual(['ec-secp256k1', 'aes-192']);
    const way = wayOf(destination({ hash }), 'ec-p521', { option: null });
    expect(way).toMatchObject({ wrap: { method: 'rsa-aes', oaepHash: hash.toLowerCase() }, kekBits: [4096] });
  });

  it('are refused with reasons of their own', () => {
    const causes = (['ec-secp256k1', 'aes-192'] as const).map(
      (spec) => refusesSpec(destination(), spec)?.cause.split(': ')[1],
    );
    expect(new Set(causes).size).toBe(2);
  });

  it('say beforehand that HMAC-224 is too short for the service: HmacMinKeySize is 32 bytes', () => {
    for (const product of ['vault', 'openbao']) {
      const cautioned = keySpecNames.filter((spec) => vaultTransit.cautions(destination({ product }), spec).length > 0);
      expect(cautioned).toEqual(['hmac-224']);
    }
    expect(vaultTransit.cautions(destination(), 'hmac-224')[0]?.rule).toBe('PLAN-OPERATIONS-FIT-SPEC');
  });
});

describe('a place', () => {
  it('is one mount of one server for a wrapping key, a name in it for a target', () => {
    const all = [{}, { address: 'https://other.contoso.example:8200' }, { mount: 'other' }, { keyName: 'other' }].map(
      (changes) => destination(changes),
    );
    expect(new Set(all.map((each) => vaultTransit.scope(each))).size).toBe(3);
    expect(new Set(all.map((each) => vaultTransit.target(each))).size).toBe(4);
    const again = destination({ hash: 'SHA512' });
    expect(vaultTransit.scope(again)).toBe(vaultTransit.scope(destination()));
    expect(vaultTransit.target(again)).toBe(vaultTransit.target(destination()));
  });

  it('is described whole', () => {
    const words = vaultTransit.describe(destination({ mount: 'teams/payroll', product: 'openbao' }));
    const { service, place, name } = words;
    expect(place).toContain('https://vault.contoso.example:8200');
    expect(place).toContain('teams/payroll');
    expect(service).toContain('OpenBao');
    expect(name).toBe('payroll-root');
  });

  it('has no end', () => {
    expect(vaultTransit.refusesNow(destination(), '2026-11-24T14:00:00Z')).toBeNull();
  });
});
