import type { CeremonyView } from '../../app/contract/view.ts';
import type { WindowClient } from '../../app/contract/calls.ts';
import { reasonOf } from '../words/reason.ts';

/** What the people decide of an exception, as the contract takes it. */
export type Decided = Omit<Parameters<WindowClient['people.closeException']>[0], 'confirmedBy'>;
type Closing = NonNullable<CeremonyView['closing']>;

/** What the people are about to decide of one exception. It lives in the window only, until somebody approves it. */
export class Decision {
  /** As somebody typed it. */
  text = $state('');
  isLeftOut = $state(false);
  /** What the last approval was asked for: whoever approved that has approved nothing else. */
  #asked = $state.raw<Decided | null>(null);
  readonly #of: () => Closing;

  /** @param closing - the exception to be closed and what that takes, as main has it now */
  constructor(closing: () => Closing) {
    this.#of = closing;
  }

  /** As it will stand in the log. */
  get decided(): Decided {
    const { exception, leaveOut } = this.#of();
    const key = this.isLeftOut ? leaveOut : null;
    return {
      exception,
      decided: reasonOf(null, this.text),
      decision: key === null ? 'go-on' : 'leave-out',
      key,
    };
  }

  /** Notes what an approval is asked for now. */
  ask(): Decided {
    this.#asked = this.decided;
    return this.#asked;
  }

  /**
   * Whose approvals hold for what is decided now.
   * @param approval - what main holds
   * @returns ids; none once anything was changed after they were given
   */
  approvedBy(approval: CeremonyView['approval']): readonly string[] {
    return this.#isAsked && approval?.subject === this.#of().subject ? approval.by : [];
  }

  /**
   * Who approved something else before it was changed.
   * @param approval - what main holds
   * @returns ids; none when nothing was changed
   */
  voidedBy(approval: CeremonyView['approval']): readonly string[] {
    return !this.#isAsked && approval?.subject === this.#of().subject ? approval.by : [];
  }

  get #isAsked(): boolean {
    return this.#asked !== null && JSON.stringify(this.#asked) === JSON.stringify(this.decided);
  }
}
