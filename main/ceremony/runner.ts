import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { parseEvent } from '../../app/ceremony/events.ts';
import { decide, type Command } from '../../app/ceremony/decide.ts';
import { evolve, replay } from '../../app/ceremony/evolve.ts';
import type { Confirmation } from '../../app/ceremony/confirmation.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import type { Position } from '../../app/ceremony/work.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { Refused, refuse, refusal, type Refusal } from '../../app/rules/refusal.ts';
import type { AuditLog } from '../audit/store.ts';
import type { Worker } from './worker.ts';

/** What the runner leans on. `now` is the room's clock. */
export interface RunnerPorts {
  readonly log: AuditLog;
  readonly worker: Worker;
  readonly now: () => Date;
}

type Opening = Extract<Command, { type: 'open-ceremony' }>;

/**
 * Carries one ceremony: decide, append, perform what was requested, append what came of it. Every event is durable in
 * the log before anything follows from it, and whatever was under way at a crash is settled by looking.
 */
export class Runner {
  readonly #ports: RunnerPorts;
  #state: CeremonyState;
  #workingSince: string | null = null;
  #working: Promise<void> = Promise.resolve();
  #trouble: Refusal | null = null;
  readonly #listeners = new Set<() => void>();

  private constructor(ports: RunnerPorts, state: CeremonyState) {
    this.#ports = ports;
    this.#state = state;
  }

  /**
   * Opens a new ceremony in an empty log.
   * @throws Refused when the log cannot be written
   */
  static open(ports: RunnerPorts, opening: Opening): Runner {
    const decision = decide(null, opening);
    if (!decision.ok) throw new Refused(decision.refusal);
    let state: CeremonyState | null = null;
    for (const event of decision.events) {
      ports.log.append(ports.now().toISOString(), 'room', event as unknown as JsonValue);
      state = evolve(state, event);
    }
    if (state === null) throw new Error('Opening a ceremony left no state');
    return new Runner(ports, state);
  }

  /**
   * Takes a ceremony up again from its log; work that was in flight is settled as far as that needs no token.
   * @throws Refused with LOG-HOLDS-A-CEREMONY when an entry is no event, or the log is empty
   */
  static async resume(ports: RunnerPorts): Promise<Runner> {
    const state = replay(ports.log.entries().map((entry) => parseEvent(entry.event)));
    if (state === null) refuse('LOG-HOLDS-A-CEREMONY', 'The log has no entries.');
    const runner = new Runner(ports, state);
    await runner.#settle();
    return runner;
  }

  get state(): CeremonyState {
    return this.#state;
  }

  /** Since when work is under way in this process, ISO 8601; null when nothing is. */
  get workingSince(): string | null {
    return this.#workingSince;
  }

  /** Why the log could not take an outcome; the ceremony must be left and resumed then. */
  get trouble(): Refusal | null {
    return this.#trouble;
  }

  /** Calls back after every change that the screen should show. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Submits what the people did at the current step. Returns as soon as it is in the log; work goes on afterwards.
   * @param confirmation - what was done; no secret
   * @param secret - the PIN for a step that asks for one; overwritten, whatever happens
   * @throws Refused with the rule that stands against it; nothing was logged then
   */
  confirm(confirmation: Confirmation, secret: Uint8Array | null): void {
    let isHandedOver = false;
    try {
      if (this.#workingSince !== null) refuse('EFFECT-NOT-IN-FLIGHT', 'The last step is still at work.');
      this.#submit({ type: 'confirm-step', ...confirmation, position: this.#position() });
      this.#trouble = null;
      isHandedOver = this.#state.inFlight !== null;
      if (isHandedOver) this.#working = this.#work(secret);
    } finally {
      if (!isHandedOver) secret?.fill(0);
    }
    this.#announce();
  }

  /**
   * Opens the token again after a restart, and settles what was interrupted.
   * @param pin - UTF-8; overwritten
   * @throws Refused when it is another token or the PIN is wrong; both are in the log
   */
  async reopenToken(pin: Uint8Array): Promise<void> {
    if (this.#workingSince !== null) refuse('EFFECT-NOT-IN-FLIGHT', 'The last step is still at work.');
    this.#workingSince = this.#position().time;
    try {
      const serial = await this.#ports.worker.reopenToken(this.#state, pin);
      this.#submit({ type: 'reopen-token', serial });
      await this.#settle();
    } catch (error) {
      this.#submit({ type: 'refuse-token', refusal: asRefusal(error) });
      throw error;
    } finally {
      pin.fill(0);
      this.#workingSince = null;
      this.#announce();
    }
  }

  /** Resolves when no work is under way any more. */
  async idle(): Promise<void> {
    await this.#working;
  }

  #position(): Position {
    return { size: this.#ports.log.head().size, time: this.#ports.now().toISOString() };
  }

  #submit(command: Command): void {
    const decision = decide(this.#state, command);
    if (!decision.ok) throw new Refused(decision.refusal);
    for (const event of decision.events) {
      this.#ports.log.append(this.#ports.now().toISOString(), actorOf(command), event as unknown as JsonValue);
      this.#state = evolve(this.#state, event);
    }
  }

  async #work(secret: Uint8Array | null): Promise<void> {
    try {
      for (let flight = this.#state.inFlight; flight !== null; flight = this.#state.inFlight) {
        this.#workingSince = this.#position().time;
        this.#announce();
        this.#submit(await this.#perform(flight, secret));
        // Interrupted: nobody knows what became of it until the token is open again.
        if (this.#state.inFlight?.effect === flight.effect) break;
      }
    } catch (error) {
      // The outcome could not be logged, so it counts as not known: it is settled by looking when the log works again.
      this.#trouble = asRefusal(error);
    } finally {
      secret?.fill(0);
      this.#workingSince = null;
      this.#announce();
    }
  }

  async #perform(flight: NonNullable<CeremonyState['inFlight']>, secret: Uint8Array | null): Promise<Command> {
    const { effect, request } = flight;
    try {
      const outcome = await this.#ports.worker.perform(request, this.#state, secret);
      return { type: 'complete-work', effect, outcome, settled: false, position: this.#position() };
    } catch (error) {
      const reason = asRefusal(error);
      const isUnknown = lostHsm.includes(reason.rule) && !this.#ports.worker.canSettle(request);
      if (isUnknown) return { type: 'interrupt-work', effect, refusal: reason };
      return { type: 'fail-work', effect, refusal: reason, settled: false };
    }
  }

  async #settle(): Promise<void> {
    const flight = this.#state.inFlight;
    if (flight === null || !this.#ports.worker.canSettle(flight.request)) return;
    const { effect } = flight;
    try {
      const outcome = await this.#ports.worker.settle(flight.request, this.#state);
      this.#submit({ type: 'complete-work', effect, outcome, settled: true, position: this.#position() });
    } catch (error) {
      this.#submit({ type: 'fail-work', effect, refusal: asRefusal(error), settled: true });
    }
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The rules under which the HSM process is gone, and with it the answer. */
const lostHsm: readonly RuleId[] = ['HSM-PROCESS-ALIVE', 'HSM-ANSWERS-IN-TIME'];

/** Who an entry names as its cause: the people who confirmed, or the application. */
function actorOf(command: Command): string {
  if (command.type !== 'confirm-step') return 'keyferry';
  return command.confirmedBy.length === 0 ? 'room' : command.confirmedBy.join(' ');
}

/** An unforeseen error becomes a refusal too; only its kind is kept, since its text could hold anything. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  const name = error instanceof Error ? error.name : typeof error;
  return refusal('WORK-COMPLETED', 'Something failed that should not have failed.', { code: name });
}
