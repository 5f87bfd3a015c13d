import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, isEverybodyRegistered, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { publicKeyOf, registrations, signed } from '../../support/signing.ts';
import { after, confirmation, eventsOf, opened, refusedBy, stepDone, twoKeys } from '../../support/walk.ts';

/** Everybody is named, and nobody has an approval key. */
function named(): CeremonyState {
  let now = opened(twoKeys);
  while (currentStep(now)?.kind !== 'register-keys') now = stepDone(now);
  return now;
}

const state = named();
const registering = (now: CeremonyState, person: string, more: object = {}): Command => ({
  type: 'register-approval-key',
  publicKey: publicKeyOf(person),
  ...signed(now, 'roll-call', person),
  ...more,
});
const registered = (now: CeremonyState, ...people: string[]): CeremonyState =>
  people.reduce((at, person) => after(at, decide(at, registering(at, person))), now);

describe('an approval key', () => {
  it('is registered by each person of the roll call, and proved by what they sign', () => {
    const all = registered(state, ...state.people.map(({ id }) => id));
    expect(isEverybodyRegistered(all)).toBe(true);
    expect(all.approvalKeys.get('p3')).toBe(publicKeyOf('p3'));
    expect(currentStep(after(all, decide(all, confirmation(all))))?.id).toBe('roll-call.start');
  });

  it('is everybody’s before the ceremony starts', () => {
    const short = registered(state, 'p1', 'p2', 'p3', 'p4', 'p5');
    expect(refusedBy(decide(short, confirmation(short)))).toBe('APPROVAL-KEY-OF-EVERYBODY');
    expect(refusedBy(decide(state, confirmation(state)))).toBe('APPROVAL-KEY-OF-EVERYBODY');
  });

  const one = registered(state, 'p1');
  it.each<[string, CeremonyState, Command, RuleId]>([
    ['of a stranger', state, registering(state, 'p9'), 'APPROVAL-KEY-AT-ROLL-CALL'],
    ['for the second time', one, registering(one, 'p1'), 'APPROVAL-KEY-AT-ROLL-CALL'],
    ['that is another person’s', one, registering(one, 'p2', { publicKey: publicKeyOf('p1') }), 'APPROVAL-KEY-AT-ROLL-CALL'],
    ['that did not sign', state, registering(state, 'p1', { publicKey: publicKeyOf('p2') }), 'APPROVAL-SIGNED'],
    ['cut short', state, registering(state, 'p1', { publicKey: publicKeyOf('p1').slice(0, -2) }), 'APPROVAL-SIGNED'],
    ['with a byte more', state, registering(state, 'p1', { publicKey: `${publicKeyOf('p1')}00` }), 'APPROVAL-SIGNED'],
    ['off the curve', state, registering(state, 'p1', { publicKey: `${publicKeyOf('p1').slice(0, -2)}00` }), 'APPROVAL-SIGNED'],
    ['with no signature', state, registering(state, 'p1', { signature: '' }), 'APPROVAL-SIGNED'],
    ['with what somebody else signed', state, registering(state, 'p1', { signature: signed(state, 'roll-call', 'p2').signature }), 'APPROVAL-SIGNED'],
    ['with what was signed for a break', state, registering(state, 'p1', { signature: signed(state, 'return', 'p1').signature }), 'APPROVAL-SIGNED'],
  ])('is not registered: one %s', (_, now, command, rule) => {
    expect(refusedBy(decide(now, command))).toBe(rule);
  }); // prettier-ignore

  it('is registered at the step that asks for it, neither before nor after', () => {
    const early = opened(twoKeys);
    expect(refusedBy(decide(early, registering(early, 'p1')))).toBe('APPROVAL-KEY-AT-ROLL-CALL');
    const late = stepDone(state);
    expect(refusedBy(decide(late, registering(late, 'p1')))).toBe('APPROVAL-KEY-AT-ROLL-CALL');
  });

  it('binds the signature to the very person that the list has', () => {
    const other = state.people.map((person) => (person.id === 'p1' ? { ...person, name: 'Somebody Else' } : person));
    const { signature } = signed({ ...state, people: other }, 'roll-call', 'p1');
    expect(refusedBy(decide(state, registering(state, 'p1', { signature })))).toBe('APPROVAL-SIGNED');
  });
});

describe('a log', () => {
  it('with a key that nobody could have registered is refused', () => {
    const all = after(one(), decide(one(), confirmation(one())));
    const log = eventsOf(all);
    const at = log.findIndex(({ type }) => type === 'approval-key-registered');
    const changed = (more: object): RuleId | null =>
      ruleOf(() => replay(log.map((event, index) => (index === at ? { ...event, ...more } : event))));
    expect(changed({})).toBeNull();
    for (const more of [{ person: 'p9' }, { person: 'p2' }, { publicKey: publicKeyOf('p2') }, { signature: '00' }]) {
      expect([more, changed(more)]).toEqual([more, 'LOG-HOLDS-A-CEREMONY']);
    }
  });

  function one(): CeremonyState {
    return registrations(state).reduce((now, command) => after(now, decide(now, command)), state);
  }
});
