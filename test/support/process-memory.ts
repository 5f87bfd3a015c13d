import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** The processes that this one has started and that still run. */
export function childrenOfThisProcess(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** A piece of memory, by its first byte and the one behind its last. */
type Range = readonly [start: number, end: number];

const pageBytes = 4096;

/**
 * Looks how often some bytes lie in the writable memory of a child of this process: what a memory dump would show.
 * @param pid - the child
 * @param wanted - the bytes; this very process has them too, so it cannot search itself
 */
export function countInMemory(pid: number, wanted: Uint8Array): number {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pages = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    const used = writableRanges(pid).flatMap((range) => usedRanges(pages, range));
    return used.reduce((sum, range) => sum + occurrences(read(memory, range), wanted), 0);
  } finally {
    closeSync(memory);
    closeSync(pages);
  }
}

function writableRanges(pid: number): Range[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  const lines = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gmu)];
  return lines.map(([, start = '', end = '']) => [Number.parseInt(start, 16), Number.parseInt(end, 16)]);
}

/** Most of the gigabytes that the engine reserves were never written; pagemap tells in bits 62 and 63 what was. */
function usedRanges(pages: number, [start, end]: Range): Range[] {
  const entries = read(pages, [(start / pageBytes) * 8, (end / pageBytes) * 8]);
  const used: Range[] = [];
  for (let at = 0; at + 8 <= entries.length; at += 8) {
    if ((entries.readUInt8(at + 7) & 0xc0) === 0) continue;
    const from = start + (at / 8) * pageBytes;
    const before = used.at(-1);
    // Pages that follow each other are searched as one: what is wanted may lie across.
    if (before?.[1] === from) used[used.length - 1] = [before[0], from + pageBytes];
    else used.push([from, from + pageBytes]);
  }
  return used;
}

/** What goes while it is read is searched as far as it is still there. */
function read(file: number, [start, end]: Range): Buffer {
  const bytes = Buffer.alloc(end - start);
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
  } catch (error) {
    if (['EIO', 'EFAULT'].includes((error as NodeJS.ErrnoException).code ?? '')) return Buffer.alloc(0);
    throw error;
  }
}

function occurrences(bytes: Buffer, wanted: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count++;
  return count;
}
