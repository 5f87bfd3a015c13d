import type { StepInput, WindowClient } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { CeremonyView } from '../../app/contract/view.ts';
import type { TypedSecret } from './typed-secret.svelte.ts';

/** What a call takes besides the secrets, which come from their fields. */
type Told<Name extends keyof WindowClient> = Omit<
  Parameters<WindowClient[Name]>[0],
  'passphrase' | 'again' | 'part' | 'person'
>;

/** What these calls need of the session whose window they change. */
interface Asking {
  readonly client: WindowClient;
  ask<T>(call: Promise<Reply<T>>): Promise<T | null>;
  show(view: CeremonyView | null): void;
}

/**
 * What the people do besides confirming steps. A field is empty, and its bytes are overwritten, as soon as a call has
 * taken them. Every method resolves to true when main did it; otherwise the window shows why not.
 */
export class PeopleCalls {
  readonly #session: Asking;

  constructor(session: Asking) {
    this.#session = session;
  }

  /** Seals an approval key for somebody, who typed the passphrase twice. */
  async register(person: string, passphrase: TypedSecret, again: TypedSecret): Promise<boolean> {
    const secrets = { passphrase: passphrase.takePassphrase(), again: again.takePassphrase() };
    const reply = this.#client['people.register']({ person, ...secrets });
    for (const bytes of Object.values(secrets)) bytes.fill(0);
    return this.#shown(reply);
  }

  /** Somebody approves what the current step shows, with what it was given. */
  async approve(told: Told<'people.approve'>, person: string, passphrase: TypedSecret): Promise<boolean> {
    return this.#signed(passphrase, (secret) =>
      this.#client['people.approve']({ ...told, person, passphrase: secret }),
    );
  }

  /** Puts the current step to the people with what it is given now; approvals of anything else are void. */
  async ask(step: string, input: StepInput): Promise<boolean> {
    return this.#shown(this.#client['people.ask']({ step, input }));
  }

  /** Notes something that did not go as planned. */
  async openException(told: Parameters<WindowClient['people.openException']>[0]): Promise<boolean> {
    return this.#shown(this.#client['people.openException'](told));
  }

  /** Somebody approves what was decided of an exception. */
  async approveException(
    told: Told<'people.approveException'>,
    person: string,
    passphrase: TypedSecret,
  ): Promise<boolean> {
    return this.#signed(passphrase, (secret) =>
      this.#client['people.approveException']({ ...told, person, passphrase: secret }),
    );
  }

  /** Closes an exception that the quorum has approved. */
  async closeException(told: Parameters<WindowClient['people.closeException']>[0]): Promise<boolean> {
    return this.#shown(this.#client['people.closeException'](told));
  }

  async startBreak(reason: string, by: string): Promise<boolean> {
    return this.#shown(this.#client['people.startBreak']({ reason, by }));
  }

  /** Somebody is identified again after a break or a restart. */
  async comeBack(person: string, passphrase: TypedSecret): Promise<boolean> {
    return this.#signed(passphrase, (secret) => this.#client['people.return']({ person, passphrase: secret }));
  }

  /** Somebody does not come back. */
  async markAbsent(person: string, reason: string): Promise<boolean> {
    return this.#shown(this.#client['people.markAbsent']({ person, reason }));
  }

  /** Enters a line in the custody register. */
  async record(record: Parameters<WindowClient['people.record']>[0]['record']): Promise<boolean> {
    return this.#shown(this.#client['people.record']({ record }));
  }

  /**
   * Passes somebody's part of the PIN on.
   * @returns how many parts are held now; null when it was refused
   */
  async addPinPart(step: string, person: string, typed: TypedSecret): Promise<number | null> {
    const part = typed.takePin();
    const reply = this.#client['people.addPinPart']({ step, person, part });
    part.fill(0);
    return (await this.#session.ask(reply))?.held ?? null;
  }

  /** Forgets every part of the PIN typed so far. */
  async clearPin(step: string): Promise<boolean> {
    return (await this.#session.ask(this.#client['people.clearPin']({ step }))) !== null;
  }

  get #client(): WindowClient {
    return this.#session.client;
  }

  async #signed(
    typed: TypedSecret,
    call: (passphrase: Uint8Array<ArrayBuffer>) => Promise<Reply<CeremonyView>>,
  ): Promise<boolean> {
    const passphrase = typed.takePassphrase();
    const reply = call(passphrase);
    // The bridge has copied the bytes by the time the call returns.
    passphrase.fill(0);
    return this.#shown(reply);
  }

  async #shown(reply: Promise<Reply<CeremonyView>>): Promise<boolean> {
    const view = await this.#session.ask(reply);
    this.#session.show(view);
    return view !== null;
  }
}
