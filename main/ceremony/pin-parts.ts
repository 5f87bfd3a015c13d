import type { Attempt } from '../../app/ceremony/confirmation.ts';
import { currentStep } from '../../app/ceremony/state.ts';
import { refuse } from '../../app/rules/refusal.ts';
import type { PinEntry } from '../hsm/port.ts';
import type { Carrier } from './people.ts';
import type { Worker } from './worker.ts';

/** How the PIN is given again, by whom, and who confirms it, as at the first log-in. */
export interface Reopening extends Attempt {
  readonly pin: PinEntry;
}

/**
 * Who has typed a part of the PIN, in their order. The parts themselves are in the HSM process alone: what comes through
 * here is passed on at once and overwritten.
 */
export class PinParts {
  readonly #carrier: Pick<Carrier, 'state' | 'alone'>;
  readonly #worker: Worker;
  #by: string[] = [];

  constructor(carrier: Pick<Carrier, 'state' | 'alone'>, worker: Worker) {
    this.#carrier = carrier;
    this.#worker = worker;
  }

  /**
   * Passes a part on.
   * @param step - the step on the screen of whoever types it
   * @param person - id of the one who typed it
   * @param part - UTF-8; overwritten
   * @returns how many parts are held
   * @throws Refused with STEP-IS-CURRENT, or PIN-TYPED-BY-NAMED-PEOPLE when this person has typed one already
   */
  async add(step: string, person: string, part: Uint8Array): Promise<number> {
    let held = 0;
    try {
      await this.#carrier.alone(async () => {
        this.#refuseOtherStep(step);
        this.#refuseOther(person);
        // The process in which the token is opened is the one that holds the parts.
        if (this.#by.length === 0) await this.#worker.openForPin(this.#carrier.state());
        held = await this.#worker.addPinPart(part);
        this.#by.push(person);
      });
      return held;
    } finally {
      part.fill(0);
    }
  }

  /**
   * Forgets every part.
   * @param step - the step on the screen of whoever begins again
   * @returns how many parts are held: none
   */
  async clear(step: string): Promise<number> {
    await this.#carrier.alone(async () => {
      this.#refuseOtherStep(step);
      this.#by = [];
      await this.#worker.clearPin();
    });
    return 0;
  }

  /** Forgets every part at once, whatever is on the screen: the step for which they were typed is no more. */
  async drop(): Promise<void> {
    this.forget();
    await this.#worker.clearPin();
  }

  /** Whoever has typed a part types it again: the process that held it has ended. */
  forget(): void {
    this.#by = [];
  }

  #refuseOtherStep(step: string): void {
    if (currentStep(this.#carrier.state())?.id === step) return;
    refuse('STEP-IS-CURRENT', `A part of the PIN was typed for step "${step}", which is not the current one.`);
  }

  #refuseOther(person: string): void {
    const isKnown = this.#carrier.state().people.some(({ id }) => id === person);
    if (isKnown && !this.#by.includes(person)) return;
    refuse('PIN-TYPED-BY-NAMED-PEOPLE', `"${person}" has typed a part already, or was not named at roll call.`);
  }

  /**
   * Takes the parts for one try; afterwards they are gone.
   * @param by - the people in the order in which the window says that they typed
   * @throws Refused with PIN-TYPED-BY-NAMED-PEOPLE when it was another order
   */
  take(by: readonly string[]): void {
    const typed = this.#by;
    if (typed.length !== by.length || typed.some((id, at) => id !== by[at])) {
      refuse('PIN-TYPED-BY-NAMED-PEOPLE', `Parts were typed by ${typed.join(', ') || 'nobody'}, in this order.`);
    }
    this.#by = [];
  }
}
