import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { refuse } from '../../app/rules/refusal.ts';

/** e_machine of the ELF header by Node's name of the processor (ELF specification, System V ABI). */
const machines: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 62, arm64: 183, riscv64: 243 };

/** A PKCS#11 library has some megabytes; what is larger is some other file. */
const largestModule = 512 * 1024 * 1024;

/** e_type of a shared object. */
const sharedObject = 3;
/** Type of a section that takes no room in the file. */
const noBits = 8;
/** Type of a segment that is loaded. */
const loadable = 1;

/**
 * Checks a PKCS#11 module before it is loaded: the dynamic loader dies of SIGBUS on a truncated file and cuts a path at
 * a NUL. Linux ELF64 little-endian only.
 *
 * The loader opens the path again by itself: a file put in its place in between, and taken away before the next check, is
 * not noticed, nor are the libraries that the module loads in its turn.
 * @param path - the file, symbolic links followed
 * @param expected - SHA-256 the file must have, hex; null when it is met for the first time
 * @returns SHA-256 of the file, hex
 * @throws Refused with MODULE-FILE-WHOLE, naming the file and what is wrong with it, or MODULE-AS-IDENTIFIED
 */
export function checkModule(path: string, expected: string | null): string {
  const wrong = (cause: string): never => refuse('MODULE-FILE-WHOLE', `The module ${JSON.stringify(path)} ${cause}.`);
  if (path === '' || path.includes('\0')) return wrong('has no usable path');
  const bytes = readModule(path, wrong);
  checkElf(bytes, wrong);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (expected !== null && sha256 !== expected) {
    refuse('MODULE-AS-IDENTIFIED', `The module ${JSON.stringify(path)} has the SHA-256 ${sha256}, before ${expected}.`);
  }
  return sha256;
}

type Wrong = (cause: string) => never;

function readModule(path: string, wrong: Wrong): Buffer {
  try {
    // Without waiting: a pipe has nobody at its other end. One file is looked at and read, whatever happens to the path.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readOpened(file, wrong);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return wrong(`cannot be read (${code})`);
  }
}

function readOpened(file: number, wrong: Wrong): Buffer {
  const found = fstatSync(file);
  if (!found.isFile()) return wrong('is not a regular file');
  if (found.size > largestModule) return wrong(`has ${found.size} bytes, too many for a library`);
  return readFileSync(file);
}

function checkElf(file: Buffer, wrong: Wrong): void {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) return wrong('is not a shared object (no ELF header)');
  if (file[4] !== 2 || file[5] !== 1) return wrong('is not a 64-bit little-endian library');
  if (file.readUInt16LE(16) !== sharedObject) return wrong('is an ELF file, but not a shared object');
  const machine = file.readUInt16LE(18);
  if (machine !== machines[process.arch]) {
    return wrong(`is built for another processor (ELF machine ${machine}; this computer is ${process.arch})`);
  }
  const isCut = segments(file).some(outside) || sections(file).some(outside);
  if (isCut) return wrong(`is cut off: it has ${file.length} bytes and its tables point beyond them`);

  function outside({ offset, size }: Extent): boolean {
    return offset + size > BigInt(file.length);
  }
}

/** A part of the file that one of its tables names. */
interface Extent {
  readonly offset: bigint;
  readonly size: bigint;
}

/** The program header table (e_phoff, 56-byte entries) and every loaded segment it names. */
function segments(file: Buffer): Extent[] {
  const table = { offset: file.readBigUInt64LE(32), size: BigInt(file.readUInt16LE(56)) * 56n };
  return [table, ...entries(file, table, 56).flatMap(segment)];

  function segment(at: number): Extent[] {
    if (file.readUInt32LE(at) !== loadable) return [];
    return [{ offset: file.readBigUInt64LE(at + 8), size: file.readBigUInt64LE(at + 32) }];
  }
}

/** The section header table (e_shoff, 64-byte entries), at the end of the file in practice, and what it names. */
function sections(file: Buffer): Extent[] {
  const table = { offset: file.readBigUInt64LE(40), size: BigInt(file.readUInt16LE(60)) * 64n };
  return [table, ...entries(file, table, 64).flatMap(section)];

  function section(at: number): Extent[] {
    if (file.readUInt32LE(at + 4) === noBits) return [];
    return [{ offset: file.readBigUInt64LE(at + 24), size: file.readBigUInt64LE(at + 32) }];
  }
}

/** Where the entries of a table begin; none when the table itself is not inside the file. */
function entries(file: Buffer, { offset, size }: Extent, entryBytes: number): number[] {
  if (offset + size > BigInt(file.length)) return [];
  const count = Number(size) / entryBytes;
  return Array.from({ length: count }, (_, index) => Number(offset) + index * entryBytes);
}
