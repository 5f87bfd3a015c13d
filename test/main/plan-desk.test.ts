import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalBytes } from '../../app/audit/canonical-json.ts';
import { parsePlanDocument } from '../../app/ceremony/plan.ts';
import type { PlanPreview } from '../../app/contract/plan-calls.ts';
import { approvalOf } from '../../main/audit/approved-plans.ts';
import { MediaDesk } from '../../main/media/desk.ts';
import { PlanDesk } from '../../main/plan-desk.ts';
import { ruleOf, ruleOfAsync } from '../support/rule-of.ts';
import { scratchFolder } from '../support/token.ts';
import { azureKey, planWith } from '../support/walk.ts';

// A plan is made here, carried on paper to whoever approves it, and opened again on the day: it must be the very same.

const document = planWith([azureKey('root'), azureKey('leaf')], { purpose: 'Change 4711', copies: 2 });
const text = JSON.stringify(document, null, 2);
const { sha256 } = parsePlanDocument(document);
const ada = { approver: 'Ada Lindqvist', role: 'Head of cryptography' };

let scratch: ReturnType<typeof scratchFolder>;
let profile: string;
let media: string;
let desk: PlanDesk;
/** What the people choose in the dialog of the system. */
let chosen: string | null;

const newDesk = (): PlanDesk =>
  new PlanDesk(
    {
      profile,
      samples: join(import.meta.dirname, '..', '..', 'resources', 'samples'),
      now: () => new Date('2026-11-02T09:30:00.000Z'),
      chooseFile: async () => (chosen === null ? null : join(chosen, 'plan.json')),
      chooseFolder: async () => chosen,
    },
    new MediaDesk(),
  );

beforeEach(() => {
  scratch = scratchFolder();
  profile = join(scratch.folder, 'profile');
  media = join(scratch.folder, 'media');
  mkdirSync(profile);
  mkdirSync(media);
  chosen = media;
  desk = newDesk();
});

afterEach(() => scratch.remove());

async function open(): Promise<PlanPreview> {
  return (await desk.choosePlan()) ?? expect.unreachable('no plan was chosen');
}

const noticesOf = ({ facts }: PlanPreview): string[] =>
  facts.flatMap((fact) => (fact.kind === 'notice' ? [fact.rule] : []));

describe('a plan that is being made', () => {
  it('is checked as it will be opened: hash, words, steps and parts', () => {
    const { sound, refusal } = desk.check(text);
    expect(refusal).toBeNull();
    expect(sound).toMatchObject({ sha256, parts: { length: 8 } });
    expect(sound?.words).toHaveLength(32);
    expect(sound?.steps.map(({ number }) => number)).toContain('8.1');
    expect(sound?.steps.filter(({ id }) => id.startsWith('bring-in.compare.'))).toHaveLength(2);
  });

  it('is refused as data: a form that is half filled in is no failure', () => {
    expect(desk.check('{').refusal?.rule).toBe('PLAN-READABLE');
    expect(desk.check('{"keyferryPlan":1}')).toMatchObject({ sound: null, refusal: { rule: 'PLAN-SCHEMA' } });
    expect(desk.check(' '.repeat(256 * 1024 + 1)).refusal?.rule).toBe('PLAN-READABLE');
  });

  it('is refused when it names an end that has passed in this room', () => {
    const destination = { type: 'aws-kms', keyId: 'k', wrappingAlgorithm: 'RSAES_OAEP_SHA_256', validTo: '2026-11-01T00:00:00Z' }; // prettier-ignore
    const late = planWith([azureKey('root', { spec: 'aes-256', destination })]);
    expect(desk.check(JSON.stringify(late)).refusal?.rule).toBe('PLAN-TIMES-AHEAD');
  });
});

describe('a plan that is saved', () => {
  it('is one canonical file with the hash that it has when it is opened', async () => {
    expect(await desk.save(text)).toEqual({ path: join(media, 'plan.json'), sha256 });
    expect(new Uint8Array(readFileSync(join(media, 'plan.json')))).toEqual(canonicalBytes(document));
    expect((await open()).plan).toBe(sha256);
  });

  it('never replaces one that is there, nor what a link points to', async () => {
    writeFileSync(join(media, 'plan.json'), 'the approved one');
    expect(await ruleOfAsync(() => desk.save(text))).toBe('PLAN-FILE-NEW');
    expect(readFileSync(join(media, 'plan.json'), 'utf8')).toBe('the approved one');
    chosen = join(scratch.folder, 'linked');
    mkdirSync(chosen);
    symlinkSync(join(media, 'elsewhere'), join(chosen, 'plan.json'));
    expect(await ruleOfAsync(() => desk.save(text))).toBe('PLAN-FILE-NEW');
    expect(existsSync(join(media, 'elsewhere'))).toBe(false);
  });

  it('has all its parts, or is not saved; nobody is asked for a folder first', async () => {
    let asked = 0;
    const ports = { profile, samples: '', now: () => new Date(), chooseFile: async () => null };
    const strict = new PlanDesk({ ...ports, chooseFolder: async () => ((asked += 1), media) }, new MediaDesk());
    const silent = { ...document, purpose: '' };
    expect(await ruleOfAsync(() => strict.save(JSON.stringify(silent)))).toBe('PLAN-PARTS-COMPLETE');
    expect([asked, readdirSync(media)]).toEqual([0, []]);
  });

  it('is not saved when nobody chooses a folder, or the folder is gone', async () => {
    chosen = null;
    expect(await desk.save(text)).toBeNull();
    chosen = join(scratch.folder, 'pulled out');
    expect(await ruleOfAsync(() => desk.save(text))).toBe('MEDIA-PRESENT');
  });
});

describe('a plan that was made elsewhere', () => {
  it('can be opened without all its parts, and says which of them are empty', async () => {
    writeFileSync(join(media, 'plan.json'), JSON.stringify(planWith([azureKey('root')])));
    const preview = await open();
    expect(noticesOf(preview)).toEqual(['PLAN-PARTS-COMPLETE']);
    expect(preview.parts.filter(({ isEmpty }) => isEmpty).map(({ part }) => part)).toEqual(['approval']);
  });

  it('as the sample has them all', () => {
    expect(noticesOf(desk.readSample())).toEqual([]);
  });
});

describe('an approval', () => {
  beforeEach(() => desk.save(text));
  const beginning = sha256.slice(0, 8);

  it('is recognised when the plan is opened again, by another start of the application too', async () => {
    expect((await open()).approval).toBeNull();
    const approved = desk.approve({ plan: sha256, ...ada, comparedHash: ` ${beginning.slice(0, 4).toUpperCase()} ${beginning.slice(4)} ` }); // prettier-ignore
    expect(approved).toMatchObject({ plan: sha256, approval: { ...ada, time: '2026-11-02T09:30:00.000Z' } });
    desk = newDesk();
    expect((await open()).approval).toEqual(approved.approval);
    expect(approvalOf(profile, sha256)).toEqual(approved.approval);
    expect(approvalOf(profile, '0'.repeat(64))).toBeNull();
  });

  it('is kept for this user only', async () => {
    await open();
    desk.approve({ plan: sha256, ...ada, comparedHash: beginning });
    const folder = join(profile, 'approved-plans');
    expect([statSync(folder).mode & 0o777, statSync(join(folder, `${sha256}.json`)).mode & 0o777]).toEqual([0o700, 0o600]); // prettier-ignore
  });

  it('is of a plan that was read here just before', () => {
    expect(ruleOf(() => desk.approve({ plan: sha256, ...ada, comparedHash: beginning }))).toBe('PLAN-CHOSEN');
  });

  it.each([
    ['another hash', '00000000'],
    ['fewer digits', beginning.slice(0, 7)],
    ['more digits', sha256.slice(0, 9)],
    ['nothing', ''],
  ])('is not given by who typed %s', async (_, comparedHash) => {
    await open();
    expect(ruleOf(() => desk.approve({ plan: sha256, ...ada, comparedHash }))).toBe('PLAN-APPROVAL-COMPARED');
    expect(approvalOf(profile, sha256)).toBeNull();
  });

  it.each([
    { ...ada, approver: '  ' },
    { ...ada, role: '' },
    { ...ada, approver: 'x'.repeat(61) },
    { ...ada, role: 'Head\u202eof' },
  ])('names who gave it: $approver, $role', async (who) => {
    await open();
    expect(ruleOf(() => desk.approve({ plan: sha256, ...who, comparedHash: beginning }))).toBe('PLAN-APPROVER-NAMED');
    expect(existsSync(join(profile, 'approved-plans'))).toBe(false);
  });

  it('stays as it was given', async () => {
    await open();
    desk.approve({ plan: sha256, ...ada, comparedHash: beginning });
    const again = { plan: sha256, approver: 'Sam Rivera', role: 'Operator', comparedHash: beginning };
    expect(ruleOf(() => desk.approve(again))).toBe('PLAN-APPROVED-ONCE');
    expect((await open()).approval).toMatchObject(ada);
  });

  it('is not given where something else lies in the place of its record', async () => {
    await open();
    mkdirSync(join(profile, 'approved-plans', `${sha256}.json`, 'in the way'), { recursive: true });
    expect(ruleOf(() => desk.approve({ plan: sha256, ...ada, comparedHash: beginning }))).toBe('PLAN-APPROVED-ONCE');
    expect(ruleOf(() => approvalOf(profile, sha256))).toBe('PLAN-APPROVAL-WHOLE');
  });
});

describe('the record of an approval', () => {
  const record = { keyferryApproval: 1, plan: sha256, ...ada, time: '2026-11-02T09:30:00.000Z' };

  function put(content: unknown): void {
    mkdirSync(join(profile, 'approved-plans'), { recursive: true });
    const bytes = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(profile, 'approved-plans', `${sha256}.json`), bytes);
  }

  it('counts when it is whole', () => {
    put(record);
    expect(approvalOf(profile, sha256)).toMatchObject(ada);
  });

  it.each<[string, unknown]>([
    ['is cut off', '{"keyferryApproval":1,'],
    ['is another plan’s', { ...record, plan: '0'.repeat(64) }],
    ['has a member more', { ...record, note: 'x' }],
    ['has a member less', { ...record, approver: undefined }],
    ['has a member twice', JSON.stringify(record).replace('{', '{"plan":"x",')],
    ['has no time in UTC', { ...record, time: '2026-11-02T09:30:00+01:00' }],
    ['is longer than any', `${JSON.stringify(record)}${' '.repeat(5000)}`],
  ])('approves nothing when it %s; the plan is shown with a notice', async (_, content) => {
    await desk.save(text);
    put(content);
    expect(ruleOf(() => approvalOf(profile, sha256))).toBe('PLAN-APPROVAL-WHOLE');
    const preview = await open();
    expect([preview.approval, noticesOf(preview)]).toEqual([null, ['PLAN-APPROVAL-WHOLE']]);
  });
});
