import type { Medium } from '../../app/contract/calls.ts';
import type { Session } from './session.svelte.ts';

type Direction = 'inbound' | 'outbound';

/** The media that can be chosen now. Removable ones come first: what leaves or enters the room is carried. */
export class MediaList {
  media = $state.raw<readonly Medium[]>([]);
  readonly #session: Session;
  readonly #direction: Direction;

  constructor(session: Session, direction: Direction) {
    this.#session = session;
    this.#direction = direction;
  }

  /** Looks at what is connected. */
  async look(): Promise<void> {
    const found = await this.#session.ask(this.#session.client['media.list']({ direction: this.#direction }));
    if (found !== null) this.media = found.toSorted((a, b) => Number(b.isRemovable) - Number(a.isRemovable));
  }

  /** Lets the people choose a folder in the system's own dialog; null when they choose none. */
  async browse(): Promise<Medium | null> {
    const chosen = await this.#session.ask(this.#session.client['media.browse']({ direction: this.#direction }));
    if (chosen !== null && !this.media.some((medium) => medium.id === chosen.id)) this.media = [...this.media, chosen];
    return chosen;
  }
}
