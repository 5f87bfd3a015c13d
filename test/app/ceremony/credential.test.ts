import { describe, expect, it } from 'vitest';
import { decide } from '../../../app/ceremony/decide.ts';
import type { LoggedInput } from '../../../app/ceremony/events.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { allReturned, exceptionsClosed } from '../../support/signing.ts';
import { after, atWork, confirmation, opened, refusedBy, twoKeys, walkTo } from '../../support/walk.ts';

type Credential = Extract<LoggedInput, { kind: 'credential' }>;

const typed = (how: Credential['how'], ...by: string[]): Credential => ({
  kind: 'credential',
  how,
  by,
  finalTryAccepted: false,
});
const rule = (state: CeremonyState, input: LoggedInput): RuleId | null =>
  refusedBy(decide(state, { ...confirmation(state), input }));

describe.each(['token.identify', 'token.log-in'])('a PIN at %s', (step) => {
  const state = walkTo(opened(twoKeys), step);

  it('is typed by one person, in parts by several, or on the token by one', () => {
    for (const input of [typed('one', 'p3'), typed('parts', 'p3', 'p4'), typed('parts', 'p5', 'p3', 'p4'), typed('pad', 'p3')]) {
      expect([input.how, rule(state, input)]).toEqual([input.how, null]);
    } // prettier-ignore
  });

  it.each<[string, Credential]>([
    ['nobody', typed('one')],
    ['two people who type it whole', typed('one', 'p3', 'p4')],
    ['one person who types parts alone', typed('parts', 'p3')],
    ['no parts', typed('parts')],
    ['somebody who types two parts', typed('parts', 'p3', 'p4', 'p3')],
    ['two people at one pad', typed('pad', 'p3', 'p4')],
    ['a stranger', typed('one', 'p9')],
    ['a stranger among them', typed('parts', 'p3', 'p9')],
  ])('is not taken from %s', (_, input) => {
    expect(rule(state, input)).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
  });

  it('is not the input of any other kind', () => {
    expect(rule(state, { kind: 'none' })).toBe('STEP-INPUT-AS-ASKED');
    const other = walkTo(opened(twoKeys), 'token.probe');
    expect(rule(other, typed('one', 'p3'))).toBe('STEP-INPUT-AS-ASKED');
  });
});

describe('a PIN that opens the token again', () => {
  const state = walkTo(opened(twoKeys), 'keys.make');
  const confirmedBy = state.people.map(({ id }) => id);
  const refusal = { rule: 'TOKEN-PIN-ACCEPTED', cause: 'wrong', remedy: 'again' };
  const rules = (at: CeremonyState, credential: Credential): (RuleId | null)[] => [
    refusedBy(decide(at, { type: 'reopen-token', serial: 'abc123', credential, confirmedBy })),
    refusedBy(decide(at, { type: 'refuse-token', refusal, credential, confirmedBy })),
  ];

  it.each<[string, Credential]>([
    ['nobody', typed('one')],
    ['one person who types parts alone', typed('parts', 'p3')],
    ['somebody who types two parts', typed('parts', 'p3', 'p4', 'p3')],
    ['two people at one pad', typed('pad', 'p3', 'p4')],
    ['a stranger', typed('one', 'p9')],
  ])('is not taken from %s, whether it opens the token or not', (_, credential) => {
    expect(rules(state, credential)).toEqual(['PIN-TYPED-BY-NAMED-PEOPLE', 'PIN-TYPED-BY-NAMED-PEOPLE']);
  });

  it('stands in the log with who typed it, in which order, and what they knew', () => {
    const credential = { ...typed('parts', 'p5', 'p3'), finalTryAccepted: true };
    expect(rules(state, credential)).toEqual([null, null]);
    const reopened = decide(state, { type: 'reopen-token', serial: 'abc123', credential, confirmedBy });
    const refused = decide(state, { type: 'refuse-token', refusal, credential, confirmedBy });
    expect([reopened, refused].map(({ ok, ...made }) => ok && 'events' in made && made.events[0])).toEqual([
      { type: 'token-reopened', serial: 'abc123', credential, confirmedBy },
      { type: 'token-not-reopened', refusal, credential, confirmedBy },
    ]);
  });
});

describe('who typed it', () => {
  it('stands in the log in the order in which they did, and the PIN does not', () => {
    const state = walkTo(opened(twoKeys), 'token.log-in');
    const input = { ...typed('parts', 'p5', 'p3'), finalTryAccepted: true };
    expect(atWork(state, { input }).input).toEqual(input);
    const decision = decide(state, { ...confirmation(state), input });
    const [event] = decision.ok ? decision.events : [];
    expect(event).toMatchObject({ type: 'step-confirmed', step: 'token.log-in', ticks: ['1'] });
    expect(event?.type === 'step-confirmed' ? event.input : null).toEqual(input);
  });

  it('is nobody who has left for good', () => {
    const state = walkTo(opened(twoKeys), 'token.log-in');
    const away = after(state, decide(state, { type: 'start-break', reason: 'lunch', by: 'p1' }));
    const without = after(away, decide(away, { type: 'mark-absent', person: 'p5', reason: 'ill' }));
    const back = exceptionsClosed(allReturned(without));
    expect(rule(back, typed('one', 'p5'))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
    expect(rule(back, typed('parts', 'p3', 'p5'))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
    expect(rule(back, typed('one', 'p3'))).toBeNull();
  });
});
