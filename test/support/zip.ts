import { crc32, deflateRawSync } from 'node:zlib';

/** A writer of zips that knows nothing of the product's reader, and writes every fault it is asked for. */

/** What both headers of a file say. Lengths in bytes. */
interface Header {
  readonly name: string | Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly extra: Uint8Array;
}

/** What only the directory says. */
interface DirectoryHeader extends Header {
  readonly madeBy: number;
  readonly attributes: number;
  readonly offset: number;
}

/** A file of a zip. Without more than a name and a content it is sound: deflated, a plain file made on Unix. */
export interface Zipped extends Partial<DirectoryHeader> {
  readonly name: string | Uint8Array;
  readonly content: Uint8Array;
  /** What lies in the zip, in place of what the method makes of the content. */
  readonly packed?: Uint8Array;
  /** Sizes and CRC-32 behind the data instead of in front, with or without the signature. */
  readonly streamed?: 'signed' | 'unsigned';
  /** What is said otherwise behind the data. */
  readonly behind?: Partial<Pick<Header, 'crc' | 'packedSize' | 'size'>>;
  /** What one header says otherwise; a file without a local header is only in the directory. */
  readonly local?: Partial<Header> | null;
  readonly central?: Partial<DirectoryHeader>;
}

/** What the end record says, where it should be otherwise. */
export interface End {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly countHere: number;
  readonly count: number;
  readonly directorySize: number;
  readonly directoryOffset: number;
}

/** What is not of a file. */
interface More {
  /** The directory has the last file first. */
  readonly reversed?: boolean;
  readonly before?: Uint8Array;
  readonly between?: Uint8Array;
  readonly beforeEnd?: Uint8Array;
  readonly after?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly end?: Partial<End>;
}

const regularMode = 0o100644;
const streamedFlag = 0x0008;
const utf8Flag = 0x0800;
const none = new Uint8Array();
/** Midnight of 1980-01-01, the first day that MS-DOS knows. */
const [timeOfDay, date] = [0, 0x21];

/** A zip of these files, one after the other. */
export function zipOf(files: readonly Zipped[], more: More = {}): Uint8Array {
  const locals: Uint8Array[] = [more.before ?? none];
  const directory: Uint8Array[] = [];
  for (const file of files) {
    directory.push(directoryHeader({ offset: lengthOf(locals), ...file }));
    if (file.local !== null) locals.push(localPart(file));
  }
  locals.push(more.between ?? none);
  if (more.reversed === true) directory.reverse();
  const end = endRecord(files.length, lengthOf(directory), lengthOf(locals), more);
  return joined([...locals, ...directory, more.beforeEnd ?? none, end, more.after ?? none]);
}

/** A file as it lies in the zip: header, data, and data descriptor where there is one. */
export function localPart(file: Zipped): Uint8Array {
  const header = headerOf(file);
  const { crc, packedSize, size } = { ...header, ...file.behind };
  const inFront = file.streamed === undefined ? header : { ...header, crc: 0, packedSize: 0, size: 0 };
  const said = { ...inFront, ...file.local };
  const name = nameBytes(said.name);
  return joined([
    numbers('422222', [0x04034b50, 20, said.flags, said.method, timeOfDay, date]),
    numbers('44422', [said.crc, said.packedSize, said.size, name.length, said.extra.length]),
    name,
    said.extra,
    packedOf(file),
    file.streamed === 'signed' ? numbers('4', [0x08074b50]) : none,
    file.streamed === undefined ? none : numbers('444', [crc, packedSize, size]),
  ]);
}

function directoryHeader(file: Zipped & { readonly offset: number }): Uint8Array {
  const { madeBy = 0x031e, attributes = (regularMode << 16) >>> 0, offset } = file;
  const said = { ...headerOf(file), madeBy, attributes, offset, ...file.central };
  const name = nameBytes(said.name);
  return joined([
    numbers('4222222', [0x02014b50, said.madeBy, 20, said.flags, said.method, timeOfDay, date]),
    numbers('44422', [said.crc, said.packedSize, said.size, name.length, said.extra.length]),
    numbers('22244', [0, 0, 0, said.attributes, said.offset]),
    name,
    said.extra,
  ]);
}

function headerOf(file: Zipped): Header {
  const { name, content, method = 8, extra = none, crc = crc32(content), size = content.length } = file;
  const isUtf8 = typeof name === 'string' && nameBytes(name).some((byte) => byte > 0x7f);
  const flags = (isUtf8 ? utf8Flag : 0) | (file.streamed === undefined ? 0 : streamedFlag) | (file.flags ?? 0);
  return { name, flags, method, crc, packedSize: file.packedSize ?? packedOf(file).length, size, extra };
}

function packedOf({ content, method = 8, packed }: Zipped): Uint8Array {
  return packed ?? (method === 8 ? new Uint8Array(deflateRawSync(content)) : content);
}

function endRecord(count: number, directorySize: number, directoryOffset: number, more: More): Uint8Array {
  const comment = more.comment ?? none;
  const said = { disk: 0, directoryDisk: 0, countHere: count, count, directorySize, directoryOffset, ...more.end };
  return joined([
    numbers('42222', [0x06054b50, said.disk, said.directoryDisk, said.countHere, said.count]),
    numbers('442', [said.directorySize, said.directoryOffset, comment.length]),
    comment,
  ]);
}

function nameBytes(name: string | Uint8Array): Uint8Array {
  return typeof name === 'string' ? new TextEncoder().encode(name) : name;
}

/** Little-endian numbers of 2 or 4 bytes, as a digit for each says. */
function numbers(widths: string, values: readonly number[]): Uint8Array {
  return joined(
    values.map((value, index) => Uint8Array.from({ length: Number(widths[index]) }, (_, at) => value >>> (8 * at))),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
