import type { Command } from '../../app/ceremony/decide.ts';
import { checkReopening, type Confirmation } from '../../app/ceremony/confirmation.ts';
import { currentStep, isClosed, type CeremonyState } from '../../app/ceremony/state.ts';
import { Refused, refuse, type Refusal } from '../../app/rules/refusal.ts';
import type { AuditLog } from '../audit/store.ts';
import type { PinEntry } from '../hsm/port.ts';
import { asRefusal } from './as-refusal.ts';
import { Flights } from './flights.ts';
import { Journal } from './journal.ts';
import { PeopleActs } from './people.ts';
import { PinParts, type Reopening } from './pin-parts.ts';
import type { Signers } from './signers.ts';
import type { Worker } from './worker.ts';

/** What the runner leans on. `now` is the room's clock. */
export interface RunnerPorts {
  readonly log: AuditLog;
  readonly worker: Worker;
  readonly signers: Signers;
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
  readonly #journal: Journal;
  /** What the people do besides confirming steps. */
  readonly people: PeopleActs;
  /** The parts of a PIN that several people type. */
  readonly pinParts: PinParts;
  readonly #flights: Flights;
  #workingSince: string | null = null;
  #working: Promise<void> = Promise.resolve();
  #trouble: Refusal | null = null;
  #isLeaving = false;
  #isWithPeople = false;
  readonly #listeners = new Set<() => void>();

  private constructor(ports: RunnerPorts, journal: Journal) {
    this.#ports = ports;
    this.#journal = journal;
    journal.onClockSetBack(() => this.#announce());
    this.#flights = new Flights(ports.worker, journal, () => this.#isLeaving);
    const carrier = {
      state: () => this.state,
      position: () => journal.position(),
      submit: (command: Command) => this.#submit(command),
      refuseWhileTaking: () => this.#refuseWhileTaking(),
      announce: () => this.#announce(),
      alone: (work: () => Promise<void>) => this.#alone(work),
    };
    this.people = new PeopleActs(carrier, ports.signers);
    this.pinParts = new PinParts(carrier, ports.worker);
  }

  /**
   * Opens a new ceremony in an empty log.
   * @throws Refused when the log cannot be written
   */
  static open(ports: RunnerPorts, opening: Opening): Runner {
    return new Runner(ports, Journal.begin(ports.log, ports.now, opening));
  }

  /**
   * Takes a ceremony up again from its log; work that was in flight is settled as far as that needs no token.
   * @throws Refused with LOG-HOLDS-A-CEREMONY when an entry does not follow from those before it or the log is empty,
   * CEREMONY-SAME-BUILD when another version opened it; nothing was logged then
   */
  static async resume(ports: RunnerPorts): Promise<Runner> {
    const { application } = ports;
    const journal = Journal.read(ports.log, ports.now);
    if (journal.state.application !== application) {
      refuse('CEREMONY-SAME-BUILD', `It was opened with ${journal.state.application}; this is ${application}.`);
    }
    const runner = new Runner(ports, journal);
    runner.#submit({ type: 'resume-ceremony', application, position: journal.position() });
    await runner.#look();
    return runner;
  }

  get state(): CeremonyState {
    return this.#journal.state;
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
   * @param secret - how the PIN is given to a step that asks for one; overwritten, whatever happens
   * @throws Refused with the rule that stands against it; nothing was logged then
   */
  confirm(confirmation: Confirmation, secret: PinEntry | null): void {
    let isHandedOver = false;
    try {
      this.#refuseWhileWorking();
      const { input } = confirmation;
      if (input.kind === 'credential' && input.how === 'parts') this.pinParts.take(input.by);
      this.#submit({ type: 'confirm-step', ...confirmation, position: this.#journal.position() });
      this.#trouble = null;
      isHandedOver = this.state.inFlight !== null;
      if (isHandedOver) this.#working = this.#work(secret);
    } finally {
      if (!isHandedOver) overwrite(secret);
    }
    this.#announce();
  }

  /**
   * Opens the token again after a restart or a lost HSM process, and looks what became of interrupted work.
   * @param reopening - the PIN, which is overwritten, and who types and confirms
   * @throws Refused when no step needs it or the people are too few; when it is another token or the PIN is wrong,
   * which is in the log then
   */
  async reopenToken(reopening: Reopening): Promise<void> {
    const { pin, credential, confirmedBy } = reopening;
    try {
      this.#refuseWhileWorking();
      this.#journal.noticeClock();
      const refused = checkReopening(this.state, reopening);
      if (refused !== null) throw new Refused(refused);
      if (pin === 'parts') this.pinParts.take(credential.by);
      await this.#awaited(async () => {
        const serial = await this.#openToken(reopening);
        this.#submit({ type: 'reopen-token', serial, credential, confirmedBy });
        await this.#look();
      });
    } finally {
      overwrite(pin);
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
   * Aborts the ceremony. Work of the moment is not cut off: it ends, no other begins, and then it stops. What is left behind
   * is dealt with in the steps of the abort, for which the token stays open; parts of a PIN that was never given whole are forgotten.
   * @param step - the step on the screen of whoever stops it
   * @param reason - their words
   * @throws Refused when the ceremony is closed or another step is on the screen
   */
  async stop(step: string, reason: string): Promise<void> {
    const wasOnScreen = currentStep(this.state)?.id === step;
    if (wasOnScreen) await this.leave();
    this.#isLeaving = false;
    // The work of the moment may have been the last of its step.
    this.#submit({ type: 'stop-ceremony', step: wasOnScreen ? (currentStep(this.state)?.id ?? step) : step, reason });
    this.#announce();
    await this.pinParts.drop();
  }

  /**
   * Begins a break; the session with the token ends with it.
   * @throws Refused with the rule that stands against it
   */
  async startBreak(reason: string, by: string): Promise<void> {
    this.#refuseWhileWorking();
    this.people.startBreak(reason, by);
    // The process that held parts of the PIN has ended.
    this.pinParts.forget();
    await this.#ports.worker.letGoOfToken();
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
    this.#refuseWhileTaking();
  }

  #refuseWhileTaking(): void {
    if (this.#isWithPeople) refuse('EFFECT-NOT-IN-FLIGHT', 'What somebody typed before is still being taken.');
  }

  /** Something that people type is taken, and nothing else meanwhile; no work is under way, so what is asked stays asked. */
  async #alone(act: () => Promise<void>): Promise<void> {
    this.#refuseWhileWorking();
    this.#isWithPeople = true;
    try {
      const done = act();
      this.#working = done.catch(() => undefined);
      await done;
    } finally {
      this.#isWithPeople = false;
      this.#announce();
    }
  }

  /** Marks since when something is under way, whatever becomes of it. */
  async #busy(work: () => Promise<void>): Promise<void> {
    this.#workingSince = this.#journal.time;
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

  async #openToken({ pin, credential, confirmedBy }: Reopening): Promise<string> {
    const { finalTryAccepted } = credential;
    try {
      return await this.#ports.worker.reopenToken(this.state, pin, { finalTryAccepted });
    } catch (error) {
      const refused = { refusal: asRefusal(error), credential, confirmedBy, ...(await this.#flights.pinState()) };
      this.#submit({ type: 'refuse-token', ...refused });
      throw error;
    }
  }

  #submit(command: Command): void {
    this.#journal.submit(command);
    if (!isClosed(this.state)) return;
    // Nobody signs any more, and nothing is left to be done with the token.
    this.#ports.signers.destroy();
    this.#ports.worker.abandon();
  }

  async #work(secret: PinEntry | null): Promise<void> {
    try {
      await this.#busy(async () => {
        for (let flight = this.state.inFlight; flight !== null; flight = this.state.inFlight) {
          // What is normal is known of one piece, so each piece has a time of its own.
          this.#workingSince = this.#journal.time;
          this.#announce();
          this.#submit(await this.#flights.perform(flight, secret));
          // Interrupted: nobody knows what became of it before somebody can look.
          if (this.state.inFlight?.effect === flight.effect) break;
        }
      });
    } catch (error) {
      // The outcome could not be logged, so it is not known: it stays in flight until the log works and somebody looks.
      this.#trouble = asRefusal(error);
      this.#announce();
    } finally {
      overwrite(secret);
    }
  }

  /** Settles work in flight, as far as it can be seen now what became of it. */
  async #look(): Promise<void> {
    const flight = this.state.inFlight;
    if (flight === null || !this.#ports.worker.canSettle(flight.request)) return;
    this.#submit(await this.#flights.look(flight, null));
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function overwrite(secret: PinEntry | null): void {
  if (secret instanceof Uint8Array) secret.fill(0);
}
