import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { OciDestination } from '../../../app/byok/oci/destination.ts';
import { ociVault } from '../../../app/byok/oci-vault.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { refusesSpec, wayOf } from '../../../app/byok/ways.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';

const plan = {
  type: 'oci-vault',
  compartment: 'ocid1.compartment.oc1..aaaaaaaaexample',
  managementEndpoint: 'https://exampleaaacu2-management.kms.us-ashburn-1.oraclecloud.com',
  displayName: 'Payroll root',
  wrappingAlgorithm: 'RSA_OAEP_AES_SHA256',
};
const accepts = (changes: object): boolean => safeParse(ociVault.schema, { ...plan, ...changes }).success;
const destination = (changes: object = {}): OciDestination => parse(ociVault.schema, { ...plan, ...changes });
const direct = { wrappingAlgorithm: 'RSA_OAEP_SHA256' };

describe('the plan member', () => {
  it('is given back as it stands', () => {
    expect(destination()).toEqual(plan);
    expect(destinationOf('oci-vault')).toBe(ociVault);
  });

  it.each([
    'ocid1.tenancy.oc1..aaaaaaaaba3pv6wkcr4jqae5f44n2b2m2yt2j6rx32uzr4h25vqstifsfdsq',
    'ocid1.compartment.oc2..aaaa1',
    'ocid1.compartment.region1.sea.aaaa1',
    'ocid1.compartment.oc1.eu-frankfurt-1..aaaa1',
    // A compartment is named by the grammar of every name of the plan: what it is, the cloud says.
    'root',
  ])('takes the compartment %s', (compartment) => expect(accepts({ compartment })).toBe(true));

  it.each([
    '',
    '-ocid1.compartment.oc1..aaaa',
    'ocid1.compartment/oc1..aaaa',
    "ocid1.compartment.oc1..a'a",
    'ocid1.compartment.oc1..a a',
    'ocid1.compartment.oc1..aaaa\n',
    `ocid1.compartment.oc1..${'a'.repeat(240)}`,
  ])('refuses the compartment %j', (compartment) => expect(accepts({ compartment })).toBe(false));

  it.each<[string, object]>([
    ['an endpoint without https', { managementEndpoint: 'http://x-management.kms.us-ashburn-1.oraclecloud.com' }],
    ['an endpoint with a path', { managementEndpoint: `${plan.managementEndpoint}/20180608` }],
    ['an endpoint with a slash', { managementEndpoint: `${plan.managementEndpoint}/` }],
    ['a quote in the name', { displayName: "Payroll's" }],
    ['a space first in the name', { displayName: ' Payroll' }],
    ['a space last in the name', { displayName: 'Payroll ' }],
    ['a hyphen first in the name', { displayName: '-payroll' }],
    ['a dollar in the name', { displayName: '$(id)' }],
    ['a name of 128', { displayName: 'p'.repeat(128) }],
    ['another algorithm', { wrappingAlgorithm: 'RSA_OAEP_AES_SHA1' }],
    ['no algorithm', { wrappingAlgorithm: undefined }],
    ['a member more', { protectionMode: 'HSM' }],
  ])('refuses %s', (_, changes) => expect(accepts(changes)).toBe(false));
});

describe('key specs', () => {
  const aes = ['aes-128', 'aes-192', 'aes-256'];
  const rsa = ['rsa-2048', 'rsa-3072', 'rsa-4096'];
  const taken = (changes: object): string[] =>
    keySpecNames.filter((spec) => refusesSpec(destination(changes), spec) === null);

  it('are AES and RSA by RSA-AES, AES by RSA alone', () => {
    expect(taken({})).toEqual([...rsa, ...aes]);
    expect(taken(direct)).toEqual(aes);
  });

  it('are refused under the rule of the plan, with the reason', () => {
    const refusals = (['ec-p256', 'hmac-256', 'rsa-2048'] as const).map((spec) =>
      refusesSpec(destination(direct), spec),
    );
    expect(refusals.map((refusal) => refusal?.rule)).toEqual(Array(3).fill('PLAN-DESTINATION-TAKES-SPEC'));
    expect(new Set(refusals.map((refusal) => refusal?.cause.split(': ')[1])).size).toBe(3);
  });

  it('go by OAEP with SHA-256 under 4096 bits', () => {
    const kek = { option: null };
    const wrap = { oaepHash: 'sha256', ephemeralBits: 256, method: 'rsa-aes' };
    expect(wayOf(destination(), 'rsa-2048', kek)).toMatchObject({ wrap, kekBits: [4096] });
    expect(wayOf(destination(), 'aes-192', kek)?.wrap).toEqual(wrap);
    expect(wayOf(destination(direct), 'aes-192', kek)).toMatchObject({
      wrap: { method: 'oaep', oaepHash: 'sha256', nonce: null },
      kekBits: [4096],
    });
  });
});

describe('a place', () => {
  it('is one vault for a wrapping key, and a name in a compartment of it for a target', () => {
    const changes = [
      { managementEndpoint: 'https://otheraaacu2-management.kms.us-ashburn-1.oraclecloud.com' },
      { compartment: 'ocid1.compartment.oc1..aaaaaaaaother' },
      { displayName: 'Payroll other' },
    ];
    const all = [{}, ...changes].map((each) => destination(each));
    expect(new Set(all.map((each) => ociVault.scope(each))).size).toBe(2);
    expect(new Set(all.map((each) => ociVault.target(each))).size).toBe(4);
    expect(ociVault.target(destination(direct))).toBe(ociVault.target(destination()));
  });

  it('is described whole', () => {
    const { place, name } = ociVault.describe(destination());
    expect(place).toContain(plan.managementEndpoint);
    expect(place).toContain(plan.compartment);
    expect(name).toBe('Payroll root');
  });

  it('has no end', () => expect(ociVault.refusesNow(destination(), '2026-11-24T14:00:00Z')).toBeNull());

  it('cautions against AES in the way that is documented for private keys', () => {
    const rules = (spec: KeySpec, changes: object = {}): string[] =>
      ociVault.cautions(destination(changes), spec).map(({ rule }) => rule);
    expect(rules('aes-256')).toEqual(['PLAN-OPERATIONS-FIT-SPEC']);
    expect([...rules('aes-256', direct), ...rules('rsa-2048')]).toEqual([]);
  });
});
