import { describe, expect, it, vi } from 'vitest';
import { decide, type Command, type Decision } from '../../../app/ceremony/decide.ts';
import { askedOf } from '../../../app/ceremony/approvals.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, type CeremonyState } from '../../../app/ceremony/state.ts';
import { refusal } from '../../../app/rules/refusal.ts';
import { explore } from '../../support/every-state/explore.ts';
import { azureKey, opened, opening, planWith } from '../../support/walk.ts';

vi.mock('../../../app/approval/signature.ts', async (load) =>
  (await import('../../support/verified-once.ts')).verifiedOnce(await load()),
);

const people = { roles: { custodian: 3, witness: 1 }, quorum: { custodian: 2, witness: 1 } };
const weakKey = azureKey('old', {
  spec: 'aes-256',
  after: 'keep',
  destination: { type: 'tencent-kms', region: 'ap-guangzhou', keyId: 'kms-old', wrappingAlgorithm: 'RSAES_PKCS1_V1_5' },
});
const oneKey = opened(planWith([azureKey('root')], people));
const twoKeys = opened(planWith([azureKey('root'), weakKey], people));

/** What must have stood in somebody's way, or the walk was a stroll. */
const refusedBy = [
  'NO-OPEN-EXCEPTION',
  'CEREMONY-ON-BREAK',
  'APPROVAL-OF-WHAT-IS-SHOWN',
  'APPROVAL-BY-DIFFERENT-PEOPLE',
  'APPROVAL-SIGNED',
  'STEP-CHECKS-TICKED',
  'STEP-CONFIRMED-BY-NAMED-ROLES',
  'EFFECT-NOT-IN-FLIGHT',
  'QUORUM-PRESENT',
];

type Decide = (state: CeremonyState, command: Command) => Decision;

describe('in every state that a ceremony can come to', () => {
  it.each<[string, CeremonyState, number, number]>([
    ['one key and two departures from the plan', oneKey, 2, 30_000],
    ['two keys, one in a weak way, and one departure', twoKeys, 1, 20_000],
  ])(
    'the engine keeps its promises: %s',
    (name, start, departures, least) => {
      const begun = performance.now();
      const found = explore({ start, decide, departures });
      const seconds = Math.round((performance.now() - begun) / 1000);
      console.log(
        `${name}: ${found.states} states, ${found.transitions} transitions, ${found.ends} ends, ${seconds} s`,
      );
      expect(found.broken).toEqual([]);
      expect(found.dead).toEqual([]);
      expect(found.states).toBeGreaterThan(least);
      expect([...found.rules]).toEqual(expect.arrayContaining(refusedBy));
      expect([...found.steps].toSorted()).toEqual(expect.arrayContaining(start.steps.map(({ id }) => id).toSorted()));
      expect([...found.steps]).toEqual(expect.arrayContaining(['abort.inventory', 'abort.destroy', 'abort.sign-off']));
      for (const { events, state } of found.samples(997))
        expect(replay([opening(start.planDocument), ...events])).toEqual(state);
    },
    600_000,
  );
});

/** An engine with a fault: what is planted, and what the walk must say of it. */
const planted: readonly [string, string, Decide][] = [
  [
    'takes approvals for granted',
    'without the quorum',
    (state, command) => {
      const step = currentStep(state);
      if (command.type !== 'confirm-step' || step?.sensitive !== true) return decide(state, command);
      const { subject, sha256, parameters } = askedOf(state, { kind: 'step', step, input: command.input });
      return decide({ ...state, approval: { subject, sha256, parameters, by: command.confirmedBy } }, command);
    },
  ],
  [
    'lets approvals stand when the input is changed',
    'without the quorum',
    (state, command) => {
      const step = currentStep(state);
      if (command.type !== 'confirm-step' || step === null || state.approval === null) return decide(state, command);
      const { subject, sha256, parameters } = askedOf(state, { kind: 'step', step, input: command.input });
      return decide({ ...state, approval: { ...state.approval, subject, sha256, parameters } }, command);
    },
  ],
  [
    'forgets a tick',
    'missing tick',
    (state, command) => {
      if (command.type !== 'confirm-step') return decide(state, command);
      const ticks = currentStep(state)?.ticks.map(({ id }) => id) ?? [];
      return decide(state, { ...command, ticks });
    },
  ],
  [
    'overlooks an open exception',
    'exception was open',
    (state, command) => decide({ ...state, exceptions: [] }, command),
  ],
  ['works through a break', 'on a break', (state, command) => decide({ ...state, onBreak: null }, command)],
  [
    'lets an exception be closed by one person',
    'closed by too few',
    (state, command) =>
      command.type === 'close-exception'
        ? decide(
            { ...state, plan: { ...state.plan, quorum: { ...state.plan.quorum, custodian: 0, witness: 1 } } },
            command,
          )
        : decide(state, command),
  ],
  [
    'closes without those who do not sign',
    'signed off by too few',
    (state, command) => {
      if (command.type !== 'confirm-step' || !command.step.endsWith('.sign-off')) return decide(state, command);
      const absent = state.people.map(({ id }) => id).filter((id) => !command.confirmedBy.includes(id));
      return decide({ ...state, absent }, command);
    },
  ],
  [
    'says more at once than a power cut may leave half',
    'entries by one command',
    (state, command) => {
      const decision = decide(state, command);
      if (command.type !== 'start-break' || !decision.ok) return decision;
      return { ...decision, events: Array(5).fill(decision.events).flat() };
    },
  ],
  [
    'does not hear a stop',
    'a stop was refused',
    (state, command) =>
      command.type === 'stop-ceremony' && state.inFlight !== null
        ? { ok: false, refusal: refusal('EFFECT-NOT-IN-FLIGHT', 'it is at work') }
        : decide(state, command),
  ],
];

describe('the walk sees an engine that', () => {
  it.each(planted)(
    '%s',
    (_, fault, faulty) => {
      const { broken } = explore({ start: oneKey, decide: faulty, departures: 1, onlyUntilBroken: true });
      expect(broken.join('\n')).toContain(fault);
    },
    600_000,
  );

  it('cannot come to an end', () => {
    const stuck: Decide = (state, command) =>
      command.type === 'confirm-step' && command.step.endsWith('.sign-off')
        ? { ok: false, refusal: refusal('STEP-IS-CURRENT', 'not now') }
        : decide(state, command);
    expect(explore({ start: oneKey, decide: stuck, departures: 0 }).dead).not.toEqual([]);
  }, 600_000);
});
