import type { PeopleCommand } from '../../app/ceremony/decide-people.ts';
import type { Closing } from '../../app/ceremony/exceptions.ts';
import type { CustodyRecord } from '../../app/ceremony/custody.ts';
import type { LoggedInput } from '../../app/ceremony/events.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import type { Position } from '../../app/ceremony/work.ts';
import { Refused } from '../../app/rules/refusal.ts';
import type { Signatures, Signers } from './signers.ts';

/** What the acts of the people need of the ceremony that carries them. */
export interface Carrier {
  readonly state: () => CeremonyState;
  readonly position: () => Position;
  /** Logs what follows from a command; throws Refused when a rule stands against it. */
  readonly submit: (command: PeopleCommand) => void;
  /** Throws Refused with EFFECT-NOT-IN-FLIGHT while something that somebody typed is still being taken. */
  readonly refuseWhileTaking: () => void;
  /** Runs something during which nothing else may be logged: what is signed names the head of the log. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  readonly announce: () => void;
}

/** Somebody with a passphrase; it is overwritten, whatever comes of it. */
export interface Signing {
  readonly person: string;
  readonly passphrase: Uint8Array;
}

/** What the people do besides confirming steps. Every method throws Refused with the rule that stands against it. */
export class PeopleActs {
  readonly #carrier: Carrier;
  readonly #signers: Signers;

  constructor(carrier: Carrier, signers: Signers) {
    this.#carrier = carrier;
    this.#signers = signers;
  }

  /** Seals an approval key for somebody and proves that the second entry of the passphrase opens it. */
  async register({ person, passphrase, again }: Signing & { readonly again: Uint8Array }): Promise<void> {
    await this.#with([passphrase, again], async () => {
      const { state, position } = this.#now();
      const proved = await this.#signers.register(state, person, { passphrase, again }, position);
      this.#carrier.submit({ type: 'register-approval-key', person, ...proved, position });
    });
  }

  /** Puts the current step with this input to the people; approvals of anything else are void from then on. */
  ask(step: string, input: LoggedInput): void {
    this.#do({ type: 'ask-step-approval', step, input });
  }

  /** Somebody approves the current step with this input. */
  async approve(step: string, input: LoggedInput, signing: Signing): Promise<void> {
    await this.#approve({ type: 'ask-step-approval', step, input }, signing);
  }

  /** Somebody approves what was decided of an exception. */
  async approveException(closing: Closing, signing: Signing): Promise<void> {
    await this.#approve({ type: 'ask-exception-approval', ...closing }, signing);
  }

  /** Notes something that did not go as planned. */
  openException(told: { readonly expected: string; readonly happened: string; readonly openedBy: string }): void {
    this.#do({ type: 'open-exception', ...told, rule: null });
  }

  /** Closes an exception that the quorum has decided. */
  closeException(closing: Closing, confirmedBy: readonly string[]): void {
    this.#do({ type: 'close-exception', ...closing, confirmedBy });
  }

  startBreak(reason: string, by: string): void {
    this.#do({ type: 'start-break', reason, by });
  }

  /** Somebody is identified again after a break. */
  async comeBack({ person, passphrase }: Signing): Promise<void> {
    await this.#with([passphrase], async () => {
      const { state, position } = this.#now();
      const { signature } = await this.#signed('return', { person, passphrase }, state, position);
      this.#carrier.submit({ type: 'return-person', person, signature, position });
    });
  }

  markAbsent(person: string, reason: string): void {
    this.#do({ type: 'mark-absent', person, reason });
  }

  record(record: CustodyRecord): void {
    this.#do({ type: 'record-custody', record });
  }

  async #approve(
    asking: Extract<PeopleCommand, { type: 'ask-step-approval' | 'ask-exception-approval' }>,
    { person, passphrase }: Signing,
  ): Promise<void> {
    await this.#with([passphrase], async () => {
      this.#carrier.submit(asking);
      const { state, position } = this.#now();
      const signed = await this.#signed('approval', { person, passphrase }, state, position);
      this.#carrier.submit({ type: 'give-approval', person, ...signed, position });
    });
  }

  /** A passphrase that opens nothing stands in the log, since three of them are an exception. */
  async #signed(
    purpose: 'approval' | 'return',
    { person, passphrase }: Signing,
    state: CeremonyState,
    position: Position,
  ): Promise<Signatures> {
    try {
      return await this.#signers.sign(state, purpose, person, passphrase, position);
    } catch (error) {
      if (error instanceof Refused && error.refusal.rule === 'APPROVAL-PASSPHRASE-ACCEPTED') {
        this.#carrier.submit({ type: 'refuse-passphrase', person });
      }
      throw error;
    }
  }

  #now(): { readonly state: CeremonyState; readonly position: Position } {
    // Taking the position may put a clock that was set back into the log, and so into the state.
    const position = this.#carrier.position();
    return { state: this.#carrier.state(), position };
  }

  #do(command: PeopleCommand): void {
    this.#carrier.refuseWhileTaking();
    this.#carrier.submit(command);
    this.#carrier.announce();
  }

  async #with(secrets: readonly Uint8Array[], work: () => Promise<void>): Promise<void> {
    try {
      await this.#carrier.alone(work);
    } finally {
      for (const secret of secrets) secret.fill(0);
    }
  }
}
