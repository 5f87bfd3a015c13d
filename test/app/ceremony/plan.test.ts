import { describe, expect, it } from 'vitest';
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { parsePlan, parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { azureKey, planWith } from '../../support/walk.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

describe('a plan', () => {
  it('is read with its defaults, and hashed as given', () => {
    const document = planWith([azureKey('payroll-root')]);
    const { plan, sha256 } = parsePlan(bytes(document));
    expect(plan).toMatchObject({ purpose: '', copies: 1, uploadMarginHours: 2, roles: { auditor: 0 } });
    expect(plan.keys[0]?.destination).toMatchObject({ cloud: 'public' });
    expect(sha256).toBe(
      createHash('sha256')
        .update(canonicalize(document) ?? '')
        .digest('hex'),
    );
  });

  it('has the same hash in any order of members and any white space', () => {
    const document = planWith([azureKey('a')]);
    const reversed = Object.fromEntries(Object.entries(document).reverse());
    expect(parsePlan(bytes(JSON.stringify(reversed, null, 4))).sha256).toBe(parsePlan(bytes(document)).sha256);
  });

  it('has another hash when a default is written out', () => {
    const document = planWith([azureKey('a')]);
    expect(parsePlanDocument({ ...document, copies: 1 }).sha256).not.toBe(parsePlanDocument(document).sha256);
  });

  it('keeps witness and auditor apart from everybody unless it says otherwise', () => {
    const apart = parsePlanDocument(planWith([azureKey('a')])).plan.separate;
    expect(apart).toContainEqual(['witness', 'operator']);
    expect(apart).toContainEqual(['auditor', 'custodian']);
    expect(apart).not.toContainEqual(['operator', 'administrator']);
    expect(parsePlanDocument(planWith([azureKey('a')], { separate: [] })).plan.separate).toEqual([]);
  });

  it('names a key that is in the token already by its CKA_ID in lower case', () => {
    const { plan } = parsePlanDocument(planWith([azureKey('a', { source: { existing: { ckaId: 'AB01' } } })]));
    expect(plan.keys[0]?.source).toEqual({ existing: { ckaId: 'ab01' } });
  });
});

/** A key for the usual vault under its id, unless it says otherwise. */
const to = (id: string, more: object): object => {
  const destination = { type: 'azure-key-vault', vault: 'contoso-prod', keyName: id, operations: ['sign', 'verify'] };
  return azureKey(id, { destination: { ...destination, ...more } });
};
const existing = (id: string, ckaId: string): object => azureKey(id, { source: { existing: { ckaId } } });

describe('a plan may', () => {
  it.each<[string, unknown]>([
    [
      'give the contract’s example its operations',
      planWith([{ ...to('a', { operations: ['wrapKey', 'unwrapKey'] }), spec: 'rsa-4096' }]),
    ],
    ['carry two existing keys', planWith([existing('a', '01'), existing('b', '02')])],
    ['use one name in two vaults', planWith([to('a', {}), to('b', { keyName: 'a', vault: 'contoso-test' })])],
    ['use one name in two clouds', planWith([to('a', {}), to('b', { keyName: 'a', cloud: 'china' })])],
    ['keep three roles apart', planWith([to('a', {})], { separate: [['witness', 'operator', 'custodian']] })],
  ])('%s', (_, document) => expect(ruleOf(() => parsePlanDocument(document))).toBeNull());
});

describe('a plan is refused', () => {
  const key = azureKey('a');
  const cases: readonly [string, string, unknown][] = [
    ['that is not JSON', 'PLAN-READABLE', '{'],
    ['that is a list', 'PLAN-SCHEMA', []],
    ['with a member twice', 'PLAN-READABLE', '{"keyferryPlan":1,"keyferryPlan":1}'],
    ['that is too large', 'PLAN-READABLE', ' '.repeat(256 * 1024 + 1)],
    ['of another version', 'PLAN-SCHEMA', planWith([key], { keyferryPlan: 2 })],
    ['with a member nobody knows', 'PLAN-SCHEMA', planWith([key], { hurry: true })],
    ['without a title', 'PLAN-SCHEMA', planWith([key], { title: undefined })],
    ['with a blank title', 'PLAN-SCHEMA', planWith([key], { title: '  ' })],
    ['with shell characters in the title', 'PLAN-SCHEMA', planWith([key], { title: 'a; rm -rf' })],
    ['with a title that begins with a dash', 'PLAN-SCHEMA', planWith([key], { title: '-a' })],
    ['with a line break in the purpose', 'PLAN-SCHEMA', planWith([key], { purpose: 'a\nb' })],
    ['without keys', 'PLAN-SCHEMA', planWith([])],
    ['with an upper-case key id', 'PLAN-SCHEMA', planWith([azureKey('A')])],
    ['with a key id that leads elsewhere', 'PLAN-SCHEMA', planWith([azureKey('../a')])],
    ['with a key spec nobody knows', 'PLAN-SCHEMA', planWith([azureKey('a', { spec: 'rsa-1024' })])],
    [
      'with half a byte of CKA_ID',
      'PLAN-SCHEMA',
      planWith([azureKey('a', { source: { existing: { ckaId: 'abc' } } })]),
    ],
    ['with no copy', 'PLAN-SCHEMA', planWith([key], { copies: 0 })],
    ['with five copies', 'PLAN-SCHEMA', planWith([key], { copies: 5 })],
    ['with half a person', 'PLAN-SCHEMA', planWith([key], { roles: { custodian: 1.5 } })],
    ['with a role nobody knows', 'PLAN-SCHEMA', planWith([key], { roles: { janitor: 1 } })],
    [
      'with a destination member nobody knows',
      'PLAN-SCHEMA',
      planWith([azureKey('a', { destination: { ...(key['destination'] as object), hurry: 1 } })]),
    ],
    ['with a quorum of nobody', 'PLAN-ROLES-FIT-QUORUM', planWith([key], { quorum: { custodian: 0 } })],
    ['with a quorum larger than the role', 'PLAN-ROLES-FIT-QUORUM', planWith([key], { quorum: { custodian: 4 } })],
    ['with two keys of one id', 'PLAN-KEY-IDS-UNIQUE', planWith([key, key])],
    [
      'with two keys of one CKA_ID, in whatever letters',
      'PLAN-EXISTING-KEYS-DISTINCT',
      planWith([existing('a', 'AB01'), azureKey('b'), existing('c', 'ab01')]),
    ],
    [
      'that keeps a role apart from itself',
      'PLAN-SEPARATION-OF-DIFFERENT-ROLES',
      planWith([key], { separate: [['witness', 'witness']] }),
    ],
    [
      'that names a role to keep apart twice',
      'PLAN-SEPARATION-OF-DIFFERENT-ROLES',
      planWith([key], {
        separate: [
          ['witness', 'operator'],
          ['auditor', 'operator', 'auditor'],
        ],
      }),
    ],
    [
      'for a cloud nobody knows',
      'PLAN-DESTINATION-KNOWN',
      planWith([azureKey('a', { destination: { type: 'constructor' } })]),
    ],
    [
      'for a key the vault does not take',
      'PLAN-DESTINATION-TAKES-SPEC',
      planWith([azureKey('a', { spec: 'aes-256' })]),
    ],
  ];

  it.each(cases)('%s', (_, rule, document) => {
    expect(ruleOf(() => parsePlan(bytes(document)))).toBe(rule);
  });

  it.each([
    ['title', planWith([key], { title: undefined })],
    ['hurry', planWith([key], { hurry: true })],
    [
      'keys.0.destination.keyName',
      planWith([azureKey('a', { destination: { type: 'azure-key-vault', vault: 'contoso' } })]),
    ],
  ])('for the member %s without the words of a library', (member, document) => {
    const cause = refusalOf(() => parsePlan(bytes(document)))?.cause;
    expect(cause).toContain(`"${member}"`);
    expect(cause).not.toMatch(/Invalid|Expected|received|undefined/u);
  });
});

describe('what a plan says of itself before anything begins', () => {
  const rules = (document: unknown): string[] => parsePlanDocument(document).plan.notices.map(({ rule }) => rule);
  const to = (id: string, more: object): object =>
    azureKey(id, { destination: { ...(azureKey(id)['destination'] as object), ...more } });

  it('is nothing when there is nothing to say', () => {
    expect(rules(planWith([azureKey('a'), azureKey('b')]))).toEqual([]);
  });

  it('is that two keys go to one name in one vault, in whatever letters', () => {
    const shared = planWith([to('a', {}), azureKey('b'), to('c', { vault: 'CONTOSO-PROD', keyName: 'A' })]);
    expect(rules(shared)).toEqual(['PLAN-TARGETS-DISTINCT']);
  });

  it('is that an EC key should wrap, which Azure refuses', () => {
    expect(rules(planWith([to('a', { operations: ['wrapKey', 'unwrapKey'] })]))).toEqual(['PLAN-OPERATIONS-FIT-SPEC']);
  });

  it('is that one person sits there alone', () => {
    const lonely = planWith([azureKey('a')], { roles: { operator: 1 }, quorum: { operator: 1 } });
    expect(rules(lonely)).toEqual(['PLAN-SEATS-TWO-PEOPLE']);
    expect(rules(planWith([azureKey('a')], { roles: { operator: 2 }, quorum: { operator: 1 } }))).toEqual([]);
  });
});
