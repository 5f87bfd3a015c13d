import { describe, expect, it, vi } from 'vitest';
import { canonicalJson, type JsonValue } from '../../../app/audit/canonical-json.ts';
import { appendEntry, emptyChain, followLink, verifyChain } from '../../../app/audit/chain.ts';
import type { Entry } from '../../../app/audit/entry.ts';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import { evolve } from '../../../app/ceremony/evolve.ts';
import { replay, replayLog } from '../../../app/ceremony/replay.ts';
import { currentStep, isClosed, presentPeople, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { Position } from '../../../app/ceremony/work.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { closingOf, publicKeyOf, quorumOf, signed } from '../../support/signing.ts';
import { headOf } from '../../support/machine.ts';
import { confirmation, inputFor, opened, opening, outcomeFor, stepOf, time, twoKeys } from '../../support/walk.ts';

vi.mock('../../../app/approval/signature.ts', async (load) =>
  (await import('../../support/verified-once.ts')).verifiedOnce(await load()),
);

/** The entries of a log that somebody writes, in a chain that is whole. */
function chained(events: readonly CeremonyEvent[]): Entry[] {
  const entries: Entry[] = [];
  let head = emptyChain;
  for (const event of events) {
    const entry = appendEntry(head, { time, actor: 'room', event: event as unknown as JsonValue });
    head = followLink(head, entry);
    entries.push(entry);
  }
  return entries;
}

/** A ceremony whose people sign where the log stands in truth. */
class Room {
  readonly events: CeremonyEvent[] = [opening(twoKeys)];
  state: CeremonyState = opened(twoKeys);

  position(): Position {
    const { size, hash } = verifyChain(chained(this.events));
    return { size, head: hash, time };
  }

  take(command: (state: CeremonyState, position: Position) => Command): void {
    const decision = decide(this.state, command(this.state, this.position()));
    if (!decision.ok) throw new Error(decision.refusal.rule);
    this.events.push(...decision.events);
    this.state = decision.events.reduce<CeremonyState>(evolve, this.state);
  }

  /** Everybody does what the current step asks, and the machine its work. */
  step(): void {
    const step = stepOf(this.state);
    const input = inputFor(this.state, step);
    if (step.kind === 'register-keys') {
      for (const { id } of this.state.people) {
        this.take((state, at) => ({ type: 'register-approval-key', publicKey: publicKeyOf(id), ...signed(state, 'roll-call', id, at) })); // prettier-ignore
      }
    }
    if (step.sensitive) {
      this.take(() => ({ type: 'ask-step-approval', step: step.id, input }));
      const asked = step.confirmers.everyone === true ? presentPeople(this.state).map(({ id }) => id) : quorumOf(this.state); // prettier-ignore
      for (const id of asked) this.approve(id);
    }
    this.take((state, position) => ({ ...confirmation(state), input, position }));
    while (this.state.inFlight !== null) {
      const { effect, request } = this.state.inFlight;
      this.take((state, position) => ({ type: 'complete-work', effect, outcome: outcomeFor(state, request, headOf(chained(this.events))), settled: false, then: 'go-on', position })); // prettier-ignore
    }
  }

  approve(person: string): void {
    this.take((state, at) => ({ type: 'give-approval', ...signed(state, 'approval', person, at) }));
  }

  until(step: string): void {
    while (currentStep(this.state)?.id !== step) this.step();
  }
}

/** A ceremony in which much departs from the plan: a bag, wrong passphrases, a break, somebody who stays away. */
function eventful(): Room {
  const room = new Room();
  room.until('keys.check');
  const bag = { bag: 'B-1', by: 'p3', witness: 'p6' };
  room.take(() => ({ type: 'record-custody', record: { kind: 'bag-opened', content: 'media A', idMatched: true, ...bag } })); // prettier-ignore
  room.take(() => ({ type: 'record-custody', record: { kind: 'bag-sealed', content: 'media A', replaces: null, ...bag } })); // prettier-ignore
  for (let tries = 0; tries < 3; tries++) room.take(() => ({ type: 'refuse-passphrase', person: 'p3' }));
  room.take(() => ({ type: 'start-break', reason: 'lunch', by: 'p1' }));
  room.take(() => ({ type: 'mark-absent', person: 'p5', reason: 'ill' }));
  for (const { id } of presentPeople(room.state)) room.take((state, at) => ({ type: 'return-person', ...signed(state, 'return', id, at) })); // prettier-ignore
  for (const exception of [1, 2]) {
    const closing = closingOf(room.state, null, { exception });
    room.take(() => ({ type: 'ask-exception-approval', ...closing }));
    for (const id of quorumOf(room.state)) room.approve(id);
    room.take((state) => ({ type: 'close-exception', ...closing, confirmedBy: quorumOf(state) }));
  }
  while (!isClosed(room.state)) room.step();
  return room;
}

const { events, state } = eventful();
const refused = 'LOG-HOLDS-A-CEREMONY';

describe('a log that is written anew, its chain whole', () => {
  const rule = (changed: readonly CeremonyEvent[]): string | null => ruleOf(() => replayLog(chained(changed)));

  it('is taken when it is the same', () => {
    expect(replayLog(chained(events))).toEqual(state);
  });

  it('is refused without any one of its entries: whoever signs says how long it was, and how it ended', () => {
    for (let at = 0; at < events.length - 1; at++) {
      expect([at, events[at]?.type, rule(events.toSpliced(at, 1))]).toEqual([at, events[at]?.type, refused]);
    }
  });

  it('is refused with any two neighbours changed over', () => {
    for (let at = 0; at + 1 < events.length; at++) {
      const [one, other] = events.slice(at, at + 2);
      if (one === undefined || other === undefined) throw new Error('no neighbours');
      // Two wrong passphrases of one person are the same log in either order.
      if (canonicalJson(one) === canonicalJson(other)) continue;
      expect([at, one.type, rule(events.toSpliced(at, 2, other, one))]).toEqual([at, one.type, refused]);
    }
  });

  it('is refused with one more of what anybody may enter, up to the last signature', () => {
    const last = events.findLastIndex((event) => 'signature' in event);
    const harmless = events.filter(({ type }) => type === 'passphrase-refused' || type === 'custody-recorded');
    expect(harmless.length).toBeGreaterThan(0);
    for (const event of harmless.slice(0, 3)) {
      for (let at = 1; at <= last; at++) expect([at, rule(events.toSpliced(at, 0, event))]).toEqual([at, refused]);
    }
  });

  it('is refused where somebody signed that it stood elsewhere', () => {
    const moved = events.map((event) => ('log' in event ? { ...event, log: { ...event.log, size: event.log.size + 1 } } : event)); // prettier-ignore
    expect(rule(moved)).toBe(refused);
  });
});

describe('an event of the people', () => {
  const planted = [
    'approval-key-registered',
    'approval-asked',
    'approval-given',
    'exception-opened',
    'exception-closed',
    'break-started',
    'person-returned',
    'person-absent',
    'break-ended',
  ] as const;

  it.each(planted)('%s is taken nowhere but where the engine has put it, and once', (type) => {
    const event = events.find((one) => one.type === type);
    if (event === undefined) throw new Error('it did not happen');
    for (let at = 1; at <= events.length; at++) {
      expect([at, ruleOf(() => replay(events.toSpliced(at, 0, event)))]).toEqual([at, refused]);
    }
  });

  it.each(['passphrase-refused', 'custody-recorded'] as const)(
    '%s is taken of nobody before they are named',
    (type) => {
      const event = events.find((one) => one.type === type);
      if (event === undefined) throw new Error('it did not happen');
      const named = events.findIndex((one) => one.type === 'step-confirmed' && one.step === 'roll-call.people');
      for (let at = 1; at <= named; at++) {
        expect([at, ruleOf(() => replay(events.toSpliced(at, 0, event)))]).toEqual([at, refused]);
      }
      expect(ruleOf(() => replay([...events, event]))).toBe(refused);
    },
  );
});
