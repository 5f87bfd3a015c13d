import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { parseEvent } from '../../app/ceremony/events.ts';
import type { EffectOutcome } from '../../app/ceremony/effects.ts';
import { decide, type Command } from '../../app/ceremony/decide.ts';
import { checkReopening, type Confirmation } from '../../app/ceremony/confirmation.ts';
import { evolve } from '../../app/ceremony/evolve.ts';
import type { LeavingOut } from '../../app/ceremony/leaving-out.ts';
import { replay } from '../../app/ceremony/replay.ts';
import { currentStep, type CeremonyState, type WorkInFlight } from '../../app/ceremony/state.ts';
import type { Position } from '../../app/ceremony/work.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { Refused, refuse, type Refusal } from '../../app/rules/refusal.ts';
import type { AuditLog } from '../audit/store.ts';
import { actorOf, asRefusal } from './as-refusal.ts';
import type { Worker } from './worker.ts';

/** What the runner leans on. `now` is the room's clock. */
export interface RunnerPorts {
  readonly log: AuditLog;
  readonly worker: Worker;
  readonly now: () => Date;
  /** Name and version of this application: another one does not carry a ceremony on. */
  readonly application: string;
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
  #isLeaving = false;
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
   * @throws Refused with LOG-HOLDS-A-CEREMONY when an entry does not follow from those before it or the log is empty,
   * CEREMONY-SAME-BUILD when another version opened it; nothing was logged then
   */
  static async resume(ports: RunnerPorts): Promise<Runner> {
    const state = replay(ports.log.entries().map((entry) => parseEvent(entry.event)));
    if (state === null) refuse('LOG-HOLDS-A-CEREMONY', 'The log has no entries.');
    if (state.application !== ports.application) {
      refuse('CEREMONY-SAME-BUILD', `It was opened with ${state.application}; this is ${ports.application}.`);
    }
    const runner = new Runner(ports, state);
    await runner.#look();
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
      this.#refuseWhileWorking();
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
   * Opens the token again after a restart or a lost HSM process, and looks what became of interrupted work.
   * @param pin - UTF-8; overwritten
   * @param confirmedBy - ids of the people who confirm, as at the first log-in
   * @throws Refused when no step needs it or the people are too few; when it is another token or the PIN is wrong,
   * which is in the log then
   */
  async reopenToken(pin: Uint8Array, confirmedBy: readonly string[]): Promise<void> {
    try {
      this.#refuseWhileWorking();
      const refused = checkReopening(this.#state, confirmedBy);
      if (refused !== null) throw new Refused(refused);
      await this.#awaited(async () => {
        const serial = await this.#openToken(pin, confirmedBy);
        this.#submit({ type: 'reopen-token', serial, confirmedBy });
        await this.#look();
      });
    } finally {
      pin.fill(0);
    }
  }

  /**
   * Looks again what became of interrupted work: the medium is back, or the token answers again.
   * @throws Refused when it could not be logged
   */
  async lookAgain(): Promise<void> {
    this.#refuseWhileWorking();
    await this.#awaited(() => this.#look());
    this.#trouble = null;
  }

  /**
   * Stops the ceremony for good. Work of the moment is not cut off: it ends, no other begins, and then it stops.
   * @param step - the step on the screen of whoever stops it
   * @param reason - their words
   * @throws Refused when the ceremony is closed or another step is on the screen
   */
  async stop(step: string, reason: string): Promise<void> {
    const wasOnScreen = currentStep(this.#state)?.id === step;
    if (wasOnScreen) await this.leave();
    // The work of the moment may have been the last of its step.
    this.#submit({ type: 'stop-ceremony', step: wasOnScreen ? (currentStep(this.#state)?.id ?? step) : step, reason });
    this.#ports.worker.abandon();
    this.#announce();
  }

  /**
   * Goes on without the key whose work has failed.
   * @throws Refused with the rule that stands against it; nothing was logged then
   */
  leaveOut(decided: LeavingOut): void {
    this.#refuseWhileWorking();
    this.#submit({ type: 'leave-out-key', ...decided });
    this.#announce();
  }

  /** Resolves when no work is under way any more. */
  async idle(): Promise<void> {
    await this.#working;
  }

  /** Lets the work of the moment end and begins no other. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#working;
  }

  #refuseWhileWorking(): void {
    if (this.#workingSince !== null) refuse('EFFECT-NOT-IN-FLIGHT', 'The last step is still at work.');
  }

  /** Marks since when something is under way, whatever becomes of it. */
  async #busy(work: () => Promise<void>): Promise<void> {
    this.#workingSince = this.#position().time;
    this.#announce();
    try {
      await work();
    } finally {
      this.#workingSince = null;
      this.#announce();
    }
  }

  /** Work whose failure goes to the caller; {@link idle} waits for it too. */
  async #awaited(work: () => Promise<void>): Promise<void> {
    const done = this.#busy(work);
    this.#working = done.catch(() => undefined);
    await done;
  }

  async #openToken(pin: Uint8Array, confirmedBy: readonly string[]): Promise<string> {
    try {
      return await this.#ports.worker.reopenToken(this.#state, pin);
    } catch (error) {
      this.#submit({ type: 'refuse-token', refusal: asRefusal(error), confirmedBy });
      throw error;
    }
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
      await this.#busy(async () => {
        for (let flight = this.#state.inFlight; flight !== null; flight = this.#state.inFlight) {
          // What is normal is known of one piece, so each piece has a time of its own.
          this.#workingSince = this.#position().time;
          this.#announce();
          this.#submit(await this.#perform(flight, secret));
          // Interrupted: nobody knows what became of it before somebody can look.
          if (this.#state.inFlight?.effect === flight.effect) break;
        }
      });
    } catch (error) {
      // The outcome could not be logged, so it is not known: it stays in flight until the log works and somebody looks.
      this.#trouble = asRefusal(error);
      this.#announce();
    } finally {
      secret?.fill(0);
    }
  }

  async #perform(flight: WorkInFlight, secret: Uint8Array | null): Promise<Command> {
    try {
      const outcome = await this.#ports.worker.perform(flight.request, this.#state, secret);
      return this.#completed(flight, outcome, false);
    } catch (error) {
      const reason = asRefusal(error);
      const { effect, request } = flight;
      if (!this.#ports.worker.leavesTrace(request) || neverBegun.includes(reason.rule))
        return { type: 'fail-work', effect, refusal: reason, settled: false };
      // A failure tells that something went wrong, not how far it went: where the token keeps a trace, it is looked at.
      if (this.#ports.worker.canSettle(request)) return this.#seen(flight, reason);
      return { type: 'interrupt-work', effect, refusal: reason };
    }
  }

  /** Settles work in flight, as far as it can be seen now what became of it. */
  async #look(): Promise<void> {
    const flight = this.#state.inFlight;
    if (flight === null || !this.#ports.worker.canSettle(flight.request)) return;
    this.#submit(await this.#seen(flight, null));
  }

  /** @param reason - the failure that made somebody look; null after an interruption */
  async #seen(flight: WorkInFlight, reason: Refusal | null): Promise<Command> {
    try {
      return this.#completed(flight, await this.#ports.worker.settle(flight.request, this.#state), true);
    } catch (error) {
      const found = asRefusal(error);
      // Only the one who looked can say that it did not happen; any other failure leaves the question open.
      if (found.rule !== 'EFFECT-SETTLED-BY-LOOKING') {
        return { type: 'interrupt-work', effect: flight.effect, refusal: found };
      }
      return { type: 'fail-work', effect: flight.effect, refusal: reason ?? found, settled: true };
    }
  }

  #completed({ effect }: WorkInFlight, outcome: EffectOutcome, settled: boolean): Command {
    const then = this.#isLeaving ? 'wait' : 'go-on';
    return { type: 'complete-work', effect, outcome, settled, then, position: this.#position() };
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Refusals that come before the token was asked to make anything: what lies there is somebody else's. */
const neverBegun: readonly RuleId[] = ['TARGET-KEY-ID-FREE', 'TARGET-KEY-LABEL-FREE'];
