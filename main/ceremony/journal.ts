import type { JsonValue } from '../../app/audit/canonical-json.ts';
import type { Entry } from '../../app/audit/entry.ts';
import { decide, type Command } from '../../app/ceremony/decide.ts';
import { parseEvent, type CeremonyEvent } from '../../app/ceremony/events.ts';
import { evolve } from '../../app/ceremony/evolve.ts';
import { replayLog } from '../../app/ceremony/replay.ts';
import { isClosed, type CeremonyState } from '../../app/ceremony/state.ts';
import type { Position } from '../../app/ceremony/work.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import type { AuditLog } from '../audit/store.ts';
import { actorOf } from './as-refusal.ts';

/** A clock may jitter by this many milliseconds before it counts as set back. */
const clockJitter = 2000;

const clockRule = 'CLOCK-NOT-SET-BACK';

/** The log of one ceremony with the state that follows from it: every event is durable before anything follows from it. */
export class Journal {
  readonly #log: AuditLog;
  readonly #now: () => Date;
  readonly #listeners = new Set<() => void>();
  #state: CeremonyState;
  #times: Times;

  private constructor(log: AuditLog, now: () => Date, state: CeremonyState, times: Times) {
    this.#log = log;
    this.#now = now;
    this.#state = state;
    this.#times = times;
  }

  /**
   * Opens a new ceremony in an empty log.
   * @throws Refused when the log cannot be written
   */
  static begin(log: AuditLog, now: () => Date, opening: Extract<Command, { type: 'open-ceremony' }>): Journal {
    const decision = decide(null, opening);
    if (!decision.ok) throw new Refused(decision.refusal);
    let state: CeremonyState | null = null;
    for (const event of decision.events) {
      log.append(now().toISOString(), 'room', event as unknown as JsonValue);
      state = evolve(state, event);
    }
    if (state === null) throw new Error('Opening a ceremony left no state');
    return new Journal(log, now, state, { latest: now().getTime(), behind: null });
  }

  /**
   * Reads a ceremony back from its log.
   * @throws Refused with LOG-HOLDS-A-CEREMONY when an entry does not follow from those before it or the log is empty
   */
  static read(log: AuditLog, now: () => Date): Journal {
    const entries = log.entries();
    const state = replayLog(entries);
    if (state === null) refuse('LOG-HOLDS-A-CEREMONY', 'The log has no entries.');
    const journal = new Journal(log, now, state, timesOf(entries));
    // The application ended between an event and the exception that it causes.
    for (let { owed } = journal.state; owed !== null; { owed } = journal.state) {
      journal.#append([{ actor: 'keyferry', event: owed }]);
    }
    return journal;
  }

  get state(): CeremonyState {
    return this.#state;
  }

  /** The room's time, ISO 8601. */
  get time(): string {
    return this.#now().toISOString();
  }

  /** Calls back when a clock that was set back is in the log, whatever becomes of the command that made it noticed. */
  onClockSetBack(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Where the log stands, and the room's time. The clock is looked at first: what somebody signs names this very head of the
   * log, so nothing may come in between.
   */
  position(): Position {
    this.noticeClock();
    const { size, hash } = this.#log.head();
    return { size, head: hash, time: this.time };
  }

  /**
   * Logs what follows from a command.
   * @throws Refused with the rule that stands against it; nothing was logged then
   */
  submit(command: Command): void {
    if (!('position' in command)) this.noticeClock();
    else if (command.position.head !== this.#log.head().hash) {
      refuse('APPROVAL-SIGNED', 'The log went on while somebody signed where it stood before.');
    }
    const decision = decide(this.#state, command);
    if (!decision.ok) throw new Refused(decision.refusal);
    this.#append(decision.events.map((event) => ({ actor: actorOf(command, event), event })));
  }

  /**
   * Order comes from the sequence, but times are what people and deadlines go by: a clock set back is told to them. While work
   * is under way its outcome is logged first, which must not be lost over a clock; it is told of then, though the clock may
   * have been set forward again.
   */
  noticeClock(): void {
    const now = this.#now().getTime();
    const { latest } = this.#times;
    const { behind } = afterTime(this.#times, now);
    if (behind === null || isClosed(this.#state)) return;
    const [earlier, later] = [new Date(behind).toISOString(), new Date(latest).toISOString()];
    const told = {
      expected: 'The clock of the workstation goes forward.',
      happened: `The clock says ${earlier}; the last entry of the log is of ${later}.`,
    };
    const decision = decide(this.#state, { type: 'open-exception', ...told, openedBy: 'keyferry', rule: clockRule });
    if (!decision.ok) return;
    this.#append(decision.events.map((event) => ({ actor: 'keyferry', event })));
    // Told once: from here on the time is what the clock says now.
    this.#times = { latest: now, behind: null };
    for (const listener of this.#listeners) listener();
  }

  /** What one command leads to is in the log whole, or not at all. */
  #append(happened: readonly { readonly actor: string; readonly event: CeremonyEvent }[]): void {
    const now = this.#now();
    const time = now.toISOString();
    this.#log.appendAll(happened.map(({ actor, event }) => ({ time, actor, event: event as unknown as JsonValue })));
    if (happened.length > 0) this.#times = afterTime(this.#times, now.getTime());
    this.#state = happened.reduce((state, { event }) => evolve(state, event), this.#state);
  }
}

/** The times that a log has seen, in milliseconds, since the people were last told of a clock set back. */
interface Times {
  readonly latest: number;
  /** The earliest that lay behind one before it; null where none did. */
  readonly behind: number | null;
}

function afterTime({ latest, behind }: Times, now: number): Times {
  const isBehind = now < latest - clockJitter;
  return { latest: Math.max(latest, now), behind: isBehind ? Math.min(now, behind ?? now) : behind };
}

function timesOf(entries: readonly Entry[]): Times {
  return entries.reduce<Times>(
    (times, { time, event }) => {
      const parsed = parseEvent(event);
      const isTold = parsed.type === 'exception-opened' && parsed.rule === clockRule;
      return isTold ? { latest: Date.parse(time), behind: null } : afterTime(times, Date.parse(time));
    },
    { latest: 0, behind: null },
  );
}
