import type { WindowClient } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { CheckedRecord } from '../../app/contract/record-calls.ts';
import type { Refusal } from '../../app/rules/refusal.ts';

/** What a check needs of the session: whom it asks, and whether that was refused. */
interface Desk {
  readonly client: Pick<WindowClient, 'record.check'>;
  readonly refusal: Refusal | null;
  ask<T>(call: Promise<Reply<T>>): Promise<T | null>;
}

/** What was found, and against which checkpoint of the paper; null where nobody typed one. */
export interface Found extends CheckedRecord {
  readonly checkpoint: string | null;
}

/** Somebody checks bundles, one after the other. */
export class RecordCheck {
  /** The checkpoint on the paper, as it is typed. */
  paper = $state('');
  found = $state.raw<Found | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Checks the bundle that the people choose. What was found before stays when they choose none, and goes when it is refused. */
  async choose(): Promise<void> {
    const typed = this.paper.trim();
    const checkpoint = typed === '' ? null : typed;
    const found = await this.#desk.ask(this.#desk.client['record.check']({ checkpoint }));
    if (found !== null) this.found = { ...found, checkpoint };
    else if (this.#desk.refusal !== null) this.found = null;
  }
}
