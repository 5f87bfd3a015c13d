import { describe, expect, it } from 'vitest';
import type { PlanCheck } from '../../app/contract/plan-calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import { refusal } from '../../app/rules/refusal.ts';
import { connect } from '../../renderer/bridge/client.ts';
import { labelOf, planFieldId } from '../../renderer/planning/fields.ts';
import { PlanForm } from '../../renderer/state/plan-draft.svelte.ts';
import { Session } from '../../renderer/state/session.svelte.ts';

// The form lives in the window; main has the last word on what it makes, and answers when it answers.

/** A main process whose answers wait until the test lets them go. */
class Main {
  readonly asked: { readonly name: string; readonly document: string }[] = [];
  readonly #answers: ((reply: Reply<unknown>) => void)[] = [];

  call(name: string, input: unknown): Promise<Reply<unknown>> {
    this.asked.push({ name, document: (input as { document: string }).document });
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  /** Answers the oldest call that waits. */
  async answer(reply: Reply<unknown>): Promise<void> {
    this.#answers.shift()?.(reply);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const part = { part: 'approval', title: 'Approval to hold it', said: 'No purpose.', isEmpty: true, remedy: 'State it.' } as const; // prettier-ignore
const sound: PlanCheck = {
  sound: { sha256: 'ab'.repeat(32), words: [], facts: [], steps: [], parts: [] },
  refusal: null,
};
const incomplete: PlanCheck = { ...sound, sound: { ...(sound.sound ?? expect.unreachable()), parts: [part] } };
const refused: PlanCheck = { sound: null, refusal: refusal('PLAN-TIMES-AHEAD', 'It has passed.') };

function newForm(): { main: Main; form: PlanForm; session: Session } {
  const main = new Main();
  const session = new Session(connect({ call: (n, i) => main.call(n, i), onNotice: () => undefined }));
  return { main, session, form: new PlanForm(session) };
}

/** Fills in a whole plan for one key. */
function fillIn(form: PlanForm): void {
  form.draft.title = 'Payroll';
  form.draft.purpose = 'Change 4711';
  const [key] = form.draft.keys;
  Object.assign(key ?? expect.unreachable(), {
    id: 'root',
    spec: 'rsa-2048',
    after: 'keep',
    place: 'azure-key-vault',
    texts: { vault: 'contoso', keyName: 'root' },
    lists: { operations: ['sign'] },
  });
}

describe('a form', () => {
  it('names all that is empty as one gap, and leads to the first of it', () => {
    const { form } = newForm();
    expect(form.gaps.map(({ field }) => field)).toEqual([planFieldId('title')]);
    form.draft.title = '-';
    expect(form.gaps.map(({ field }) => field)).toEqual([planFieldId('keys.0.id'), planFieldId('title')]);
  });

  it('says what is wrong at a field only when people have come past it', () => {
    const { form } = newForm();
    form.draft.title = '-';
    expect(form.problemAt('title')).toBeNull();
    form.left.add('title');
    expect(form.problemAt('title')).not.toBeNull();
    form.draft.title = 'Payroll';
    expect(form.problemAt('title')).toBeNull();
  });

  it('forgets with a key which fields of the keys people came past', () => {
    const { form } = newForm();
    form.addKey();
    for (const field of ['title', 'keys.0.id', 'keys.1.id']) form.left.add(field);
    form.removeKey(0);
    expect([form.draft.keys.length, [...form.left]]).toEqual([1, ['title']]);
  });

  it('calls each field what stands on it', () => {
    const { form } = newForm();
    fillIn(form);
    const labels = ['title', 'roles.witness', 'quorum.witness', 'keys.0.spec', 'keys.0.destination.vault', 'keys.0.source.existing.ckaId']; // prettier-ignore
    expect(new Set(labels.map((field) => labelOf(field, form.draft))).size).toBe(labels.length);
    for (const field of labels.slice(3)) expect(labelOf(field, form.draft)).toMatch(/^Key 1, [A-Z]/u);
    expect(labelOf('keys.0.destination.vault', form.draft)).not.toContain('vault');
  });
});

describe('a form that main looks at', () => {
  it('asks nothing while it is not a plan', async () => {
    const { main, form } = newForm();
    await form.check();
    expect(main.asked).toEqual([]);
  });

  it('takes no answer for another plan than the one on the screen, and asks for the latest next', async () => {
    const { main, form } = newForm();
    fillIn(form);
    const first = form.document;
    const looking = form.check();
    form.draft.title = 'Payroll two';
    void form.check();
    form.draft.title = 'Payroll three';
    await main.answer({ ok: true, value: sound });
    expect(form.checked).toBeNull();
    expect(main.asked.map(({ document }) => document)).toEqual([first, form.document]);
    await main.answer({ ok: true, value: sound });
    await looking;
    expect(form.checked?.sound?.sha256).toBe(sound.sound?.sha256);
    expect(form.gaps).toEqual([]);
  });

  it('is not saved with an empty part of the script, and leads to where it is filled', async () => {
    const { main, form } = newForm();
    fillIn(form);
    void form.check();
    await main.answer({ ok: true, value: incomplete });
    expect(form.gaps.map(({ field }) => field)).toEqual([planFieldId('purpose')]);
  });

  it('keeps what main said last in sight while something is mended, and never as what is on the screen', async () => {
    const { main, form } = newForm();
    fillIn(form);
    void form.check();
    await main.answer({ ok: true, value: sound });
    form.draft.title = '';
    expect([form.checked, form.lastSound]).toEqual([null, sound.sound]);
  });

  it.each<[string, Reply<unknown>]>([
    ['refused', { ok: true, value: refused }],
    ['not looked at', { ok: false, refusal: refusal('CALL-AS-DECLARED', 'It was not.') }],
  ])('that is %s says so', async (_, reply) => {
    const { main, form } = newForm();
    fillIn(form);
    void form.check();
    await main.answer(reply);
    expect(form.checked?.refusal).not.toBeNull();
    expect(form.gaps).toHaveLength(1);
  });
});

describe('a plan that is saved', () => {
  it('counts as saved until something is changed', async () => {
    const { main, form } = newForm();
    fillIn(form);
    const saving = form.save();
    await main.answer({ ok: true, value: { path: '/media/plan.json', sha256: 'ab'.repeat(32) } });
    await saving;
    expect([form.isSaved, main.asked[0]?.document]).toEqual([true, form.document]);
    form.draft.title = 'Payroll again';
    expect(form.isSaved).toBe(false);
  });

  it('is not saved when nobody chooses a folder, or when it is refused', async () => {
    const { main, form, session } = newForm();
    fillIn(form);
    for (const reply of [
      { ok: true, value: null },
      { ok: false, refusal: refusal('PLAN-FILE-NEW', 'There is one.') },
    ] as const) {
      // prettier-ignore
      const saving = form.save();
      await main.answer(reply);
      await saving;
      expect(form.saved).toBeNull();
    }
    expect(session.refusal?.rule).toBe('PLAN-FILE-NEW');
  });
});

describe('the session', () => {
  it('keeps the plan that is being made when people go back to the start', async () => {
    const { main, session } = newForm();
    session.makePlan();
    const form = session.planForm ?? expect.unreachable();
    form.draft.title = 'Payroll';
    const going = session.backToStart();
    await main.answer({ ok: true, value: { version: '0.1.0', electron: '43', unfinished: [] } });
    await going;
    expect(session.isMakingPlan).toBe(false);
    session.makePlan();
    expect([session.isMakingPlan, session.planForm?.draft.title]).toEqual([true, 'Payroll']);
  });

  it('shows a plan with the approval that was just given, and keeps it as it was when that is refused', async () => {
    const { main, session } = newForm();
    const given = { plan: 'ab'.repeat(32), approver: 'Ada', role: 'Head', comparedHash: 'abab abab' };
    const refusing = session.approvePlan(given);
    await main.answer({ ok: false, refusal: refusal('PLAN-APPROVAL-COMPARED', 'Other digits.') });
    await refusing;
    expect([session.preview, session.refusal?.rule]).toEqual([null, 'PLAN-APPROVAL-COMPARED']);
    const approving = session.approvePlan(given);
    const approved = {
      plan: given.plan,
      approval: { approver: 'Ada', role: 'Head', time: '2026-11-02T09:30:00.000Z' },
    };
    await main.answer({ ok: true, value: approved });
    await approving;
    expect(session.preview?.approval?.approver).toBe('Ada');
  });
});
