import type { Effect, History, Inode, NameChange } from './effects.ts';
import { root } from './effects.ts';
import type { Image } from './image.ts';

/** What a power cut does with what was not synced; a disk keeps no more of it than this says. */
export interface Fate {
  /** The change of a folder is on the disk. */
  keepsNames(folder: Inode, index: number, all: number): boolean;
  /** Of the changes of this stretch of the file (from `index` 0 on, as many as there are), how many are on the disk. */
  keepsData(inode: Inode, sector: number, touching: readonly number[], all: number): number;
  /** After how many of the changes of the file its length on the disk is what it was. */
  keepsLength(inode: Inode, all: number): number;
}

/** The smallest piece that a disk writes whole. */
export const sectorBytes = 512;

type Change = Extract<Effect, { kind: 'write' | 'truncate' }>;
interface File {
  durable: Uint8Array;
  pending: Change[];
}
interface Folder {
  readonly durable: Map<string, Inode>;
  pending: NameChange[];
}

/**
 * A disk with a page cache in front of it. Only a sync puts the changes of a file on the disk for certain, and only the
 * sync of a folder the names in it; what happens to the rest is up to the {@link Fate} of the cut.
 */
export class Disk {
  readonly #files = new Map<Inode, File>();
  readonly #folders = new Map<Inode, Folder>();

  constructor({ folders }: Pick<History, 'folders'>) {
    for (const inode of folders) this.#folders.set(inode, { durable: new Map(), pending: [] });
  }

  take(effect: Effect): void {
    if (effect.kind === 'write' || effect.kind === 'truncate') this.#file(effect.inode).pending.push(effect);
    else if (effect.kind === 'names') this.#folder(effect.folder).pending.push(effect.change);
    else if (effect.kind === 'sync') this.#sync(effect.inode);
  }

  /** Whether a cut has anything to decide. */
  hasUnsynced(): boolean {
    return [...this.#files.values(), ...this.#folders.values()].some(({ pending }) => pending.length > 0);
  }

  /** What is on the disk if the power goes now. */
  cut(fate: Fate): Image {
    const image = new Map<string, Uint8Array>();
    this.#look(root, '', fate, image);
    return image;
  }

  #look(folder: Inode, prefix: string, fate: Fate, image: Map<string, Uint8Array>): void {
    const { durable, pending } = this.#folder(folder);
    const names = new Map(durable);
    for (const [index, change] of pending.entries())
      if (fate.keepsNames(folder, index, pending.length)) rename(names, change);
    for (const [name, inode] of names) {
      const path = `${prefix}${name}`;
      if (!this.#folders.has(inode)) image.set(path, contentOf(inode, this.#file(inode), fate));
      else {
        image.set(`${path}/`, new Uint8Array());
        this.#look(inode, `${path}/`, fate, image);
      }
    }
  }

  #sync(inode: Inode): void {
    const folder = this.#folders.get(inode);
    if (folder !== undefined) {
      for (const change of folder.pending) rename(folder.durable, change);
      folder.pending = [];
      return;
    }
    const file = this.#file(inode);
    file.durable = contentOf(inode, file, everything);
    file.pending = [];
  }

  #file(inode: Inode): File {
    const known = this.#files.get(inode) ?? { durable: new Uint8Array(), pending: [] };
    this.#files.set(inode, known);
    return known;
  }

  #folder(inode: Inode): Folder {
    const known = this.#folders.get(inode);
    if (known === undefined) throw new Error('no folder');
    return known;
  }
}

/** The power stays on: what programs see. */
export const everything: Fate = {
  keepsNames: () => true,
  keepsData: (_inode, _sector, _touching, all) => all,
  keepsLength: (_inode, all) => all,
};

function rename(names: Map<string, Inode>, { remove, set }: NameChange): void {
  if (remove !== undefined) names.delete(remove);
  if (set !== undefined) names.set(set.name, set.inode);
}

/** Each sector as it was after some of the changes, and a length that may be of another moment: a hole reads as zeros. */
function contentOf(inode: Inode, { durable, pending }: File, fate: Fate): Uint8Array {
  if (pending.length === 0) return durable;
  const lengths = [durable.length];
  for (const change of pending) lengths.push(lengthAfter(lengths.at(-1) ?? 0, change));
  const longest = Math.max(...lengths);
  const bytes = new Uint8Array(longest);
  bytes.set(durable);
  const kept = keptOf(inode, pending, lengths, fate);
  for (const [index, change] of pending.entries()) {
    const [from, to] = reachOf(change, lengths[index] ?? 0);
    for (let at = from; at < to;) {
      const sector = Math.floor(at / sectorBytes);
      const end = Math.min(to, (sector + 1) * sectorBytes);
      if (index < (kept.get(sector) ?? 0)) put(bytes, change, at, end);
      at = end;
    }
  }
  return bytes.subarray(0, lengths[fate.keepsLength(inode, pending.length)] ?? longest);
}

function put(bytes: Uint8Array, change: Change, from: number, to: number): void {
  if (change.kind === 'truncate') bytes.fill(0, from, to);
  else bytes.set(change.data.subarray(from - change.offset, to - change.offset), from);
}

function keptOf(inode: Inode, pending: readonly Change[], lengths: readonly number[], fate: Fate): Map<number, number> {
  const touching = new Map<number, number[]>();
  for (const [index, change] of pending.entries()) {
    const [from, to] = reachOf(change, lengths[index] ?? 0);
    for (let sector = Math.floor(from / sectorBytes); sector * sectorBytes < to; sector += 1) {
      const known = touching.get(sector);
      if (known === undefined) touching.set(sector, [index]);
      else known.push(index);
    }
  }
  return new Map([...touching].map(([sector, by]) => [sector, fate.keepsData(inode, sector, by, pending.length)]));
}

/** Which bytes a change concerns. */
function reachOf(change: Change, length: number): readonly [number, number] {
  return change.kind === 'write' ? [change.offset, change.offset + change.data.length] : [change.size, length];
}

function lengthAfter(length: number, change: Change): number {
  return change.kind === 'truncate' ? change.size : Math.max(length, change.offset + change.data.length);
}
