import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuleId } from '../../../app/rules/index.ts';
import type { Refusal } from '../../../app/rules/refusal.ts';
import { rehearse } from '../../../main/cli/rehearsal.ts';
import { uuidOf } from '../../support/clouds/aws-kms.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { Desk } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';
import { planWith } from '../../support/walk.ts';

const ring = 'projects/contoso-prod/locations/europe-west3/keyRings/payroll';

/** A sound destination of every kind, with every name that a plan may give there. */
// prettier-ignore
const destinations = {
  vault: { type: 'azure-key-vault', vault: 'contoso-prod', keyName: 'root', operations: ['sign'] },
  managedHsm: { type: 'azure-key-vault', managedHsm: 'contoso-hsm', keyName: 'root', operations: ['sign'] },
  aws: { type: 'aws-kms', keyId: uuidOf('aws'), wrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
  arn: { type: 'aws-kms', keyId: `arn:aws:kms:eu-central-1:111122223333:key/${uuidOf('aws')}`, wrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256' },
  huawei: { type: 'huawei-kms', endpoint: 'https://kms.eu-de.otc.t-systems.com', projectId: '3ba44455500dd431273ba44455500dd4', keyId: uuidOf('huawei'), wrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
  ibm: { type: 'ibm-key-protect', region: 'eu-de', instance: uuidOf('ibm'), keyName: 'Payroll root' },
  google: { type: 'google-cloud-kms', importJob: `${ring}/importJobs/job`, cryptoKey: `${ring}/cryptoKeys/root`, algorithm: 'ec-sign-p256-sha256' },
  oci: { type: 'oci-vault', compartment: 'ocid1.compartment.oc1..aaaaaaaaexample', managementEndpoint: 'https://exampleaaacu2-management.kms.us-ashburn-1.oraclecloud.com', displayName: 'Payroll root', wrappingAlgorithm: 'RSA_OAEP_SHA256' },
  transit: { type: 'vault-transit', address: 'https://vault.contoso.example:8200', mount: 'teams/payroll', keyName: 'root', product: 'vault', hash: 'SHA256' },
  alibaba: { type: 'alibaba-kms', region: 'cn-hangzhou', keyId: 'key-hzz62f1cb66fa42qo', wrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
  tencent: { type: 'tencent-kms', region: 'ap-guangzhou', keyId: '93866e69-d755-11e8', wrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
} as const;

type Place = keyof typeof destinations;

let scratch: ReturnType<typeof scratchFolder>;
let desk: Desk;

beforeEach(() => {
  scratch = scratchFolder();
  desk = new Desk(scratch.folder);
});

afterEach(() => scratch.remove());

/** A plan of one key that goes to a place; members may be something else. */
function plan(place: Place, spec: string, changes: object = {}, more: object = {}): object {
  const destination = { ...destinations[place], ...changes };
  return planWith([{ id: 'root', spec, source: 'generate', after: 'destroy', destination, ...more }]);
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** Nothing is on media B, and no ceremony was opened. */
function expectNothing(): void {
  expect(desk.written()).toEqual([]);
  expect(existsSync(join(desk.profile, 'ceremonies')) && readdirSync(join(desk.profile, 'ceremonies'))).toBeFalsy();
}

// prettier-ignore
const unfit: readonly (readonly [name: string, rule: RuleId, plan: () => object])[] = [
  ['AWS: an EC key by RSAES_OAEP', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('aws', 'ec-p256')],
  ['AWS: an RSA key by RSAES_OAEP', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('aws', 'rsa-2048', { wrappingAlgorithm: 'RSAES_OAEP_SHA_1' })],
  ['AWS: an AES key by RSA_AES_KEY_WRAP', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('aws', 'aes-256', { wrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256' })],
  ['AWS: AES-128', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('aws', 'aes-128')],
  ['AWS in China: a key pair', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('arn', 'rsa-2048', { keyId: destinations.arn.keyId.replace('aws:kms:eu-central-1', 'aws-cn:kms:cn-north-1') })],
  ['AWS: RSAES_PKCS1_V1_5', 'PLAN-SCHEMA', () => plan('aws', 'aes-256', { wrappingAlgorithm: 'RSAES_PKCS1_V1_5' })],
  ['AWS: an alias', 'PLAN-SCHEMA', () => plan('aws', 'aes-256', { keyId: 'alias/payroll' })],
  ['Azure: AES into a vault', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('vault', 'aes-256')],
  ['Azure: HMAC', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('managedHsm', 'hmac-256')],
  ['Huawei: P-521', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('huawei', 'ec-p521')],
  ['Huawei: a key pair with an end', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('huawei', 'ec-p256', { validTo: inDays(30) })],
  ['IBM: RSA', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('ibm', 'rsa-2048')],
  ['Google: an algorithm of another curve', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('google', 'ec-p384')],
  ['Google: an algorithm of another kind', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('google', 'rsa-2048')],
  ['Google: an algorithm that it does not import', 'PLAN-SCHEMA', () => plan('google', 'ec-p256', { algorithm: 'ec-sign-ed25519' })],
  ['Google: job and key of two rings', 'PLAN-SCHEMA', () => plan('google', 'ec-p256', { importJob: `${ring}-2/importJobs/job` })],
  ['OCI: RSA by RSA_OAEP_SHA256', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('oci', 'rsa-2048')],
  ['OCI: an EC key', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('oci', 'ec-p256', { wrappingAlgorithm: 'RSA_OAEP_AES_SHA256' })],
  ['Vault: secp256k1', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('transit', 'ec-secp256k1')],
  ['Alibaba: RSA', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('alibaba', 'rsa-2048')],
  ['Tencent: an EC key', 'PLAN-DESTINATION-TAKES-SPEC', () => plan('tencent', 'ec-p256')],
  ['AWS: an end that has passed', 'PLAN-TIMES-AHEAD', () => plan('aws', 'aes-256', { validTo: inDays(-1) })],
  ['AWS: an end more than 365 days ahead', 'PLAN-TIMES-AHEAD', () => plan('aws', 'aes-256', { validTo: inDays(366) })],
  ['Huawei: an end that has passed', 'PLAN-TIMES-AHEAD', () => plan('huawei', 'aes-256', { validTo: inDays(-1) })],
  ['Alibaba: an end that has passed', 'PLAN-TIMES-AHEAD', () => plan('alibaba', 'aes-256', { validTo: inDays(-1) })],
  ['Tencent: an end that has passed', 'PLAN-TIMES-AHEAD', () => plan('tencent', 'aes-256', { validTo: inDays(-1) })],
  ['an end without Z', 'PLAN-SCHEMA', () => plan('aws', 'aes-256', { validTo: inDays(30).slice(0, -1) })],
  ['an end with an offset', 'PLAN-SCHEMA', () => plan('huawei', 'aes-256', { validTo: inDays(30).replace('Z', '+00:00') })],
  ['an end that is no date', 'PLAN-SCHEMA', () => plan('alibaba', 'aes-256', { validTo: 'next spring' })],
  ['an end on a day that does not exist', 'PLAN-SCHEMA', () => plan('tencent', 'aes-256', { validTo: '2099-02-30T12:00:00Z' })],
  ['an end where the cloud has none', 'PLAN-SCHEMA', () => plan('ibm', 'aes-256', { validTo: inDays(30) })],
  ['an unknown member of the plan', 'PLAN-SCHEMA', () => ({ ...plan('aws', 'aes-256'), note: 'x' })],
  ['an unknown member of a key', 'PLAN-SCHEMA', () => plan('aws', 'aes-256', {}, { note: 'x' })],
  ['an unknown destination', 'PLAN-DESTINATION-KNOWN', () => plan('aws', 'aes-256', { type: 'aws-cloudhsm' })],
];

/** What stands against a plan, by the entry of the command in this very process. */
async function refusalOfPlan(document: object): Promise<Refusal> {
  desk.plan(document);
  const { inbound, outbound, profile, planFile } = desk;
  const options = { plan: planFile, inbound, outbound: [outbound], profile, token: null };
  return refusalFrom(rehearse(options, () => undefined));
}

describe('a plan is refused, and no ceremony is opened:', () => {
  it.each(unfit)('%s: %s', async (_, rule, document) => {
    const refused = await refusalOfPlan(document());
    expect(refused.rule).toBe(rule);
    expect(refused.cause).toMatch(/^\S.*\.$/u);
    expect(refused.remedy).toMatch(/^\S.*\.$/u);
    expectNothing();
  });

  const firstOfEachRule = unfit.filter(([, rule], index) => unfit.findIndex((each) => each[1] === rule) === index);

  it.each(firstOfEachRule)('npm run rehearse says so in one line: %s: %s', (_, rule, document) => {
    desk.plan(document());
    const { code, stdout, stderr } = desk.rehearse();
    expect(stderr).toMatch(/^refused: [A-Z0-9-]+: \S.*\. \S.*\.\n$/u);
    expect([stderr.split(': ')[1], code, stdout]).toEqual([rule, 1, '']);
    expectNothing();
  });
});

/** A spec that each place takes as it stands above. */
const specs: Readonly<Record<Place, string>> = {
  vault: 'ec-p256',
  managedHsm: 'ec-p256',
  aws: 'aes-256',
  arn: 'rsa-2048',
  huawei: 'aes-256',
  ibm: 'aes-256',
  google: 'ec-p256',
  oci: 'aes-256',
  transit: 'aes-256',
  alibaba: 'aes-256',
  tencent: 'aes-256',
};

/** Whatever a shell, PowerShell, Markdown or an eye could take for something else. */
const hostile = ["'", '"', '$(id)', '$HOME', '`id`', ';', '|', '&', '>', '\n', '\r', '\t', '\0', '\\', '*', '%', '!', '#', '\u00e9', '\u0430', '\u202e', '\u200b', '\u2019']; // prettier-ignore
/** What people call a key may have spaces inside. */
const displayNames = ['displayName', 'ibm keyName'];

function badForms(value: string, spaced: boolean): string[] {
  const cut = value.length - 2;
  const at = (inserted: string): string => `${value.slice(0, cut)}${inserted}${value.slice(cut)}`;
  const last = Math.max(value.lastIndexOf('/'), value.lastIndexOf(':')) + 1;
  return [
    ...hostile.flatMap((each) => [`${value}${each}`, at(each), `${each}${value}`]),
    ...['', ` ${value}`, `${value} `, `-${value}`, `${value.slice(0, last)}-${value.slice(last)}`],
    ...(spaced ? [] : [at(' ')]),
    value.padEnd(300, 'x'),
  ];
}

const places = Object.keys(destinations) as readonly Place[];
const members = places.flatMap((place) =>
  Object.entries(destinations[place])
    .filter(([member, value]) => member !== 'type' && typeof value === 'string')
    .map(([member, value]) => [place, member, String(value)] as const),
);

describe('a name of a plan ends up in printed commands, so', () => {
  /** One medium for two copies: the refusal of a plan that is sound in itself. */
  const ruleOfPlan = async (document: object): Promise<string> => {
    const { rule, cause } = await refusalOfPlan({ ...document, copies: 2 });
    return rule === 'PLAN-SCHEMA' ? `${rule} ${/"([^"]+)"/u.exec(cause)?.[1] ?? ''}` : rule;
  };

  it.each(places)('%s is taken as it stands', async (place) => {
    expect(await ruleOfPlan(plan(place, specs[place]))).toBe('MEDIA-ENOUGH');
  });

  it.each(members)('%s %s %j takes nothing that is not of its grammar', async (place, member, value) => {
    const isSpaced = displayNames.includes(member) || displayNames.includes(`${place} ${member}`);
    for (const bad of badForms(value, isSpaced)) {
      const rule = await ruleOfPlan(plan(place, specs[place], { [member]: bad }));
      expect([bad, rule]).toEqual([bad, `PLAN-SCHEMA keys.0.destination.${member}`]);
    }
    expectNothing();
  });

  it.each([
    ['id', (bad: string) => plan('aws', 'aes-256', {}, { id: `root${bad}` })],
    ['title', (bad: string) => ({ ...plan('aws', 'aes-256'), title: `Payroll${bad}` })],
  ])('so does the %s', async (member, planned) => {
    const letters = ['\u00e9', '\u0430'];
    for (const bad of hostile.filter((each) => member === 'id' || !letters.includes(each))) {
      expect([bad, await ruleOfPlan(planned(bad))]).toEqual([
        bad,
        `PLAN-SCHEMA ${member === 'id' ? 'keys.0.id' : member}`,
      ]);
    }
  });
});
