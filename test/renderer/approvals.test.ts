import { describe, expect, it } from 'vitest';
import type { Reply } from '../../app/contract/define.ts';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import { refusal } from '../../app/rules/refusal.ts';
import { connect } from '../../renderer/bridge/client.ts';
import { Session } from '../../renderer/state/session.svelte.ts';
import { TypedSecret } from '../../renderer/state/typed-secret.svelte.ts';
import { viewAt } from './view-at.ts';

/** A main process that keeps approvals as the real one does: of one thing at a time, void once another is asked. */
class Main {
  readonly calls: string[] = [];
  /** The very objects that were sent, so that it can be seen what is left of them. */
  readonly inputs: { passphrase?: Uint8Array; again?: Uint8Array; part?: Uint8Array }[] = [];
  refusing = false;
  approved: readonly string[] = [];
  asked = '';
  readonly step: Partial<StepView>;
  #size = 8;

  constructor(step: Partial<StepView> = {}) {
    this.step = step;
  }

  view(): CeremonyView {
    const { step: shown, ...view } = viewAt({ size: this.#size, step: 'take-out.write' });
    if (shown === null) throw new Error('no step');
    const people = ['kim', 'sam'].map((id) => ({ id, name: id, initials: id.slice(0, 2) }));
    const step: Partial<StepView> = { kind: 'choose-outbound', sensitive: true, distinctPeople: 2, ...this.step };
    const asks = { ...shown.asks, folders: 1 };
    return {
      ...view,
      step: { ...shown, asks, confirmers: [{ role: 'custodian', needed: 2, people }], ...step },
      approval: this.asked === '' ? null : { subject: 'take-out.write', sha256: this.asked, by: [...this.approved] },
    };
  }

  async call(name: string, input: object): Promise<Reply<unknown>> {
    this.calls.push(name);
    this.inputs.push(input);
    const told = structuredClone(input) as { input?: unknown; person?: string };
    await Promise.resolve();
    if (name === 'people.ask' || name === 'people.approve') {
      const asked = JSON.stringify(told.input);
      if (asked !== this.asked) this.approved = [];
      this.asked = asked;
    }
    if (this.refusing)
      return { ok: false, refusal: refusal('APPROVAL-PASSPHRASE-ACCEPTED', 'It does not open the key.') };
    if (name === 'people.approve') this.approved = [...this.approved, told.person ?? ''];
    if (name === 'people.record') {
      this.asked = '';
      this.approved = [];
    }
    if (name === 'people.addPinPart') return { ok: true, value: { held: 1 } };
    this.#size += 1;
    return { ok: true, value: this.view() };
  }
}

async function at(main: Main): Promise<Session> {
  const session = new Session(
    connect({ call: (name, input) => main.call(name, input as object), onNotice: () => undefined }),
  );
  await session.begin();
  main.calls.length = main.inputs.length = 0;
  return session;
}

function typed(text: string): TypedSecret {
  const secret = new TypedSecret();
  secret.text = text;
  return secret;
}

const noBytes = (bytes: Uint8Array | undefined): boolean => bytes?.every((byte) => byte === 0) === true;

describe('a passphrase', () => {
  it('leaves its field, and nothing of it stays in the window, whether main takes it or not', async () => {
    for (const refusing of [false, true]) {
      const main = new Main();
      main.refusing = false;
      const session = await at(main);
      main.refusing = refusing;
      const [first, again, other] = [typed('copper lantern'), typed('copper lantern'), typed('orchard window')];
      expect(await session.people.register('kim', first, again)).toBe(!refusing);
      expect(await session.approve('kim', other)).toBe(!refusing);
      expect([first.text, again.text, other.text]).toEqual(['', '', '']);
      const [registered, approved] = main.inputs;
      expect(registered?.passphrase).toHaveLength(14);
      expect([registered?.passphrase, registered?.again, approved?.passphrase].every(noBytes)).toBe(true);
    }
  });

  it('is sent in the form in which every keyboard types it', async () => {
    const sent: Uint8Array[] = [];
    const main = new Main();
    const session = await at(main);
    const original = main.call.bind(main);
    main.call = (name, input) => {
      sent.push(structuredClone(input as { passphrase: Uint8Array }).passphrase);
      return original(name, input);
    };
    await session.people.comeBack('kim', typed('e\u0301'));
    await session.people.comeBack('kim', typed('\u00e9'));
    expect(sent[0]).toEqual(sent[1]);
  });
});

describe('a part of a PIN', () => {
  it('is passed on as typed, and its bytes are overwritten', async () => {
    const main = new Main();
    const session = await at(main);
    const part = typed('13é');
    expect(await session.people.addPinPart('token.log-in', 'kim', part)).toBe(1);
    expect(part.text).toBe('');
    expect(main.inputs[0]?.part).toHaveLength(4);
    expect(noBytes(main.inputs[0]?.part)).toBe(true);
  });
});

describe('approvals of a step', () => {
  it('let the step be confirmed once enough people have given them, and by exactly them', async () => {
    const main = new Main();
    const session = await at(main);
    session.draft?.media.add('m1');
    await session.approve('kim', typed('copper lantern'));
    expect([[...session.by], session.gaps.length]).toEqual([['kim'], 1]);
    await session.act();
    expect(main.calls).not.toContain('ceremony.confirmStep');
    await session.approve('sam', typed('orchard window'));
    expect(session.gaps).toEqual([]);
    await session.act();
    expect(main.inputs.at(-1)).toMatchObject({ confirmedBy: ['kim', 'sam'], input: { kind: 'media', media: ['m1'] } });
  });

  it('are not put to main again while the answer to a signature comes in', async () => {
    const session = await at(new Main());
    session.draft?.media.add('m1');
    const done: boolean[] = [];
    const approving = session.approve('kim', typed('copper lantern')).then((isDone) => done.push(isDone));
    const seen: boolean[] = [];
    for (let turns = 0; turns < 100 && done.length === 0; turns += 1) {
      await Promise.resolve();
      seen.push(session.mustAskAnew);
    }
    await approving;
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).not.toContain(true);
  });

  it('are void in main as soon as what is shown was changed, and the window says whose', async () => {
    const main = new Main();
    const session = await at(main);
    session.draft?.media.add('m1');
    await session.approve('kim', typed('copper lantern'));
    expect([session.mustAskAnew, session.voided]).toEqual([false, []]);

    session.draft?.media.delete('m1');
    expect([[...session.by], session.mustAskAnew, session.voided]).toEqual([[], false, ['kim']]);
    session.draft?.media.add('m2');
    expect(session.mustAskAnew).toBe(true);
    await session.askAnew();
    expect([main.approved, [...session.by], session.voided, session.mustAskAnew]).toEqual([[], [], ['kim'], false]);

    await session.approve('sam', typed('orchard window'));
    expect([[...session.by], session.voided]).toEqual([['sam'], []]);
  });

  it('are void after a line of the register at the end, and the window says whose', async () => {
    const main = new Main({ kind: 'confirm' });
    const session = await at(main);
    await session.approve('kim', typed('copper lantern'));
    await session.people.record({ kind: 'bag-destroyed', bag: 'A', by: 'kim', witness: 'sam' });
    expect([[...session.by], session.voided, session.gaps.length]).toEqual([[], ['kim'], 1]);
    await session.approve('sam', typed('orchard window'));
    expect([[...session.by], session.voided]).toEqual([['sam'], []]);
  });

  it('count for nothing while main refuses what was chosen since, and that is not put to it over and over', async () => {
    const main = new Main();
    const session = await at(main);
    session.draft?.media.add('m1');
    await session.approve('kim', typed('copper lantern'));
    session.draft?.media.delete('m1');
    session.draft?.media.add('m2');
    main.refusing = true;
    await session.askAnew();
    expect([[...session.by], session.mustAskAnew]).toEqual([[], false]);
    expect(session.refusal).not.toBeNull();
  });

  it('stand again when the very same is shown as before, and nothing was put to the people meanwhile', async () => {
    const session = await at(new Main());
    session.draft?.media.add('m1');
    await session.approve('kim', typed('copper lantern'));
    session.draft?.media.delete('m1');
    session.draft?.media.add('m1');
    expect([[...session.by], session.mustAskAnew]).toEqual([['kim'], false]);
  });

  it('hold for a step that is given nothing, even in a window that was loaded again', async () => {
    const main = new Main({ kind: 'confirm' });
    main.asked = JSON.stringify({ kind: 'none' });
    main.approved = ['kim'];
    expect([...(await at(main)).by]).toEqual(['kim']);
  });

  it('count for nothing in a window that was loaded again until main has seen what is chosen now', async () => {
    const main = new Main();
    main.asked = JSON.stringify({ kind: 'media', media: ['m1'] });
    main.approved = ['kim'];
    const session = await at(main);
    expect([...session.by]).toEqual([]);
    session.draft?.media.add('m1');
    expect(session.mustAskAnew).toBe(true);
    await session.askAnew();
    expect([[...session.by], session.voided]).toEqual([['kim'], []]);
  });

  it('are not confused with initials, which confirm no step of this kind', async () => {
    const session = await at(new Main({ kind: 'confirm' }));
    session.draft?.confirmedBy.add('kim');
    expect([...session.by]).toEqual([]);
  });
});
