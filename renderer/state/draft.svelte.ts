import { SvelteSet } from 'svelte/reactivity';
import type { StepInput } from '../../app/contract/calls.ts';
import type { StepView } from '../../app/contract/view.ts';
import type { Given } from '../steps/readiness.ts';
import { emptySeats, peopleOf, type Seat } from '../steps/seats.ts';

/** What the people have ticked, chosen and typed at one step. It lives in the window only, until they confirm. */
export class StepDraft implements Given {
  readonly ticks = new SvelteSet<string>();
  readonly confirmedBy = new SvelteSet<string>();
  readonly media = new SvelteSet<string>();
  readonly declined = new SvelteSet<string>();
  seats = $state<Seat[]>([]);
  keyIds = $state<string[]>([]);
  pin = $state('');
  pinAgain = $state('');

  constructor(step: StepView) {
    this.seats = emptySeats(step.asks.seats);
    this.keyIds = step.asks.keyIds.map(() => '');
  }

  /** The PIN leaves the field the moment it is used; whoever receives the bytes overwrites them. */
  takePin(): Uint8Array<ArrayBuffer> {
    const bytes = new TextEncoder().encode(this.pin);
    this.pin = '';
    this.pinAgain = '';
    return bytes;
  }

  /** What this step is given, in the form the contract has for its kind. */
  takeInput(kind: StepView['kind']): StepInput {
    switch (kind) {
      case 'confirm':
        return { kind: 'none' };
      case 'name-people':
        return { kind: 'people', people: peopleOf(this.seats) };
      case 'choose-pin':
      case 'enter-pin':
        return { kind: 'pin', pin: this.takePin() };
      case 'choose-inbound':
      case 'choose-outbound':
        return { kind: 'media', media: [...this.media] };
      case 'type-key-ids':
        return { kind: 'key-ids', keyIds: [...this.keyIds] };
    }
  }
}
