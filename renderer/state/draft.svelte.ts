import { SvelteSet } from 'svelte/reactivity';
import type { StepInput } from '../../app/contract/calls.ts';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import type { Given } from '../steps/readiness.ts';
import { emptySeats, peopleOf, type Seat } from '../steps/seats.ts';
import { PinDraft } from './pin-draft.svelte.ts';

/** What the people have ticked, chosen and typed at one step. It lives in the window only, until they confirm. */
export class StepDraft implements Given {
  readonly ticks = new SvelteSet<string>();
  readonly confirmedBy = new SvelteSet<string>();
  readonly media = new SvelteSet<string>();
  readonly declined = new SvelteSet<string>();
  readonly pin: PinDraft;
  seats = $state<Seat[]>([]);
  keyIds = $state<string[]>([]);
  /** What the people were asked to approve last, as {@link plainInput} had it then; null while nobody knows. */
  asked = $state.raw<string | null>(null);
  /** What was put to them last, whether main took it or not: what it refused is not put to them again by itself. */
  tried = $state.raw<string | null>(null);
  /** Ids of those whose approvals became void because something was changed here, until somebody approves anew. */
  voided = $state.raw<readonly string[]>([]);
  readonly #kind: StepView['kind'];

  /**
   * @param step - the step on screen
   * @param reopen - what is asked where the token must be opened first, which comes before the step
   */
  constructor(step: StepView, reopen: CeremonyView['reopen'] = null) {
    this.#kind = step.kind;
    this.seats = emptySeats(step.asks.seats);
    this.keyIds = step.asks.keyIds.map(() => '');
    const holders = reopen?.confirmers.find(({ role }) => role === 'custodian') ?? reopen?.confirmers[0];
    this.pin = new PinDraft(reopen?.pin ?? step.asks.pin, holders?.people.map(({ name }) => name) ?? step.acts.names);
  }

  /** What the step is given, in the form the contract has for its kind; a step with a PIN gives that apart. */
  get plainInput(): StepInput {
    switch (this.#kind) {
      case 'name-people':
        return { kind: 'people', people: peopleOf(this.seats) };
      case 'choose-inbound':
      case 'choose-outbound':
        return { kind: 'media', media: [...this.media] };
      case 'type-key-ids':
        return { kind: 'key-ids', keyIds: [...this.keyIds] };
      default:
        return { kind: 'none' };
    }
  }

  /** Takes what the step is given; a PIN is gone from here then. */
  takeInput(): StepInput {
    return this.#kind === 'choose-pin' || this.#kind === 'enter-pin' ? this.pin.take() : this.plainInput;
  }
}
