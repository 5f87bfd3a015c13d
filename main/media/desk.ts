import { basename } from 'node:path';
import type { Medium } from '../../app/contract/calls.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { listVolumes } from './volumes.ts';

export type Direction = 'inbound' | 'outbound';

/**
 * Knows which folders may be read from or written to: removable volumes, and what somebody chose in the system's own
 * dialog. The window names a folder by the id it was offered under, so no path ever comes from the window.
 */
export class MediaDesk {
  readonly #offered = new Map<string, string>();
  readonly #chosen: Record<Direction, Medium[]> = { inbound: [], outbound: [] };

  /**
   * Lists what can be chosen: removable volumes first, then folders chosen earlier.
   * @param direction - inbound media are read, outbound media are written
   */
  list(direction: Direction): Medium[] {
    const volumes = listVolumes().map((volume) =>
      this.#offer({
        label: volume.label,
        path: volume.path,
        isRemovable: volume.isRemovable,
        isWritable: !volume.isReadOnly,
        freeBytes: volume.freeBytes,
      }),
    );
    return [...volumes, ...this.#chosen[direction]];
  }

  /**
   * Takes in a folder that was chosen in the system's dialog.
   * @param direction - what it was chosen for
   * @param path - absolute
   * @param label - what to call it; its own name when not given
   */
  add(direction: Direction, path: string, label = basename(path)): Medium {
    const medium = this.#offer({ label, path, isRemovable: false, isWritable: true, freeBytes: null });
    const others = this.#chosen[direction].filter(({ id }) => id !== medium.id);
    this.#chosen[direction] = [...others, medium];
    return medium;
  }

  /**
   * The path behind an id.
   * @throws Refused with MEDIA-OFFERED for an id that was not offered
   */
  pathOf(id: string): string {
    return this.#offered.get(id) ?? refuse('MEDIA-OFFERED', `No folder was offered under the id "${id}".`);
  }

  /**
   * Whether the folder behind an id lies on a removable medium.
   * @throws Refused with MEDIA-OFFERED for an id that was not offered
   */
  isRemovable(id: string): boolean {
    return liesOnRemovable(this.pathOf(id));
  }

  #offer(medium: Omit<Medium, 'id'>): Medium {
    const known = [...this.#offered].find(([, path]) => path === medium.path)?.[0];
    const id = known ?? `medium-${this.#offered.size + 1}`;
    this.#offered.set(id, medium.path);
    return { id, ...medium };
  }
}

/**
 * Whether a folder lies on a removable medium.
 * @param path - absolute
 */
export function liesOnRemovable(path: string): boolean {
  const volumes = listVolumes().filter((volume) => path === volume.path || path.startsWith(`${volume.path}/`));
  // A medium may be mounted below another: the innermost one holds the folder.
  return volumes.toSorted((one, other) => other.path.length - one.path.length)[0]?.isRemovable ?? false;
}
