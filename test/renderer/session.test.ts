import { describe, expect, it } from 'vitest';
import type { Reply } from '../../app/contract/define.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import { refusal } from '../../app/rules/refusal.ts';
import { connect } from '../../renderer/bridge/client.ts';
import { Session } from '../../renderer/state/session.svelte.ts';
import { pinAsked, viewAt } from './view-at.ts';

interface Sent {
  readonly name: string;
  readonly input: unknown;
}

/** A main process that answers every call as told, and may say that the ceremony changed. */
class Main {
  readonly sent: Sent[] = [];
  answers: Record<string, Reply<unknown>> = {};
  #listener: (name: string, payload: unknown) => void = () => undefined;

  /** Copies what it is sent, as the bridge does. */
  call(name: string, input: unknown): Promise<Reply<unknown>> {
    this.sent.push({ name, input: structuredClone(input) });
    this.inputs.push(input);
    return Promise.resolve(this.answers[name] ?? { ok: true, value: null });
  }

  readonly inputs: unknown[] = [];

  onNotice(listener: (name: string, payload: unknown) => void): void {
    this.#listener = listener;
  }

  changed(view: CeremonyView): void {
    this.#listener('ceremony.changed', view);
  }
}

const logIn = viewAt({ size: 8 });
const next = viewAt({ size: 9, step: 'token.probe' });
const asked = [{ role: 'custodian' as const, needed: 1, people: [{ id: 'p3', name: 'Kim', initials: 'KO' }] }];
const lost: CeremonyView = { ...logIn, reopen: { confirmers: asked, distinctPeople: 1, pin: pinAsked } };

/** A window in which a ceremony stands at this view. */
async function at(view: CeremonyView): Promise<{ main: Main; session: Session }> {
  const main = new Main();
  main.answers['ceremony.view'] = { ok: true, value: view };
  const session = new Session(connect({ call: (n, i) => main.call(n, i), onNotice: (l) => main.onNotice(l) }));
  await session.begin();
  main.sent.length = main.inputs.length = 0;
  return { main, session };
}

function draftOf(session: Session): NonNullable<Session['draft']> {
  if (session.draft === null) throw new Error('no draft');
  return session.draft;
}

function typePin({ draft }: Session, text: string): void {
  if (draft === null) throw new Error('no draft');
  draft.pin.typist = 'p4';
  draft.pin.typed.text = draft.pin.again.text = text;
}

describe('the session', () => {
  it('shows the ceremony that main still has open, or else the start', async () => {
    const { session } = await at(logIn);
    expect([session.view, session.about]).toEqual([logIn, null]);
    const main = new Main();
    main.answers['app.about'] = { ok: true, value: { version: '0.1.0', electron: '43', unfinished: [] } };
    const fresh = new Session(connect({ call: (n, i) => main.call(n, i), onNotice: (l) => main.onNotice(l) }));
    await fresh.begin();
    expect([fresh.view, fresh.about?.version]).toEqual([null, '0.1.0']);
  });

  it('confirms nothing while something is missing', async () => {
    const { main, session } = await at(logIn);
    await session.act();
    expect(main.sent).toEqual([]);
  });

  it('confirms a step with what was done at it, and shows what comes next', async () => {
    const { main, session } = await at(logIn);
    main.answers['ceremony.confirmStep'] = { ok: true, value: next };
    typePin(session, '4711');
    draftOf(session).confirmedBy.add('p3');
    await session.act();
    const input = { kind: 'pin', pin: new TextEncoder().encode('4711'), by: 'p4', finalTryAccepted: false };
    expect(main.sent).toEqual([
      { name: 'ceremony.confirmStep', input: { step: 'token.log-in', ticks: [], confirmedBy: ['p3'], input } },
    ]);
    expect(session.view).toEqual(next);
  });

  it('keeps nothing of a PIN once it was sent, refused or not', async () => {
    for (const view of [logIn, lost]) {
      const { main, session } = await at(view);
      const no = { ok: false as const, refusal: refusal('TOKEN-PIN-ACCEPTED', 'wrong') };
      main.answers = { 'ceremony.confirmStep': no, 'ceremony.reopenToken': no };
      typePin(session, '4711');
      const { pin, confirmedBy } = draftOf(session);
      confirmedBy.add('p3');
      await session.act();
      expect([pin.typed.text, pin.again.text, main.sent.length]).toEqual(['', '', 1]);
      expect(JSON.stringify(main.inputs[0])).toMatch(/\{"0":0,"1":0,"2":0,"3":0\}/u);
      expect(session.refusal?.rule).toBe('TOKEN-PIN-ACCEPTED');
    }
  });

  it('opens a lost token with its PIN and the people who confirm it', async () => {
    const { main, session } = await at(lost);
    typePin(session, '4711');
    await session.act();
    expect(main.sent).toEqual([]);
    draftOf(session).confirmedBy.add('p3');
    main.answers['ceremony.reopenToken'] = { ok: true, value: viewAt({ size: 10 }) };
    await session.act();
    const pin = { kind: 'pin', pin: new TextEncoder().encode('4711'), by: 'p4', finalTryAccepted: false };
    const input = { pin, confirmedBy: ['p3'] };
    expect(main.sent).toEqual([{ name: 'ceremony.reopenToken', input }]);
  });

  it('does not take who confirmed an open token for who confirms the step', async () => {
    const { main, session } = await at(lost);
    draftOf(session).confirmedBy.add('p3');
    main.changed(viewAt({ size: 10 }));
    expect([...draftOf(session).confirmedBy]).toEqual([]);
  });

  it('looks again at interrupted work, whatever the step asks for', async () => {
    const { main, session } = await at({ ...logIn, isUnsettled: true });
    await session.act();
    expect(main.sent).toEqual([{ name: 'ceremony.lookAgain', input: {} }]);
  });

  it('stops the step on screen and shows how the ceremony ended', async () => {
    const { main, session } = await at(logIn);
    const stopped = { ...viewAt({ size: 9 }), step: null, stopped: { step: 'token.log-in', reason: 'it differs' } };
    main.answers['ceremony.stop'] = { ok: true, value: stopped };
    await session.stop('it differs');
    expect(main.sent).toEqual([{ name: 'ceremony.stop', input: { step: 'token.log-in', reason: 'it differs' } }]);
    expect([session.view, session.draft]).toEqual([stopped, null]);
  });

  it('keeps the ceremony on screen when main refuses to stop or to leave it', async () => {
    const { main, session } = await at(logIn);
    const no = { ok: false as const, refusal: refusal('WORK-COMPLETED', 'at work') };
    main.answers = { 'ceremony.stop': no, 'ceremony.leave': no };
    await session.stop('it differs');
    expect([session.view, session.refusal?.rule]).toEqual([logIn, 'WORK-COMPLETED']);
    await session.leave();
    expect([session.view, session.refusal?.rule]).toEqual([logIn, 'WORK-COMPLETED']);
  });

  it('does not bring back a ceremony that was left', async () => {
    const { main, session } = await at(logIn);
    main.answers['app.about'] = { ok: true, value: { version: '0.1.0', electron: '43', unfinished: [] } };
    await session.leave();
    main.changed(next);
    expect(session.view).toBeNull();
  });

  it('ignores word of a change that is older than what it shows', async () => {
    const { main, session } = await at(next);
    main.changed(logIn);
    expect(session.view).toEqual(next);
  });
});
