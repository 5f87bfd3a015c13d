import { describe, expect, it } from 'vitest';
import type { CeremonyView } from '../../app/contract/view.ts';
import { refusal } from '../../app/rules/refusal.ts';
import { connect } from '../../renderer/bridge/client.ts';
import { Decision } from '../../renderer/departures/decision.svelte.ts';
import { abortLeadsTo, closingGaps, notingWaits } from '../../renderer/departures/departing.ts';
import { Sheets } from '../../renderer/departures/sheets.svelte.ts';
import { Session } from '../../renderer/state/session.svelte.ts';
import { viewAt } from './view-at.ts';

const people = [
  { id: 'p3', name: 'Kim', initials: 'KO' },
  { id: 'p4', name: 'Sam', initials: 'SR' },
];
const closing: NonNullable<CeremonyView['closing']> = {
  exception: 2,
  subject: 'exception.2',
  acts: { role: 'administrator', names: ['Ada'] },
  confirmers: [{ role: 'custodian', needed: 2, people }],
  distinctPeople: 2,
  leaveOut: 'payroll-root',
};
const approvedBy = (...by: string[]): CeremonyView['approval'] => ({ subject: 'exception.2', sha256: 'e5', by });

/** The people have written down what they decide, and put it to each other. */
function decided(text: string): Decision {
  const decision = new Decision(() => closing);
  decision.text = text;
  decision.ask();
  return decision;
}

describe('what is decided of an exception', () => {
  it('goes on with every key unless the people say otherwise, and names the key that they go on without', () => {
    const decision = decided('The cable\nwas loose ');
    expect(decision.decided).toEqual({ exception: 2, decided: 'The cable was loose', decision: 'go-on', key: null });
    decision.isLeftOut = true;
    expect(decision.decided).toMatchObject({ decision: 'leave-out', key: 'payroll-root' });
  });

  it('leaves no key out where none may be', () => {
    const decision = new Decision(() => ({ ...closing, leaveOut: null }));
    decision.isLeftOut = true;
    expect(decision.decided).toMatchObject({ decision: 'go-on', key: null });
  });

  it('is approved by those who approved exactly that, and their approvals are void once it is changed', () => {
    const decision = decided('We try again');
    expect(decision.approvedBy(approvedBy('p3'))).toEqual(['p3']);
    expect(decision.voidedBy(approvedBy('p3'))).toEqual([]);
    for (const change of [() => (decision.text = 'We stop'), () => (decision.isLeftOut = true)]) {
      change();
      expect(decision.approvedBy(approvedBy('p3'))).toEqual([]);
      expect(decision.voidedBy(approvedBy('p3'))).toEqual(['p3']);
    }
  });

  it('counts no approval of another subject, nor of what this window never asked for', () => {
    const other = { subject: 'wrap.approve', sha256: 'e5', by: ['p3'] };
    expect(decided('We try again').approvedBy(other)).toEqual([]);
    expect(decided('We try again').voidedBy(other)).toEqual([]);
    expect(new Decision(() => closing).approvedBy(approvedBy('p3'))).toEqual([]);
  });

  it('is closed once it is written down and the quorum has approved it', () => {
    const { decided: told } = decided('We try again');
    expect(closingGaps(closing, new Decision(() => closing).decided, ['p3', 'p4'])).toHaveLength(1);
    expect(closingGaps(closing, told, ['p3'])).toHaveLength(1);
    expect(closingGaps(closing, told, ['p3', 'p4'])).toEqual([]);
  });
});

describe('noting an exception', () => {
  const named = { ...viewAt({ size: 8 }), room: { ...viewAt({ size: 8 }).room, people: [] } };
  const somebody = {
    ...people[0],
    id: 'p3',
    name: 'Kim',
    initials: 'KO',
    organisation: '',
    isAbsent: false,
    passphraseTry: { number: 1, of: 3 },
  };
  const withPeople: CeremonyView = {
    ...named,
    room: { ...named.room, people: [{ ...somebody, roles: ['custodian'] }] },
  };

  it('waits until somebody can be named who noticed it, and while work is under way or unseen', () => {
    const work = { what: '', key: null, since: '', normalSeconds: 1, afterwards: '', progress: null };
    expect(notingWaits(named)).not.toBeNull();
    expect(notingWaits({ ...withPeople, work })).not.toBeNull();
    expect(notingWaits({ ...withPeople, isUnsettled: true })).not.toBeNull();
    expect(notingWaits(withPeople)).toBeNull();
  });
});

describe('an abort', () => {
  const rollCall = (status: 'done' | 'now' | 'to-come'): CeremonyView => ({
    ...viewAt({ size: 8 }),
    journey: viewAt({ size: 8 }).journey.map((phase) =>
      phase.id === 'roll-call'
        ? { ...phase, steps: [{ id: 'roll-call.present', number: '2.2', title: '', key: null, status }] }
        : phase,
    ),
  });

  it('leads to steps of its own as soon as everybody can sign, and to the end before that or the second time', () => {
    expect(abortLeadsTo(rollCall('to-come'))).toBe('end');
    expect(abortLeadsTo(rollCall('done'))).toBe('steps');
    expect(
      abortLeadsTo({
        ...rollCall('done'),
        stopped: { step: 'keys.make', reason: 'fire', unsettled: null, keyInDoubt: null },
      }),
    ).toBe('end');
  });

  it('counts who has sealed a key while that is still under way', () => {
    const view = rollCall('now');
    const withKeys = (isDone: boolean): CeremonyView => ({
      ...view,
      step: view.step && {
        ...view.step,
        kind: 'register-keys',
        asks: { ...view.step.asks, keys: people.map((person) => ({ ...person, isDone })) },
      },
    });
    expect(abortLeadsTo(withKeys(false))).toBe('end');
    expect(abortLeadsTo(withKeys(true))).toBe('steps');
  });
});

describe('a sheet that floats above a screen', () => {
  const bridge = { call: () => Promise.resolve({ ok: true, value: null }), onNotice: () => undefined };
  const earlier = refusal('STEP-IS-CURRENT', 'of the screen below');
  const later = refusal('CUSTODY-RECORD-FITS', 'of the sheet');

  it('shows what was refused in it, and leaves what the screen below shows as it was', () => {
    const session = new Session(connect(bridge));
    const sheets = new Sheets(session);
    session.refusal = earlier;
    sheets.show('register');
    expect([sheets.refusal, sheets.refusalBelow]).toEqual([null, earlier]);
    session.refusal = later;
    expect([sheets.refusal, sheets.refusalBelow]).toEqual([later, earlier]);
    sheets.close();
    expect([sheets.open, sheets.refusal, sheets.refusalBelow]).toEqual([null, null, null]);
  });

  it('stays open with what was typed while main refuses, and another does not open above it', async () => {
    const sheets = new Sheets(new Session(connect(bridge)));
    sheets.show('exception');
    sheets.show('break');
    await sheets.closeAfter(Promise.resolve(false));
    expect(sheets.open).toBe('exception');
    await sheets.closeAfter(Promise.resolve(true));
    expect(sheets.open).toBeNull();
  });
});
