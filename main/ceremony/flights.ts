import type { Command } from '../../app/ceremony/decide.ts';
import type { EffectOutcome } from '../../app/ceremony/effects.ts';
import type { WorkInFlight } from '../../app/ceremony/state.ts';
import type { RuleId } from '../../app/rules/index.ts';
import type { Refusal } from '../../app/rules/refusal.ts';
import type { PinEntry, PinState } from '../hsm/port.ts';
import { asRefusal } from './as-refusal.ts';
import type { Journal } from './journal.ts';
import type { Worker } from './worker.ts';

/** Does the work that is in flight, or looks what became of it, and says with which command that goes into the log. */
export class Flights {
  readonly #worker: Worker;
  readonly #journal: Journal;
  readonly #isLeaving: () => boolean;

  /** @param isLeaving - whether people are leaving, so that no other work follows */
  constructor(worker: Worker, journal: Journal, isLeaving: () => boolean) {
    this.#worker = worker;
    this.#journal = journal;
    this.#isLeaving = isLeaving;
  }

  /**
   * Performs work once.
   * @param flight - as the log has it
   * @param secret - how the PIN is given, where it is
   * @returns that it is done, that it failed, or that nobody knows yet
   */
  async perform(flight: WorkInFlight, secret: PinEntry | null): Promise<Command> {
    try {
      const outcome = await this.#worker.perform(flight.request, this.#journal.state, secret);
      return this.#completed(flight, outcome, false);
    } catch (error) {
      return this.#failed(flight, asRefusal(error));
    }
  }

  /**
   * Looks what became of work, as far as that can be seen now.
   * @param flight - as the log has it
   * @param reason - the failure that made somebody look; null after an interruption
   */
  async look(flight: WorkInFlight, reason: Refusal | null): Promise<Command> {
    const { effect, request } = flight;
    try {
      return this.#completed(flight, await this.#worker.settle(request, this.#journal.state), true);
    } catch (error) {
      const found = asRefusal(error);
      // Only the one who looked can say that it did not happen; any other failure leaves the question open.
      if (found.rule !== 'EFFECT-SETTLED-BY-LOOKING') return { type: 'interrupt-work', effect, refusal: found };
      return { type: 'fail-work', effect, refusal: reason ?? found, settled: true };
    }
  }

  /** What the token says of its PIN after a try that failed: the people see it before the next. */
  async pinState(): Promise<{ readonly pin?: PinState }> {
    const pin = await this.#worker.pinState();
    return pin === null ? {} : { pin };
  }

  async #failed(flight: WorkInFlight, reason: Refusal): Promise<Command> {
    const { effect, request } = flight;
    if (!this.#worker.leavesTrace(request) || neverBegun.includes(reason.rule)) {
      const flags = request.kind === 'log-in' ? await this.pinState() : {};
      return { type: 'fail-work', effect, refusal: reason, settled: false, ...flags };
    }
    // A failure tells that something went wrong, not how far it went: where the token keeps a trace, it is looked at.
    if (this.#worker.canSettle(request)) return this.look(flight, reason);
    return { type: 'interrupt-work', effect, refusal: reason };
  }

  #completed({ effect }: WorkInFlight, outcome: EffectOutcome, settled: boolean): Command {
    const then = this.#isLeaving() ? 'wait' : 'go-on';
    return { type: 'complete-work', effect, outcome, settled, then, position: this.#journal.position() };
  }
}

/** Refusals that come before the token was asked to make anything: what lies there is somebody else's. */
const neverBegun: readonly RuleId[] = ['TARGET-KEY-ID-FREE', 'TARGET-KEY-LABEL-FREE'];
