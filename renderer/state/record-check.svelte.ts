import type { WindowClient } from '../../app/contract/calls.ts';
import type { Reply } from '../../app/contract/define.ts';
import type { CheckedRecord, PaperOfTheRoom } from '../../app/contract/record-calls.ts';
import type { Refusal } from '../../app/rules/refusal.ts';

/** What a check needs of the session: whom it asks, and whether that was refused. */
interface Desk {
  readonly client: Pick<WindowClient, 'record.check'>;
  readonly refusal: Refusal | null;
  ask<T>(call: Promise<Reply<T>>): Promise<T | null>;
}

/** What was found, and what of the paper it was held against. */
export interface Found extends CheckedRecord {
  readonly paper: PaperOfTheRoom;
}

/** Somebody checks bundles, one after the other. */
export class RecordCheck {
  /** What the paper says, as it is typed; empty where it is not. */
  readonly paper = $state({ checkpoint: '', manifestSha256: '', logKeySha256: '' });
  found = $state.raw<Found | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Checks the bundle that the people choose. What was found before stays when they choose none, and goes when it is refused. */
  async choose(): Promise<void> {
    const { checkpoint, manifestSha256, logKeySha256 } = this.paper;
    const paper = {
      checkpoint: typed(checkpoint),
      manifestSha256: typed(manifestSha256),
      logKeySha256: typed(logKeySha256),
    };
    const found = await this.#desk.ask(this.#desk.client['record.check']({ paper }));
    if (found !== null) this.found = { ...found, paper };
    else if (this.#desk.refusal !== null) this.found = null;
  }
}

function typed(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}
