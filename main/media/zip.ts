import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { fromBufferPromise, type Entry, type LocalFileHeader, type ZipFile } from 'yauzl';
import type { InboundFile } from '../../app/byok/format.ts';
import { maxInboundBytes, maxZipBytes, maxZipEntries } from '../../app/keys/limits.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { systemCode } from './errors.ts';
import { isPrintableName } from './file-names.ts';

// The zips of clouds' consoles. Source: PKWARE, APPNOTE.TXT, .ZIP File Format Specification 6.3.10; numbers below are its
// sections. yauzl finds the headers. What it leaves open is closed here, since a zip is read by many programs in many
// ways: every byte belongs to exactly one file or to the directory, and what is said twice is said alike.

/** General purpose bit flag (4.4.4). */
const flag = { encrypted: 0x0001, descriptor: 0x0008, strongEncryption: 0x0040, utf8: 0x0800, maskedHeaders: 0x2000 };
const anyEncryption = flag.encrypted | flag.strongEncryption | flag.maskedHeaders;
/** Compression method (4.4.5). */
const method = { stored: 0, deflated: 8 };
/** The high half of the external attributes is a Unix mode (4.4.15, 4.4.2), the low byte those of MS-DOS. */
const unixType = { mask: 0o170000, regular: 0o100000, unstated: 0 };
const dosFolderOrVolume = 0x18;
const unicodePathField = 0x7075;
/** Lengths of records without what varies in them (4.3.12, 4.3.16). */
const directoryHeaderBytes = 46;
const endRecordBytes = 22;
const descriptorSignature = 0x08074b50;

// 'PK' and the number of a local file header (4.3.7), or of the end record, with which an empty zip begins (4.3.16).
const signatures = ['PK\x03\x04', 'PK\x05\x06'];

const inflate = promisify(inflateRaw);

/** A file of the zip: its header in the directory at the end, and the one before its data. */
interface Packed {
  readonly name: string;
  readonly entry: Entry;
  readonly local: LocalFileHeader;
}

/**
 * Tells a zip by its first four bytes.
 * @param bytes - a file, or its beginning
 */
export function isZip(bytes: Uint8Array): boolean {
  return signatures.includes(String.fromCharCode(...bytes.subarray(0, 4)));
}

/**
 * Unpacks a zip in memory; nothing of it is trusted until all of it is checked.
 * @param bytes - the zip
 * @param place - what people call it: `"a.zip" in folder "root"`
 * @returns its files in the order of its directory, each named by a basename
 * @throws Refused with INBOUND-ZIP-SMALL, INBOUND-ZIP-PLAIN, INBOUND-ZIP-WHOLE
 */
export async function unzip(bytes: Uint8Array, place: string): Promise<readonly InboundFile[]> {
  if (bytes.length > maxZipBytes) {
    refuse('INBOUND-ZIP-SMALL', `${place} has ${bytes.length} bytes; at most ${maxZipBytes} are read.`);
  }
  // Names stay bytes: yauzl's own checks of them could not be told apart from damage.
  const zip = await reading(place, fromBufferPromise(viewOf(bytes), { decodeStrings: false }));
  const { entryCount } = zip;
  if (entryCount === 0) refuse('INBOUND-ZIP-PLAIN', `${place} holds no file.`);
  if (entryCount > maxZipEntries) {
    refuse('INBOUND-ZIP-SMALL', `${place} holds ${entryCount} files; at most ${maxZipEntries} are read.`);
  }
  const entries = await reading(place, entriesOf(zip));
  const packed: Packed[] = [];
  for (const entry of entries) {
    const name = checkEntry(entry, place);
    packed.push({ name, entry, local: await reading(place, zip.readLocalFileHeaderPromise(entry)) });
  }
  checkDistinct(packed, place);
  checkLayout(bytes, packed, zip.comment.length, place);
  const files: InboundFile[] = [];
  for (const file of packed) files.push({ name: file.name, bytes: await unpack(bytes, file, place) });
  return files;
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** yauzl fails with an Error that has no code: its text is kept as one. */
async function reading<T>(place: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    return refuse('INBOUND-ZIP-WHOLE', `${place} cannot be read as a zip.`, { code: String(error) });
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

/** Whether an entry is a plain file within the caps, by its header alone. */
function checkEntry(entry: Entry, place: string): string {
  const name = nameOf(entry);
  if (name === null) return refuse('INBOUND-ZIP-PLAIN', `${place} holds a file whose name is a path or no plain text.`);
  const { generalPurposeBitFlag, compressionMethod, externalFileAttributes, uncompressedSize } = entry;
  const type = (externalFileAttributes >>> 16) & unixType.mask;
  const isFile = type === unixType.regular || type === unixType.unstated;
  if (!isFile || (externalFileAttributes & dosFolderOrVolume) !== 0) {
    refuse('INBOUND-ZIP-PLAIN', `"${name}" in ${place} is a folder, a link or something else that is no plain file.`);
  }
  if ((generalPurposeBitFlag & anyEncryption) !== 0) refuse('INBOUND-ZIP-PLAIN', `"${name}" in ${place} is encrypted.`);
  if (compressionMethod !== method.stored && compressionMethod !== method.deflated) {
    refuse('INBOUND-ZIP-PLAIN', `"${name}" in ${place} is packed by method ${compressionMethod}, which is not read.`);
  }
  if (uncompressedSize > maxInboundBytes) refuseSize(name, place);
  return name;
}

function refuseSize(name: string, place: string): never {
  return refuse(
    'INBOUND-ZIP-SMALL',
    `"${name}" in ${place} has more than ${maxInboundBytes} bytes when it is unpacked.`,
  );
}

/**
 * The name of an entry, a basename.
 * @returns null where it is a path, cannot be shown, is in a code page that nobody states (4.4.4, appendix D), or where
 * another name comes along that some programs prefer (4.6.9: version, CRC-32, name)
 */
function nameOf({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry): string | null {
  const isUtf8 = (generalPurposeBitFlag & flag.utf8) !== 0 || fileNameRaw.every((byte) => byte < 0x80);
  const name = fileNameRaw.toString('utf8');
  const isBasename = !['', '.', '..'].includes(name) && !/[/\\:]/u.test(name);
  const isOnly = extraFields.every(({ id, data }) => id !== unicodePathField || data.subarray(5).equals(fileNameRaw));
  return isUtf8 && isBasename && isOnly && isPrintableName(name) ? name : null;
}

/** Names that some file system would take for one name are refused as equal. */
function checkDistinct(packed: readonly Packed[], place: string): void {
  const seen = new Set<string>();
  for (const { name } of packed) {
    const folded = name.normalize('NFC').toLowerCase();
    if (seen.has(folded)) refuse('INBOUND-ZIP-PLAIN', `${place} holds "${name}" twice.`);
    seen.add(folded);
  }
}

/**
 * Whether the zip is its files one after the other from the first byte on, then the directory, then the end record, and
 * nothing else: no bytes in front, between or behind, none in two files, no second directory.
 */
function checkLayout(bytes: Uint8Array, packed: readonly Packed[], commentBytes: number, place: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const inOrder = packed.toSorted((a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader);
  let at = 0;
  for (const file of inOrder) {
    if (file.entry.relativeOffsetOfLocalHeader !== at) refuseLayout(place);
    if (!headersAgree(file)) refuse('INBOUND-ZIP-WHOLE', `Two headers of "${file.name}" in ${place} differ.`);
    at = endOf(view, file) ?? refuseLayout(place);
  }
  const directoryBytes = packed.reduce((sum, { entry }) => sum + directoryLength(entry), 0);
  const end = at + directoryBytes;
  if (end + endRecordBytes + commentBytes !== bytes.length) refuseLayout(place);
  // This disk, the disk of the directory, files there and in all, length and offset of the directory (4.3.16).
  const stated = [4, 6, 8, 10].map((offset) => view.getUint16(end + offset, true));
  stated.push(view.getUint32(end + 12, true), view.getUint32(end + 16, true));
  const found = [0, 0, packed.length, packed.length, directoryBytes, at];
  if (stated.some((value, index) => value !== found[index])) refuseLayout(place);
}

function refuseLayout(place: string): never {
  return refuse('INBOUND-ZIP-WHOLE', `${place} has bytes that belong to no file or to two, or lacks some.`);
}

function directoryLength({ fileNameLength, extraFieldLength, fileCommentLength }: Entry): number {
  return directoryHeaderBytes + fileNameLength + extraFieldLength + fileCommentLength;
}

function isStreamed({ generalPurposeBitFlag }: Entry): boolean {
  return (generalPurposeBitFlag & flag.descriptor) !== 0;
}

/** A streamed file has its CRC-32 and sizes behind its data instead of in front (4.4.4). */
function headersAgree({ entry, local }: Packed): boolean {
  const flags = anyEncryption | flag.descriptor | flag.utf8;
  return (
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    ((local.generalPurposeBitFlag ^ entry.generalPurposeBitFlag) & flags) === 0 &&
    (isStreamed(entry) ||
      (local.crc32 === entry.crc32 &&
        local.compressedSize === entry.compressedSize &&
        local.uncompressedSize === entry.uncompressedSize))
  );
}

/** The offset behind a file, with its data descriptor where it has one (4.3.9); null where that is not as it must be. */
function endOf(view: DataView, { entry, local }: Packed): number | null {
  const end = local.fileDataStart + entry.compressedSize;
  if (!isStreamed(entry)) return end;
  // The directory follows: there are more bytes than a descriptor can have.
  if (end + 16 > view.byteLength) return null;
  const at = view.getUint32(end, true) === descriptorSignature ? end + 4 : end;
  const stated = [entry.crc32, entry.compressedSize, entry.uncompressedSize];
  return stated.every((value, index) => value === view.getUint32(at + 4 * index, true)) ? at + 12 : null;
}

async function unpack(bytes: Uint8Array, { name, entry, local }: Packed, place: string): Promise<Uint8Array> {
  const data = bytes.subarray(local.fileDataStart, local.fileDataStart + entry.compressedSize);
  const content = entry.compressionMethod === method.stored ? data.slice() : await inflated(data, name, place);
  if (content.length !== entry.uncompressedSize || crc32(content) !== entry.crc32) {
    refuse('INBOUND-ZIP-WHOLE', `"${name}" in ${place} is not what its length and CRC-32 say.`);
  }
  if (isZip(content)) refuse('INBOUND-ZIP-PLAIN', `"${name}" in ${place} is a zip itself.`);
  return content;
}

/** Stops at the cap, whatever length the headers state: a bomb is never unpacked whole. */
async function inflated(data: Uint8Array, name: string, place: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await inflate(data, { maxOutputLength: maxInboundBytes, rejectGarbageAfterEnd: true }));
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (code === 'ERR_BUFFER_TOO_LARGE') return refuseSize(name, place);
    return refuse('INBOUND-ZIP-WHOLE', `"${name}" in ${place} cannot be unpacked.`, { code });
  }
}
