import { describe, expect, it } from 'vitest';
import { canonicalBytes } from '../../../app/audit/canonical-json.ts';
import { parsePlan, parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { roles } from '../../../app/ceremony/roles.ts';
import { documentOf, emptyKey, emptyPlan, type KeyDraft, type PlanDraft } from '../../../app/planning/draft.ts';
import { destinationOptions } from '../../../app/planning/options.ts';
import { problemsOf } from '../../../app/planning/problems.ts';

// People fill a form in from top to bottom, and are told at each field what it still lacks.

function azureKey(id: string, more: Partial<KeyDraft> = {}): KeyDraft {
  return {
    ...emptyKey(),
    id,
    spec: 'rsa-2048',
    after: 'destroy',
    place: 'azure-key-vault',
    texts: { vault: 'contoso-prod', keyName: id },
    lists: { operations: ['wrapKey', 'unwrapKey'] },
    ...more,
  };
}

function awsKey(id: string, more: Partial<KeyDraft> = {}): KeyDraft {
  return {
    ...azureKey(id, { spec: 'aes-256', place: 'aws-kms', lists: {} }),
    texts: { keyId: '1234abcd-12ab-34cd-56ef-1234567890ab', wrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
    ...more,
  };
}

function draftWith(keys: KeyDraft[], more: Partial<PlanDraft> = {}): PlanDraft {
  return { ...emptyPlan(), title: 'Payroll keys', purpose: 'Change 4711', keys, ...more };
}

const fieldsOf = (draft: PlanDraft): string[] => problemsOf(draft).map(({ field }) => field);
const counts = (more: Partial<PlanDraft['roles']> = {}): PlanDraft['roles'] => ({
  ...(Object.fromEntries(roles.map((role) => [role, ''])) as PlanDraft['roles']),
  ...more,
});

describe('a form that is filled in', () => {
  const draft = draftWith([azureKey('root'), awsKey('data', { after: 'keep' })]);

  it('is a plan, and is saved under the hash that it has when it is opened', () => {
    expect(problemsOf(draft)).toEqual([]);
    const document = documentOf(draft);
    const opened = parsePlan(canonicalBytes(document));
    expect(opened.sha256).toBe(parsePlanDocument(document).sha256);
    expect(opened.plan.keys.map(({ id, after }) => [id, after])).toEqual([
      ['root', 'destroy'],
      ['data', 'keep'],
    ]);
  });

  it('names only what was filled in, so that a default of a later version is not frozen', () => {
    const document = documentOf({ ...draft, purpose: '  ', copies: '', uploadMarginHours: '' });
    expect(Object.keys(document).toSorted()).toEqual(['keyferryPlan', 'keys', 'quorum', 'roles', 'title']);
    expect(document['roles']).toEqual({ administrator: 1, operator: 1, custodian: 3, witness: 1 });
    expect(documentOf({ ...draft, copies: ' 3 ', uploadMarginHours: '1.5', separate: [['operator', 'custodian']] })).toMatchObject({ copies: 3, uploadMarginHours: 1.5, separate: [['operator', 'custodian']] }); // prettier-ignore
  });

  it('forgets what was typed for another place', () => {
    const moved = azureKey('root', { place: 'azure-managed-hsm', texts: { vault: 'old', managedHsm: 'hsm', keyName: 'k' } }); // prettier-ignore
    const plan = draftWith([moved]);
    expect(problemsOf(plan)).toEqual([]);
    expect(documentOf(plan)['keys']).toMatchObject([{ destination: { managedHsm: 'hsm' } }]);
    expect(JSON.stringify(documentOf(plan))).not.toContain('old');
  });

  it('can carry a key that is in the token already', () => {
    const existing = draftWith([azureKey('root', { source: 'existing', ckaId: 'C0FFEE' })]);
    expect(problemsOf(existing)).toEqual([]);
    expect(documentOf(existing)['keys']).toMatchObject([{ source: { existing: { ckaId: 'C0FFEE' } } }]);
  });
});

describe('a form that is not filled in yet', () => {
  it('says every field that is empty, in reading order, and calls none of them wrong', () => {
    const problems = problemsOf(emptyPlan());
    expect(problems.map(({ field }) => field)).toEqual(['title', 'keys.0.id', 'keys.0.destination', 'keys.0.spec', 'keys.0.after']); // prettier-ignore
    expect(problems.every(({ isEmpty }) => isEmpty)).toBe(true);
  });

  it('asks for the members of a place as soon as one is chosen', () => {
    for (const { id, members } of destinationOptions) {
      const asked = members.filter(({ isOptional }) => !isOptional).map(({ name }) => `keys.0.destination.${name}`);
      const found = fieldsOf(draftWith([azureKey('root', { place: id, texts: {}, lists: {} })]));
      expect(found.toSorted(), id).toEqual(asked.toSorted());
    }
  });
});

describe('a form with a mistake', () => {
  it.each<[string, Partial<PlanDraft>]>([
    ['title', { title: '-rf' }],
    ['purpose', { purpose: 'two\nlines' }],
    ['copies', { copies: '9' }],
    ['copies', { copies: 'two' }],
    ['uploadMarginHours', { uploadMarginHours: '-1' }],
    ['roles.witness', { roles: counts({ custodian: '3', witness: '1.5' }) }],
    ['quorum.custodian', { quorum: counts({ custodian: 'all' }) }],
    ['quorum', { quorum: counts({ custodian: '4' }) }],
    ['quorum', { quorum: counts() }],
    ['keys', { keys: [] }],
  ])('says it at %s', (field, more) => {
    const [problem, ...others] = problemsOf(draftWith([azureKey('root')], more));
    expect([problem?.field, problem?.isEmpty, others]).toEqual([field, field === 'keys' && false, []]);
  });

  it('says it at the key that has it', () => {
    const wrong = [
      azureKey('Root'),
      awsKey('data', { texts: { keyId: 'alias/mine', wrappingAlgorithm: 'RSAES_OAEP_SHA_256' } }),
      azureKey('leaf', { source: 'existing', ckaId: 'c0f' }),
    ];
    expect(fieldsOf(draftWith(wrong))).toEqual(['keys.0.id', 'keys.1.destination.keyId', 'keys.2.source.existing.ckaId']); // prettier-ignore
  });

  it('says it at the spec when the place does not take it', () => {
    const [problem] = problemsOf(draftWith([azureKey('root', { spec: 'aes-256' })]));
    expect(problem).toMatchObject({ field: 'keys.0.spec', isEmpty: false });
  });

  it('says it at the place when two members contradict each other', () => {
    const ring = 'projects/p/locations/l/keyRings';
    const texts = {
      importJob: `${ring}/one/importJobs/j`,
      cryptoKey: `${ring}/two/cryptoKeys/k`,
      algorithm: 'rsa-sign-pss-2048-sha256',
    };
    expect(fieldsOf(draftWith([azureKey('root', { place: 'google-cloud-kms', texts })]))).toEqual(['keys.0.destination']); // prettier-ignore
  });

  it('says it at the later of two keys that share what no two may share', () => {
    expect(fieldsOf(draftWith([azureKey('root'), awsKey('data'), azureKey('root')]))).toEqual(['keys.2.id']);
    const same = { source: 'existing', ckaId: 'c0ffee' } as const;
    const twice = [azureKey('a'), azureKey('b', same), azureKey('c', { ...same, ckaId: 'C0FFEE' })];
    expect(fieldsOf(draftWith(twice))).toEqual(['keys.2.source.existing.ckaId']);
    expect(fieldsOf(draftWith([azureKey('a')], { separate: [['witness', 'witness']] }))).toEqual(['separate']);
  });
});
