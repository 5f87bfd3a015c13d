import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { appendEntry, emptyChain, followLink } from '../../../app/audit/chain.ts';
import { entryBytes, parseEntry, type Entry } from '../../../app/audit/entry.ts';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../../app/ceremony/events.ts';
import { evolve } from '../../../app/ceremony/evolve.ts';
import { openExceptions, presentPeople, type CeremonyState } from '../../../app/ceremony/state.ts';
import type { Position } from '../../../app/ceremony/work.ts';
import { headOf } from '../../support/machine.ts';
import { publicKeyOf, signed } from '../../support/signing.ts';
import { azureKey, confirmation, inputFor, opening, outcomeFor, planWith, stepOf } from '../../support/walk.ts';

/** A record that the engine itself decides, event by event, with every signature at its place in the chain. */
class Ceremony {
  readonly entries: Entry[] = [];
  state: CeremonyState;
  #head = emptyChain;

  constructor(plan: unknown) {
    const opened = opening(plan);
    this.state = evolve(null, opened);
    this.#append(opened);
  }

  get position(): Position {
    return { size: this.#head.size, head: this.#head.hash, time: this.#time() };
  }

  take(command: Command): void {
    const decision = decide(this.state, command);
    if (!decision.ok) throw new Error(`${decision.refusal.rule}: ${decision.refusal.cause}`);
    // As the application does: what one command leads to is logged at one time.
    const time = this.#time();
    for (const event of decision.events) {
      this.#append(event, time);
      this.state = evolve(this.state, event);
    }
  }

  /** Something is put to the people who are here and hold a role of the plan's quorum; each of them approves. */
  approve(asking: Extract<Command, { type: 'ask-step-approval' | 'ask-exception-approval' }>): string[] {
    this.take(asking);
    const by = this.#quorum();
    for (const id of by) this.take({ type: 'give-approval', ...signed(this.state, 'approval', id, this.position) });
    return by;
  }

  /** Does what the current step asks for, up to its confirmation. */
  confirm(): void {
    const { state } = this;
    const step = stepOf(state);
    if (step.kind === 'register-keys') {
      for (const { id } of state.people) {
        const proof = signed(this.state, 'roll-call', id, this.position);
        this.take({ type: 'register-approval-key', publicKey: publicKeyOf(id), ...proof });
      }
    }
    if (step.sensitive) this.approve({ type: 'ask-step-approval', step: step.id, input: inputFor(state, step) });
    this.take({ ...confirmation(this.state), position: this.position });
  }

  closeExceptions(without: string | null): void {
    for (const { exception } of openExceptions(this.state)) {
      const decided = without === null ? 'We looked, and go on.' : `We go on without ${without}.`;
      const closing = { exception, decided, decision: without === null ? 'go-on' : 'leave-out', key: without } as const;
      const confirmedBy = this.approve({ type: 'ask-exception-approval', ...closing });
      this.take({ type: 'close-exception', ...closing, confirmedBy });
    }
  }

  /** Everybody who is here comes back, but for those who do not. */
  comeBack(absent: readonly string[] = []): void {
    for (const { id } of presentPeople(this.state)) {
      if (absent.includes(id)) this.take({ type: 'mark-absent', person: id, reason: 'A child is ill.' });
      else this.take({ type: 'return-person', ...signed(this.state, 'return', id, this.position) });
    }
  }

  #quorum(): string[] {
    const { plan } = this.state;
    return presentPeople(this.state).flatMap(({ id, roles }) =>
      roles.some((role) => plan.quorum[role] > 0) ? [id] : [],
    );
  }

  #append(event: CeremonyEvent, time = this.#time()): void {
    const happened = { time, actor: 'room', event: event as unknown as JsonValue };
    const entry = parseEntry(entryBytes(appendEntry(this.#head, happened)));
    this.entries.push(entry);
    this.#head = followLink(this.#head, entry);
  }

  #time(): string {
    return new Date(Date.UTC(2026, 10, 23, 14, 0, this.entries.length)).toISOString();
  }
}

/** The key whose wrap fails, and which the people go on without. */
export const lost = 'lost';

/** What happens before a step is confirmed, in a ceremony in which much does not go as planned. */
const incidents: Readonly<Partial<Record<string, (room: Ceremony) => void>>> = {
  'token.accept': (room) => {
    room.take({
      type: 'open-exception',
      expected: 'Silence.',
      happened: 'The alarm went off.',
      openedBy: 'p2',
      rule: null,
    });
    room.closeExceptions(null);
  },
  'keys.make': (room) => {
    room.take({ type: 'start-break', reason: 'Lunch', by: 'p1' });
    room.comeBack(['p3']);
    room.closeExceptions(null);
  },
  'keys.check': (room) => {
    room.take({ type: 'resume-ceremony', application: 'Keyferry 0.1.0', position: room.position });
    room.comeBack();
  },
  'take-out.write': (room) => {
    // Approved for another folder, then changed: the first approvals are void.
    room.approve({
      type: 'ask-step-approval',
      step: 'take-out.write',
      input: { kind: 'folders', folders: ['/media/x'] },
    });
    for (let tries = 0; tries < 3; tries += 1) room.take({ type: 'refuse-passphrase', person: 'p4' });
    room.closeExceptions(null);
  },
};

/**
 * The log of a ceremony as it stands when its bundle is written: a break that one custodian does not come back from, a restart, wrong passphrases, and a key that cannot be wrapped.
 */
export function engineRecord(): readonly Entry[] {
  const room = new Ceremony(planWith([azureKey('root'), azureKey(lost)]));
  const done = new Set<string>();
  for (;;) {
    const { effect, request } = room.state.inFlight ?? {};
    if (request?.kind === 'sign-bundle') return room.entries;
    if (effect === undefined || request === undefined) {
      const { id } = stepOf(room.state);
      if (!done.has(id)) incidents[id]?.(room);
      done.add(id);
      room.confirm();
      continue;
    }
    const { position } = room;
    if (request.kind === 'wrap-key' && request.key === lost) {
      const refusal = { rule: 'TOKEN-ANSWERS', cause: 'It refuses it.', remedy: 'Look at it.' };
      room.take({ type: 'fail-work', effect, settled: false, refusal });
      room.closeExceptions(lost);
    } else {
      const outcome = outcomeFor(room.state, request, headOf(room.entries));
      room.take({ type: 'complete-work', effect, outcome, settled: false, then: 'go-on', position });
    }
  }
}
