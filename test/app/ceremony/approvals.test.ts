import { describe, expect, it } from 'vitest';
import { statementBytes, type Statement } from '../../../app/approval/statement.ts';
import { checkpointToCosign, askedOf, statementOf } from '../../../app/ceremony/approvals.ts';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { LoggedInput } from '../../../app/ceremony/events.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { acting, approvals, signatureOf, signed } from '../../support/signing.ts';
import {
  after,
  atWork,
  confirmation,
  eventsOf,
  inputFor,
  opened,
  position,
  refusedBy,
  stepDone,
  stepOf,
  twoKeys,
  walkTo,
} from '../../support/walk.ts';

/** At a sensitive step, with nothing approved yet: p3, p4 and p5 are custodians, p6 is the witness. */
function before(step: string, start = opened(twoKeys)): CeremonyState {
  let now = start;
  while (currentStep(now)?.id !== step) now = stepDone(now);
  return now;
}

const asking = (state: CeremonyState, input?: LoggedInput): Extract<Command, { type: 'ask-step-approval' }> => ({
  type: 'ask-step-approval',
  step: stepOf(state).id,
  input: input ?? inputFor(state, stepOf(state)),
});
const asked = (state: CeremonyState, input?: LoggedInput): CeremonyState =>
  after(state, decide(state, asking(state, input)));
const approved = (state: CeremonyState, by: readonly string[], input?: LoggedInput): CeremonyState =>
  acting(state, (now) => approvals(now, asking(now, input), by));
const approving = (state: CeremonyState, person: string, more: object = {}): Command => ({
  type: 'give-approval',
  ...signed(state, 'approval', person),
  ...more,
});
const confirming = (state: CeremonyState, confirmedBy: readonly string[], input?: LoggedInput): RuleId | null =>
  refusedBy(decide(state, { ...confirmation(state), confirmedBy, input: input ?? inputFor(state, stepOf(state)) }));

describe('a sensitive step', () => {
  const state = before('keys.make');

  it('is confirmed by people who have approved exactly what it shows', () => {
    expect(confirming(approved(state, ['p3', 'p5', 'p6']), ['p3', 'p5', 'p6'])).toBeNull();
  });

  it.each<[string, string[], string[], RuleId]>([
    ['nobody approved', [], ['p3', 'p4', 'p6'], 'APPROVAL-OF-WHAT-IS-SHOWN'],
    ['one of them did not approve', ['p3', 'p6'], ['p3', 'p4', 'p6'], 'APPROVAL-OF-WHAT-IS-SHOWN'],
    ['somebody is named besides', ['p3', 'p4', 'p6'], ['p3', 'p4', 'p6', 'p1'], 'APPROVAL-OF-WHAT-IS-SHOWN'],
    ['too few approved', ['p3', 'p6'], ['p3', 'p6'], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['nobody is named', ['p3', 'p4', 'p6'], [], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
    ['one counts twice', ['p3', 'p6'], ['p3', 'p3', 'p6'], 'STEP-CONFIRMED-BY-NAMED-ROLES'],
  ])('is not confirmed where %s', (_, by, confirmedBy, rule) => {
    expect(confirming(approved(asked(state), by), confirmedBy)).toBe(rule);
  });

  it('is approved again when it is tried again: what was approved serves once', () => {
    const busy = atWork(state);
    expect(busy.approval).toBeNull();
    const { effect } = busy.inFlight ?? { effect: 0 };
    const refusal = { rule: 'HSM-PROCESS-ALIVE', cause: 'it died', remedy: 'open it again' };
    const lost = after(busy, decide(busy, { type: 'interrupt-work', effect, refusal }));
    expect(refusedBy(decide(lost, asking(lost)))).toBe('EFFECT-NOT-IN-FLIGHT');
  });

  it('is the one that waits now, and no other can be approved', () => {
    expect(refusedBy(decide(state, { ...asking(state), step: 'wrap.approve' }))).toBe('STEP-IS-CURRENT');
    const harmless = before('keys.check');
    expect(refusedBy(decide(harmless, asking(harmless)))).toBe('STEP-IS-CURRENT');
  });

  it('is asked once for the same: the second person adds to the first', () => {
    const first = approved(state, ['p3']);
    const again = decide(first, asking(first));
    expect(again).toEqual({ ok: true, events: [] });
  });
});

describe('an approval', () => {
  const state = asked(before('wrap.approve'));
  const statement = (more: Partial<Statement>, person = 'p3'): Command => {
    const log = { size: position.size, head: position.head };
    const message = statementBytes({ ...statementOf(state, 'approval', person, log), ...more });
    const checkpoint = checkpointToCosign(state);
    const cosignature = checkpoint === null ? null : signatureOf(person, checkpoint);
    return { type: 'give-approval', person, position, signature: signatureOf(person, message), cosignature };
  };

  it('carries the last checkpoint of the log, signed by that person too', () => {
    const sound = statement({});
    const cosigned = (cosignature: string | null): Command => ({ ...sound, cosignature }) as Command;
    const checkpoint = checkpointToCosign(state) ?? expect.unreachable('the token has signed the log by then');
    expect(refusedBy(decide(state, cosigned(signatureOf('p3', checkpoint))))).toBeNull();
    for (const wrong of [
      null,
      signatureOf('p4', checkpoint),
      signatureOf('p3', statementBytes(statementOf(state, 'approval', 'p3', { size: 1, head: '' }))),
    ]) {
      // prettier-ignore
      expect(refusedBy(decide(state, cosigned(wrong)))).toBe('CHECKPOINT-COSIGNED');
    }
    // Before the token has signed anything there is nothing to cosign.
    const early = asked(before('roll-call.start'));
    const given = decide(early, { type: 'give-approval', ...signed(early, 'approval', 'p3'), cosignature: signatureOf('p3', checkpoint) }); // prettier-ignore
    expect(refusedBy(given)).toBe('CHECKPOINT-COSIGNED');
  });

  it('is the signature of that person over what the engine says', () => {
    expect(refusedBy(decide(state, statement({})))).toBeNull();
  });

  it.each<[string, Partial<Statement>]>([
    ['another step', { subject: 'keys.make' }],
    ['another ceremony', { ceremony: 'rehearsal-2026-11-22-000000' }],
    ['another plan: one that was edited after it was approved', { planSha256: '0'.repeat(64) }],
    ['other parameters than the screen shows', { parameters: '0'.repeat(64) }],
    ['another purpose', { purpose: 'return' }],
    ['another person', { person: 'p4' }],
    ['a log of another length', { log: { size: 2, head: position.head } }],
    ['another log of this length', { log: { size: 1, head: 'f'.repeat(64) } }],
  ])('of %s is none', (_, more) => {
    expect(refusedBy(decide(state, statement(more)))).toBe('APPROVAL-SIGNED');
  });

  it('signed by somebody else, or by nobody, is none', () => {
    const own = signed(state, 'approval', 'p3');
    const other = signed(state, 'approval', 'p4');
    for (const signature of [
      other.signature,
      own.signature.slice(0, -2),
      `${own.signature}00`,
      '',
      '00'.repeat(70),
      'xyz',
    ]) {
      expect(refusedBy(decide(state, approving(state, 'p3', { signature })))).toBe('APPROVAL-SIGNED');
    }
  });

  it('is given once by one person', () => {
    const first = approved(state, ['p3']);
    expect(refusedBy(decide(first, approving(first, 'p3')))).toBe('APPROVAL-BY-DIFFERENT-PEOPLE');
  });

  it('is given by nobody whose role is not asked, and by no stranger', () => {
    for (const person of ['p1', 'p2', 'p9']) {
      expect(refusedBy(decide(state, approving(state, person)))).toBe('APPROVAL-BY-THOSE-ASKED');
    }
  });

  it('is given of nothing when nothing is asked', () => {
    const unasked = before('wrap.approve');
    expect(refusedBy(decide(unasked, approving(unasked, 'p3')))).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
  });

  it('of a plan is not one of the same plan with a word changed', () => {
    const edited = opened({ ...twoKeys, title: 'Payroll root key to Azure II' });
    const there = asked(before('wrap.approve', edited));
    const { signature } = signed(state, 'approval', 'p3');
    expect(refusedBy(decide(there, approving(there, 'p3', { signature })))).toBe('APPROVAL-SIGNED');
  });
});

describe('a changed parameter', () => {
  const state = before('take-out.write');
  const first: LoggedInput = { kind: 'folders', folders: ['/media/b1', '/media/b2'] };
  const second: LoggedInput = { kind: 'folders', folders: ['/media/b1', '/media/b3'] };

  it('voids what was approved before, also when it is changed back', () => {
    const all = approved(state, ['p3', 'p4', 'p6'], first);
    const changed = asked(all, second);
    expect(changed.approval?.by).toEqual([]);
    expect(asked(changed, first).approval?.by).toEqual([]);
  });

  it('is not confirmed with the approvals of another', () => {
    const all = approved(state, ['p3', 'p4', 'p6'], first);
    expect(confirming(all, ['p3', 'p4', 'p6'], second)).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
    expect(confirming(all, ['p3', 'p4', 'p6'], first)).toBeNull();
  });

  it('cannot be asked in a form that the step does not take', () => {
    const folder: LoggedInput = { kind: 'folders', folders: ['/media/b1'] };
    expect(refusedBy(decide(state, asking(state, folder)))).toBe('STEP-INPUT-AS-ASKED');
  });

  it('may be one that came up besides: a bag in the register, which everybody signs at the end', () => {
    const end = before('close.sign-off');
    const everyone = end.people.map(({ id }) => id);
    const all = approved(end, everyone);
    const record = {
      kind: 'bag-sealed' as const,
      bag: 'B-1',
      content: 'media B',
      replaces: null,
      by: 'p3',
      witness: 'p6',
    };
    const later = after(all, decide(all, { type: 'record-custody', record }));
    expect(confirming(later, everyone)).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
    expect(confirming(approved(later, everyone), everyone)).toBeNull();
  });

  it('is told by its hash: everything that the screen shows is in it', () => {
    const at = walkTo(opened(twoKeys), 'wrap.approve');
    const step = stepOf(at);
    const of = (now: CeremonyState): string => askedOf(now, { kind: 'step', step, input: { kind: 'none' } }).sha256;
    const kek = at.keks.get('root');
    if (kek === undefined) throw new Error('no wrapping key');
    const swapped = { ...at, keks: new Map(at.keks).set('root', { ...kek, spkiSha256: '0'.repeat(64) }) };
    expect(of(at)).toBe(of({ ...at }));
    expect(of(swapped)).not.toBe(of(at));
    expect(of({ ...at, planSha256: '0'.repeat(64) })).not.toBe(of(at));
  });
});

describe('a log', () => {
  const log = eventsOf(atWork(before('wrap.approve')));
  const asking1 = log.findLastIndex(({ type }) => type === 'approval-asked');
  const giving = log.findLastIndex(({ type }) => type === 'approval-given');
  const changed = (at: number, more: object): RuleId | null =>
    ruleOf(() => replay(log.map((event, index) => (index === at ? { ...event, ...more } : event))));

  it('with an approval that was moved, changed or taken from elsewhere is refused', () => {
    expect(ruleOf(() => replay(log))).toBeNull();
    const earlier = log.find((event) => event.type === 'approval-given');
    const signature = earlier?.type === 'approval-given' ? earlier.signature : '';
    for (const more of [{ subject: 'keys.make' }, { person: 'p4' }, { parametersSha256: '0'.repeat(64) }, { signature }, { log: { size: 2, head: '0'.repeat(64) } }]) {
      expect([more, changed(giving, more)]).toEqual([more, 'LOG-HOLDS-A-CEREMONY']);
    } // prettier-ignore
  });

  it('in which the screen showed something else is refused', () => {
    for (const more of [{ sha256: '0'.repeat(64) }, { parameters: { input: { kind: 'none' } } }, { parameters: null }, { subject: 'keys.make' }, { subject: 'exception.1' }]) {
      expect([more, changed(asking1, more)]).toEqual([more, 'LOG-HOLDS-A-CEREMONY']);
    } // prettier-ignore
  });
});
