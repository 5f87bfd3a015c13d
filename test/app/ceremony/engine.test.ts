import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../app/audit/canonical-json.ts';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import { parseEvent } from '../../../app/ceremony/events.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, isClosed, type CeremonyState } from '../../../app/ceremony/state.ts';
import { ckaIdOf } from '../../../app/ceremony/work.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { exceptionsClosed } from '../../support/signing.ts';
import {
  after,
  atWork,
  azureKey,
  completeOne,
  confirmation,
  everybody,
  failing,
  opened,
  opening,
  planWith,
  refusedBy,
  stepDone,
  twoKeys,
  typedAlone,
  walkTo,
  wholeCeremony,
} from '../../support/walk.ts';

describe('a whole ceremony', () => {
  it('goes through the eight phases in order and ends closed', () => {
    const { state, events } = wholeCeremony(twoKeys);
    expect(isClosed(state)).toBe(true);
    const confirmed = events.flatMap((event) => (event.type === 'step-confirmed' ? [event.step] : []));
    expect(confirmed).toEqual(state.steps.map((step) => step.id));
    expect([...new Set(state.steps.map((step) => step.phase))]).toEqual([
      'prepare', 'roll-call', 'token', 'bring-in', 'keys', 'wrap', 'take-out', 'close',
    ]); // prettier-ignore
  });

  it('asks for each piece of work once', () => {
    const { events } = wholeCeremony(twoKeys);
    const asked = events.flatMap((event) => (event.type === 'effect-requested' ? [event.request] : []));
    expect(asked.map((request) => [request.kind, 'key' in request ? request.key : ''].join(' ').trim())).toEqual([
      'inspect-workstation',
      'identify-token',
      'log-in',
      'probe-token',
      'make-log-key',
      'sign-checkpoint',
      'read-inbound',
      'sign-checkpoint',
      'make-key root',
      'make-key constructor',
      'sign-checkpoint',
      'sign-checkpoint',
      'wrap-key root',
      'wrap-key constructor',
      'sign-checkpoint',
      'sign-bundle',
      'write-copy',
      'write-copy',
      'sign-checkpoint',
      'destroy-key root',
      'sign-checkpoint',
      'sign-checkpoint',
      'destroy-log-key',
      'log-out',
    ]);
  });

  it('replays from its log to the same state, and every prefix of the log is a state', () => {
    const { events, state } = wholeCeremony(twoKeys);
    const stored = [opening(twoKeys), ...events].map((event) => parseEvent(JSON.parse(canonicalJson(event))));
    expect(replay(stored)).toEqual(state);
    for (let length = 1; length <= stored.length; length++) expect(replay(stored.slice(0, length))).not.toBeNull();
  });

  it('never asks a key to be destroyed that the plan keeps', () => {
    const { state } = wholeCeremony(planWith([azureKey('root', { after: 'keep' })]));
    expect(state.steps.some((step) => step.id === 'close.destroy')).toBe(false);
    expect(state.destroyed).toEqual([]);
  });

  it('selects a key that is in the token already instead of making one', () => {
    const plan = planWith([azureKey('root', { source: { existing: { ckaId: 'ab01' } } })]);
    const at = atWork(walkTo(opened(plan), 'keys.make'));
    expect(at.inFlight?.request).toEqual({ kind: 'find-key', key: 'root', ckaId: 'ab01' });
  });
});

describe('a confirmation', () => {
  const start = opened(twoKeys);
  const atCompare = walkTo(start, 'bring-in.compare.root');
  const confirm = (state: CeremonyState, change: Partial<Extract<Command, { type: 'confirm-step' }>>): RuleId | null =>
    refusedBy(decide(state, { ...confirmation(state), ...change }));

  it('is for the current step only', () => {
    expect(confirm(start, { step: 'wrap.wrap' })).toBe('STEP-IS-CURRENT');
    expect(confirm(start, { step: 'nothing' })).toBe('STEP-IS-CURRENT');
  });

  it('needs every check ticked, and no other', () => {
    expect(confirm(atCompare, { ticks: ['1'] })).toBe('STEP-CHECKS-TICKED');
    expect(confirm(atCompare, { ticks: ['1', '2', '3'] })).toBe('STEP-CHECKS-TICKED');
    expect(confirm(atCompare, { ticks: ['1', '2', '2'] })).toBe('STEP-CHECKS-TICKED');
    expect(confirm(atCompare, {})).toBeNull();
  });

  it('needs the roles that the step names', () => {
    const holders = (role: string): string[] =>
      atCompare.people.filter((person) => person.roles.some((held) => held === role)).map((person) => person.id);
    expect(confirm(atCompare, { confirmedBy: [] })).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(confirm(atCompare, { confirmedBy: holders('operator') })).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(confirm(atCompare, { confirmedBy: [...holders('operator'), ...holders('witness')] })).toBeNull();
  });

  it('counts nobody twice and knows no strangers', () => {
    const all = atCompare.people.map((person) => person.id);
    expect(confirm(atCompare, { confirmedBy: [...all, 'p99'] })).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(confirm(atCompare, { confirmedBy: [...all, 'p1'] })).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
  });

  it('takes as many custodians and witnesses as the quorum asks for at a sensitive step', () => {
    const atAccept = walkTo(start, 'bring-in.accept');
    const people = everybody(atAccept);
    const pick = (role: string, count: number): string[] =>
      people.filter((person) => person.roles.some((held) => held === role)).slice(0, count).map((person) => person.id); // prettier-ignore
    expect(confirm(atAccept, { confirmedBy: [...pick('custodian', 1), ...pick('witness', 1)] })).toBe(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
    );
    expect(confirm(atAccept, { confirmedBy: [...pick('custodian', 2), ...pick('witness', 1)] })).toBeNull();
  });

  it('waits while work is under way', () => {
    const busy = after(start, decide(start, confirmation(start)));
    expect(confirm(busy, {})).toBe('EFFECT-NOT-IN-FLIGHT');
  });

  it('comes too late when the ceremony is closed', () => {
    const { state } = wholeCeremony(twoKeys);
    expect(refusedBy(decide(state, { ...confirmation(start), step: 'close.sign-off' }))).toBe('CEREMONY-OPEN');
  });
});

describe('what a step asks for', () => {
  const start = opened(twoKeys);
  const cases: readonly [string, string, Extract<Command, { type: 'confirm-step' }>['input'], RuleId][] = [
    ['names when it wants a tick', 'prepare.plan', { kind: 'people', people: [] }, 'STEP-INPUT-AS-ASKED'],
    ['nothing when it wants names', 'roll-call.people', { kind: 'none' }, 'STEP-INPUT-AS-ASKED'],
    ['a folder when it wants a PIN', 'token.log-in', { kind: 'folders', folders: ['/a'] }, 'STEP-INPUT-AS-ASKED'],
    ['nothing when it wants a folder', 'bring-in.read', { kind: 'none' }, 'STEP-INPUT-AS-ASKED'],
    [
      'two folders when it reads one',
      'bring-in.read',
      { kind: 'folders', folders: ['/a', '/b'] },
      'STEP-INPUT-AS-ASKED',
    ],
    ['one folder for two copies', 'take-out.write', { kind: 'folders', folders: ['/a'] }, 'STEP-INPUT-AS-ASKED'],
    ['the same folder twice', 'take-out.write', { kind: 'folders', folders: ['/a', '/a'] }, 'STEP-INPUT-AS-ASKED'],
    ['nothing when it wants ids', 'close.destroy', { kind: 'none' }, 'STEP-INPUT-AS-ASKED'],
    ['a wrong id', 'close.destroy', { kind: 'key-ids', keyIds: ['rot'] }, 'DESTROY-CONFIRMED-BY-NAME'],
    ['no id', 'close.destroy', { kind: 'key-ids', keyIds: [] }, 'DESTROY-CONFIRMED-BY-NAME'],
    [
      'an id too many',
      'close.destroy',
      { kind: 'key-ids', keyIds: ['root', 'constructor'] },
      'DESTROY-CONFIRMED-BY-NAME',
    ],
  ];

  it.each(cases)('refuses %s', (_, step, input, rule) => {
    const state = walkTo(start, step);
    expect(refusedBy(decide(state, { ...confirmation(state), input }))).toBe(rule);
  });
});

describe('the token', () => {
  const at = walkTo(opened(twoKeys), 'keys.make');
  const everyone = at.people.map((person) => person.id);
  const reopening = (state: CeremonyState, serial: string, confirmedBy = everyone): RuleId | null =>
    refusedBy(decide(state, { type: 'reopen-token', serial, credential: typedAlone, confirmedBy }));

  it('is opened again only with the serial that was identified', () => {
    expect(reopening(at, 'abc123')).toBeNull();
    expect(reopening(at, 'other')).toBe('TOKEN-SERIAL-AS-IDENTIFIED');
  });

  it('is opened again by the people of the first log-in, and only while a step needs it', () => {
    expect(reopening(at, 'abc123', [])).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    for (const step of ['token.log-in', 'keys.check', 'take-out.check', 'close.sign-off']) {
      expect([step, reopening(walkTo(opened(twoKeys), step), 'abc123')]).toEqual([step, 'TOKEN-OPENED-WHEN-NEEDED']);
    }
  });

  it('logs a failed attempt with those who made it, opens an exception, and changes nothing else', () => {
    const refusal = { rule: 'TOKEN-PIN-ACCEPTED', cause: 'wrong', remedy: 'again' };
    const decision = decide(at, { type: 'refuse-token', refusal, credential: typedAlone, confirmedBy: ['p3', 'p6'] });
    const { exceptions, ...rest } = after(at, decision);
    expect({ ...rest, exceptions: [] }).toEqual({ ...at, approval: null });
    expect(exceptions).toMatchObject([{ rule: 'TOKEN-PIN-ACCEPTED', openedBy: 'keyferry', closed: null }]);
    expect(decision.ok && decision.events[0]).toMatchObject({ confirmedBy: ['p3', 'p6'] });
  });
});

describe('somebody who says stop', () => {
  it('means the step on the screen', () => {
    const stop: Command = { type: 'stop-ceremony', step: 'wrap.wrap', reason: 'x' };
    expect(refusedBy(decide(opened(twoKeys), stop))).toBe('STEP-IS-CURRENT');
  });
});

describe('a wrapping key', () => {
  it('is used only after it was compared, whatever the log says before', () => {
    const at = walkTo(opened(twoKeys), 'wrap.wrap');
    const swapped = { ...at, compared: new Map(at.compared).set('root', '0'.repeat(64)) };
    expect(refusedBy(decide(swapped, confirmation(swapped)))).toBe('KEK-FINGERPRINT-CONFIRMED');
    const uncompared = { ...at, compared: new Map([...at.compared].slice(1)) };
    expect(refusedBy(decide(uncompared, confirmation(uncompared)))).toBe('KEK-FINGERPRINT-CONFIRMED');
  });

  it('is used only when the quorum has approved that very one', () => {
    const at = walkTo(opened(twoKeys), 'wrap.wrap');
    const swapped = { ...at, approvedWraps: new Map(at.approvedWraps).set('root', '0'.repeat(64)) };
    expect(refusedBy(decide(swapped, confirmation(swapped)))).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
    const unapproved = { ...at, approvedWraps: new Map([...at.approvedWraps].slice(1)) };
    expect(refusedBy(decide(unapproved, confirmation(unapproved)))).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
  });
});

describe('for any plan and any failures on the way', () => {
  const key = fc.record({ spec: fc.constantFrom('ec-p256', 'rsa-2048'), after: fc.constantFrom('destroy', 'keep') });
  const plans = fc.record({
    keys: fc.array(key, { minLength: 1, maxLength: 4 }),
    copies: fc.integer({ min: 1, max: 3 }),
  });

  it('work is done at most once per key and copy, and wraps come after compares', () => {
    fc.assert(
      fc.property(plans, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 60, maxLength: 60 }), (plan, luck) => {
        const document = planWith(
          plan.keys.map((given, index) => azureKey(`key-${index}`, given)),
          { copies: plan.copies },
        );
        const done: string[] = [];
        let state = opened(document);
        let draws = 0;
        while (currentStep(state) !== null) {
          if (state.inFlight === null) {
            state = atWork(exceptionsClosed(state));
            continue;
          }
          const { request } = state.inFlight;
          const isLucky = (luck[draws++] ?? 2) > 0;
          if (request.kind === 'wrap-key') {
            expect(state.compared.size).toBe(plan.keys.length);
            expect(state.approvedWraps).toEqual(state.compared);
          }
          if (isLucky && 'key' in request) done.push(`${request.kind} ${request.key}`);
          if (isLucky && request.kind === 'write-copy') done.push(`copy ${request.copy}`);
          state = isLucky ? completeOne(state) : failing(state);
        }
        expect(new Set(done).size).toBe(done.length);
        expect(done.filter((work) => work.startsWith('copy'))).toHaveLength(plan.copies);
        expect(done.filter((work) => work.startsWith('wrap-key'))).toHaveLength(plan.keys.length);
        expect(done.filter((work) => work.startsWith('destroy-key'))).toHaveLength(
          plan.keys.filter((planned) => planned.after === 'destroy').length,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('the CKA_ID of a target key', () => {
  it('differs between ceremonies and between keys, and is the same every time', () => {
    const [one, two] = opened(twoKeys).plan.keys;
    if (one === undefined || two === undefined) throw new Error('two keys');
    expect(ckaIdOf('ceremony-1', one)).toMatch(/^[0-9a-f]{32}$/u);
    expect(ckaIdOf('ceremony-1', one)).toBe(ckaIdOf('ceremony-1', one));
    expect(new Set([ckaIdOf('ceremony-1', one), ckaIdOf('ceremony-2', one), ckaIdOf('ceremony-1', two)]).size).toBe(3);
  });
});

describe('steps', () => {
  it('confirm themselves only with roles that the plan fills', () => {
    const small = planWith([azureKey('a')], { roles: { custodian: 2 }, quorum: { custodian: 2 } });
    expect(isClosed(wholeCeremony(small).state)).toBe(true);
    const lonely = planWith([azureKey('a')], { roles: { operator: 1 }, quorum: { operator: 1 } });
    expect(isClosed(wholeCeremony(lonely).state)).toBe(true);
  });

  it('need two people where somebody compares, whatever roles the plan fills', () => {
    const custodians = opened(planWith([azureKey('a')], { roles: { custodian: 2 }, quorum: { custodian: 1 } }));
    const at = walkTo(custodians, 'bring-in.compare.a');
    expect(refusedBy(decide(at, { ...confirmation(at), confirmedBy: ['p1'] }))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    expect(refusedBy(decide(at, confirmation(at)))).toBeNull();
  });

  it('are told apart when the token is found and not made', () => {
    const found = opened(twoKeys, { tokenSerial: 'abc123' });
    const made = opened(twoKeys);
    const kindAt = (state: CeremonyState): string | undefined =>
      state.steps.find(({ id }) => id === 'token.identify')?.kind;
    expect([kindAt(found), kindAt(made)]).toEqual(['confirm', 'choose-pin']);
    expect(found.steps.map(({ id }) => id)).toEqual(made.steps.map(({ id }) => id));
  });

  it('have ids and numbers of their own', () => {
    const { steps } = opened(twoKeys);
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
    expect(new Set(steps.map(({ number }) => number)).size).toBe(steps.length);
    expect(stepDone(opened(twoKeys)).current).toBe(1);
  });
});
