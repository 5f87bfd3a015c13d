import type { PinInput } from '../../app/contract/calls.ts';
import type { StepView } from '../../app/contract/view.ts';
import { TypedSecret } from './typed-secret.svelte.ts';

export type PinAsked = NonNullable<StepView['asks']['pin']>;

/** How a PIN is given at one step: who types it, and what is typed so far. Parts that were typed are no longer here. */
export class PinDraft {
  /** One person types the whole, several type a part each, or somebody types it on the token. */
  how = $state<'one' | 'parts' | 'pad'>('one');
  /** Id of the one who types the whole; empty until it is said. */
  typist = $state('');
  /** Ids of those who type a part, in their order. */
  order = $state<string[]>([]);
  /** How many parts have been passed on; null before the order stands. */
  held = $state<number | null>(null);
  /** Characters of the parts that have been passed on: a new PIN has a shortest length, its parts have none. */
  heldCharacters = $state(0);
  /** Whether the people know that the token locks itself after one more wrong PIN. */
  knowsFinalTry = $state(false);
  readonly typed = new TypedSecret();
  /** A new PIN is typed twice, and each of its parts. */
  readonly again = new TypedSecret();

  /**
   * @param asked - what is asked; null where no PIN is
   * @param holders - names of those who usually type it: when they are one, it is that one
   */
  constructor(asked: PinAsked | null, holders: readonly string[]) {
    if (asked === null) return;
    if (asked.pad) this.how = 'pad';
    const usual = asked.people.filter(({ name }) => holders.includes(name));
    const [only, ...others] = asked.people.length === 1 ? asked.people : usual;
    if (only !== undefined && others.length === 0) this.typist = only.id;
  }

  /** Id of the one whose part comes next; null when no part is to be typed now. */
  get next(): string | null {
    return this.held === null ? null : (this.order[this.held] ?? null);
  }

  /** Puts somebody at the end of the order, or takes them out of it. */
  toggle(person: string): void {
    this.order = this.order.includes(person) ? this.order.filter((id) => id !== person) : [...this.order, person];
  }

  /** Begins with the first part. */
  begin(): void {
    this.empty();
    this.held = this.heldCharacters = 0;
  }

  /** Lets go of the order: no part counts any more. */
  forget(): void {
    this.empty();
    this.held = null;
  }

  /** Empties both fields. */
  empty(): void {
    this.typed.text = this.again.text = '';
  }

  /** The PIN leaves the field the moment it is used; whoever receives the bytes overwrites them. */
  take(): PinInput {
    const finalTryAccepted = this.knowsFinalTry;
    this.again.text = '';
    if (this.how === 'parts') return { kind: 'pin-parts', by: [...this.order], finalTryAccepted };
    const by = this.typist;
    return this.how === 'pad'
      ? { kind: 'pin-pad', by, finalTryAccepted }
      : { kind: 'pin', pin: this.typed.takePin(), by, finalTryAccepted };
  }
}
