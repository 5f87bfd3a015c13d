import { basename, dirname } from 'node:path';
import type { Image } from './image.ts';
import type { Call, Caller } from './trace.ts';

/** A number for each file and folder that ever was: a name that is given again stands for another one. */
export type Inode = number;

/** The folder that was watched. */
export const root: Inode = 0;

/** What a change of a folder does to its names; a rename within one folder is one change. */
export interface NameChange {
  readonly set?: { readonly name: string; readonly inode: Inode };
  readonly remove?: string;
}

/** One step in the life of the disk, or something that the program said meanwhile. */
export type Effect =
  | {
      readonly kind: 'write';
      readonly inode: Inode;
      readonly path: string;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'truncate'; readonly inode: Inode; readonly path: string; readonly size: number }
  | { readonly kind: 'sync'; readonly inode: Inode; readonly by: Caller; readonly path: string }
  | { readonly kind: 'names'; readonly folder: Inode; readonly change: NameChange }
  | { readonly kind: 'said'; readonly words: string };

/** What became of a record. */
export interface History {
  readonly effects: readonly Effect[];
  /** Which of the inodes are folders. */
  readonly folders: ReadonlySet<Inode>;
  /** How many of the effects only lay out what was there before. */
  readonly begins: number;
  /** After how many effects each of the processes ended. */
  readonly ends: readonly number[];
  /** How many calls were on record. */
  readonly calls: number;
}

/** What the program says, it says by writing lines into this file of the watched folder; it is not on the disk. */
export const voice = 'said';

/**
 * Follows the calls of one or more processes: which file each of them meant.
 * @param calls - in order
 * @param watched - the folder that was watched
 * @param before - what was in it, and on the disk, before the first call
 */
export function followCalls(calls: readonly Call[], watched: string, before: Image = new Map()): History {
  const follower = new Follower(watched);
  follower.layOut(before);
  const begins = follower.effects.length;
  for (const call of calls) follower.take(call);
  return { effects: follower.effects, folders: follower.folders, begins, ends: follower.ends, calls: calls.length };
}

class Follower {
  readonly effects: Effect[] = [];
  readonly folders = new Set<Inode>([root]);
  readonly ends: number[] = [];
  readonly #watched: string;
  readonly #inodes: Map<string, Inode>;
  readonly #open = new Map<number, { readonly inode: Inode; readonly path: string }>();
  #next: Inode = root + 1;

  constructor(watched: string) {
    this.#watched = watched;
    this.#inodes = new Map([[watched, root]]);
  }

  layOut(image: Image): void {
    for (const [name, data] of image) {
      const path = `${this.#watched}/${name.replace(/\/$/u, '')}`;
      const inode = this.#make(path);
      if (name.endsWith('/')) this.folders.add(inode);
      else this.effects.push({ kind: 'write', inode, path, offset: 0, data });
    }
    for (const [path, inode] of this.#inodes) this.effects.push({ kind: 'sync', inode, by: 'node', path });
  }

  take(call: Call): void {
    switch (call.kind) {
      case 'open':
        this.#opened(call);
        break;
      case 'close':
        this.#open.delete(call.fd);
        break;
      case 'ended':
        this.ends.push(this.effects.length);
        this.#open.clear();
        break;
      case 'write':
      case 'truncate':
      case 'sync':
        this.#onFile(call);
        break;
      case 'rename':
        this.#renamed(call.from, call.to);
        break;
      case 'mkdir':
        this.folders.add(this.#make(call.path));
        break;
      case 'unlink':
      case 'rmdir':
        this.#inodes.delete(call.path);
        this.#names(call.path, { remove: basename(call.path) });
    }
  }

  #opened({ fd, path, creates, empties }: Extract<Call, { kind: 'open' }>): void {
    const known = this.#inodes.get(path);
    if (known === undefined && !creates) throw new Error(`${path} was opened, and nothing made it.`);
    const inode = known ?? this.#make(path);
    this.#open.set(fd, { inode, path });
    if (known !== undefined && empties) this.effects.push({ kind: 'truncate', inode, path, size: 0 });
  }

  #onFile(call: Extract<Call, { kind: 'write' | 'truncate' | 'sync' }>): void {
    const open = this.#open.get(call.fd);
    if (open === undefined) throw new Error(`File ${call.fd} was never opened.`);
    const { inode, path } = open;
    if (path === `${this.#watched}/${voice}`) {
      if (call.kind === 'write') this.#said(Buffer.from(call.data).toString());
    } else if (call.kind === 'write')
      this.effects.push({ kind: 'write', inode, path, offset: call.offset, data: call.data });
    else if (call.kind === 'truncate') this.effects.push({ kind: 'truncate', inode, path, size: call.size });
    else this.effects.push({ kind: 'sync', inode, by: call.by, path });
  }

  #said(text: string): void {
    for (const words of text.trim().split('\n')) this.effects.push({ kind: 'said', words });
  }

  #renamed(from: string, to: string): void {
    if (dirname(from) !== dirname(to)) throw new Error('A rename across folders is not in the model.');
    const inode = this.#inodeAt(from);
    if (this.folders.has(inode)) throw new Error('A rename of a folder is not in the model.');
    this.#inodes.delete(from);
    this.#inodes.set(to, inode);
    this.#names(from, { remove: basename(from), set: { name: basename(to), inode } });
  }

  #make(path: string): Inode {
    const inode = this.#next++;
    this.#inodes.set(path, inode);
    this.#names(path, { set: { name: basename(path), inode } });
    return inode;
  }

  #names(path: string, change: NameChange): void {
    if (path !== `${this.#watched}/${voice}`)
      this.effects.push({ kind: 'names', folder: this.#inodeAt(dirname(path)), change });
  }

  #inodeAt(path: string): Inode {
    const inode = this.#inodes.get(path);
    if (inode === undefined) throw new Error(`Nothing made ${path}.`);
    return inode;
  }
}
