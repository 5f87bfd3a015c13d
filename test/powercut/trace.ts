import { constants, readFileSync } from 'node:fs';

/** Who made a call: Node on behalf of our own code, or SQLite. */
export type Caller = 'node' | 'sqlite';

/** One call to the system as recorder.c saw it; paths are absolute. `ended` stands for the end of the process. */
export type Call =
  | {
      readonly kind: 'open';
      readonly fd: number;
      readonly path: string;
      readonly creates: boolean;
      readonly empties: boolean;
    }
  | { readonly kind: 'close'; readonly fd: number }
  | { readonly kind: 'write'; readonly fd: number; readonly offset: number; readonly data: Uint8Array }
  | { readonly kind: 'truncate'; readonly fd: number; readonly size: number }
  | { readonly kind: 'sync'; readonly fd: number; readonly by: Caller }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'unlink' | 'mkdir' | 'rmdir'; readonly path: string }
  | { readonly kind: 'ended' };

/** The header of a record, as recorder.c lays it out. */
const headBytes = 40;
const magic = 0x50435554;
const kinds = ['', 'open', 'close', 'write', 'truncate', 'sync', 'rename', 'unlink', 'mkdir', 'rmdir', 'unmodelled'];

/**
 * Reads what the recorder wrote during one process.
 * @param file - its trace
 * @throws Error for a call that the model has no name for: what came after it could not be believed
 */
export function readTrace(file: string): Call[] {
  const bytes = readFileSync(file);
  const calls: Call[] = [];
  for (let at = 0; at < bytes.length;) {
    const [path, other, data] = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 28), bytes.readUInt32LE(at + 32)];
    const end = at + headBytes + path + other + data;
    if (bytes.readUInt32LE(at) !== magic || end > bytes.length) throw new Error('The trace is damaged.');
    calls.push(callAt(bytes.subarray(at, end), path, other));
    at = end;
  }
  return [...calls, { kind: 'ended' }];
}

function callAt(bytes: Buffer, pathBytes: number, otherBytes: number): Call {
  const kind = kinds[bytes.readUInt16LE(4)] ?? 'unknown';
  const by = bytes.readUInt16LE(6) === 1 ? 'sqlite' : 'node';
  const fd = bytes.readInt32LE(8);
  const flags = bytes.readUInt32LE(12);
  const offset = Number(bytes.readBigInt64LE(16));
  const path = bytes.toString('utf8', headBytes, headBytes + pathBytes);
  const other = bytes.toString('utf8', headBytes + pathBytes, headBytes + pathBytes + otherBytes);
  switch (kind) {
    case 'open':
      return { kind, fd, path, creates: (flags & constants.O_CREAT) !== 0, empties: (flags & constants.O_TRUNC) !== 0 };
    case 'close':
      return { kind, fd };
    case 'write':
      return { kind, fd, offset, data: bytes.subarray(headBytes) };
    case 'truncate':
      return { kind, fd, size: offset };
    case 'sync':
      return { kind, fd, by };
    case 'rename':
      return { kind, from: path, to: other };
    case 'unlink':
    case 'mkdir':
    case 'rmdir':
      return { kind, path };
    default:
      throw new Error(`The recorder saw what the model does not know: ${kind} ${path} (${by}).`);
  }
}
