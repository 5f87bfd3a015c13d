import { concatBytes } from './bytes.ts';
import type { Refuser } from './refuser.ts';

/** The tags this project reads and writes (X.690 section 8). */
export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  /** `[0]` and `[1]`, constructed: optional members of PKCS#8 and of RFC 5915. */
  context0: 0xa0,
  context1: 0xa1,
} as const;

/** One DER value: its tag byte and its content octets. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

/**
 * Reads exactly one DER value that fills the input. Lengths must be definite and minimal, tags one byte long, so
 * encoding the value again gives the same bytes.
 * @param bytes - the whole encoding
 * @param refuse - called when the bytes are not one DER value
 */
export function readDer(bytes: Uint8Array, refuse: Refuser): DerValue {
  const { value, end } = readValue(bytes, 0, refuse);
  return end === bytes.length ? value : refuse('bytes follow the end of the DER value');
}

/**
 * Reads the DER value at the start of the input, whatever follows it.
 * @param bytes - the encoding
 * @param refuse - called when the bytes do not begin with DER
 */
export function readDerPrefix(bytes: Uint8Array, refuse: Refuser): DerValue {
  return readValue(bytes, 0, refuse).value;
}

/**
 * Reads the members of a SEQUENCE.
 * @param value - what should be the SEQUENCE; undefined when the structure ended early
 * @param refuse - called when it is something else
 */
export function readSequence(value: DerValue | undefined, refuse: Refuser): DerValue[] {
  const content = contentOf(value, tags.sequence, refuse);
  const members: DerValue[] = [];
  for (let at = 0; at < content.length;) {
    const member = readValue(content, at, refuse);
    members.push(member.value);
    at = member.end;
  }
  return members;
}

/**
 * Takes the content of a value that must have a given tag.
 * @param value - undefined when the structure ended early
 * @param tag - the tag that belongs there
 * @param refuse - called when another tag or nothing is there
 */
export function contentOf(value: DerValue | undefined, tag: number, refuse: Refuser): Uint8Array {
  if (value?.tag === tag) return value.content;
  return refuse(`DER tag ${hexTag(tag)} belongs where ${value === undefined ? 'nothing' : hexTag(value.tag)} stands`);
}

/**
 * Reads an INTEGER that is not negative.
 * @returns big-endian bytes without a leading zero; no bytes for 0
 */
export function readUnsigned(value: DerValue | undefined, refuse: Refuser): Uint8Array {
  const content = contentOf(value, tags.integer, refuse);
  const [first, second = 0x80] = content;
  if (first === undefined) return refuse('an INTEGER has no content');
  if (first >= 0x80) return refuse('an INTEGER is negative');
  if (first > 0) return content;
  if (second < 0x80) return refuse('an INTEGER has a needless leading zero');
  return content.subarray(1);
}

/**
 * Reads a BIT STRING of whole bytes.
 */
export function readBits(value: DerValue | undefined, refuse: Refuser): Uint8Array {
  const content = contentOf(value, tags.bitString, refuse);
  return content[0] === 0 ? content.subarray(1) : refuse('a BIT STRING is not of whole bytes');
}

/**
 * Encodes one DER value.
 * @param tag - one of {@link tags}
 * @param parts - the content, in parts
 */
export function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(tag, ...encodeLength(content.length)), content);
}

/**
 * Encodes a non-negative INTEGER.
 * @param unsigned - big-endian without a leading zero; no bytes for 0
 */
export function derUnsigned(unsigned: Uint8Array): Uint8Array {
  const needsZero = (unsigned[0] ?? 0x80) >= 0x80;
  return der(tags.integer, needsZero ? Uint8Array.of(0) : new Uint8Array(), unsigned);
}

function readValue(bytes: Uint8Array, at: number, refuse: Refuser): { value: DerValue; end: number } {
  const tag = bytes[at];
  if (tag === undefined) return refuse('it ends where a DER value should begin');
  if ((tag & 0x1f) === 0x1f) return refuse('it has a DER tag of more than one byte');
  const { length, start } = readLength(bytes, at + 1, refuse);
  const end = start + length;
  if (end > bytes.length) return refuse('a DER value is longer than what holds it');
  return { value: { tag, content: bytes.subarray(start, end) }, end };
}

function readLength(bytes: Uint8Array, at: number, refuse: Refuser): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) return refuse('it ends inside a DER header');
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  // No more than three bytes: nothing here is longer than a few kilobytes. 0x80 alone is BER's indefinite form.
  if (count === 0 || count > 3) return refuse('it has a DER length that is indefinite or absurd');
  if (at + count >= bytes.length) return refuse('it ends inside a DER header');
  const length = bytes.subarray(at + 1, at + 1 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  if (encodeLength(length).length !== count + 1) return refuse('it has a DER length that is not minimal');
  return { length, start: at + 1 + count };
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return [0x80 | digits.length, ...digits];
}

function hexTag(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
}
