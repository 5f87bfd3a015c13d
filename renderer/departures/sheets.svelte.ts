import type { Refusal } from '../../app/rules/refusal.ts';
import type { Session } from '../state/session.svelte.ts';

/** What floats above a screen and asks main for something. */
export type Sheet = 'exception' | 'break' | 'register';

/** Which of them is open. While one is, what is refused is shown in it and not on the screen below. */
export class Sheets {
  open = $state<Sheet | null>(null);
  /** What the screen below showed before. */
  #before = $state.raw<Refusal | null>(null);
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Why what somebody asked for in the open sheet was refused. */
  get refusal(): Refusal | null {
    const { refusal } = this.#session;
    return this.open === null || refusal === this.#before ? null : refusal;
  }

  /** Why the last call of the screen below was refused. */
  get refusalBelow(): Refusal | null {
    return this.open === null ? this.#session.refusal : this.#before;
  }

  /** Opens one, unless one is open already. */
  show(sheet: Sheet): void {
    if (this.open !== null) return;
    this.#before = this.#session.refusal;
    this.open = sheet;
  }

  /** Closes what is open; what was refused in it is not told again below. */
  close(): void {
    if (this.refusal !== null) this.#session.refusal = null;
    this.open = null;
  }

  /**
   * Does what a sheet asks for, and closes it.
   * @param call - resolves to false when main refuses; the sheet stays then, with what was typed, and shows why
   */
  async closeAfter(call: Promise<boolean>): Promise<void> {
    if (await call) this.close();
  }
}
