import type { Random } from './random.ts';

// DER as far as the fuzz needs it, written apart from the product: it has to spoil what the product must notice.

/** A value: what its header says, and what it holds. */
interface Value {
  tag: number;
  /** How the length is written. */
  length: 'minimal' | 'long' | 'indefinite' | 'off';
  /** In front of the members: the octet of a BIT STRING that counts unused bits. */
  prefix: Uint8Array;
  body: Uint8Array | Value[];
}

/** The modulus and exponent of an RSA key, big-endian without leading zeros. */
export interface RsaNumbers {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

const none = new Uint8Array();
const rsaEncryption = Buffer.from('2a864886f70d010101', 'hex');
const otherAlgorithms = ['2a864886f70d01010a', '2a864886f70d010107', '2a8648ce3d0201', '2b6570', '550801'];

const value = (tag: number, body: Uint8Array | Value[], prefix = none): Value => ({
  tag,
  length: 'minimal',
  prefix,
  body,
});
const integer = (unsigned: Uint8Array): Value =>
  value(0x02, (unsigned[0] ?? 0x80) >= 0x80 ? Uint8Array.of(0, ...unsigned) : unsigned);

/**
 * SubjectPublicKeyInfo of an RSA key (RFC 3279 section 2.3.1).
 */
export function rsaSpki(numbers: RsaNumbers): Uint8Array {
  return new Uint8Array(encode(spkiOf(numbers)));
}

/**
 * Tells whether bytes are the SubjectPublicKeyInfo of an RSA key, byte for byte: node:crypto opens none with an exponent
 * of more than 33 bits.
 */
export function isRsaSpki(bytes: Uint8Array): boolean {
  const der = Buffer.from(bytes);
  try {
    const algorithm = headerAt(der, headerAt(der, 0).start);
    const bits = headerAt(der, algorithm.end);
    const modulus = headerAt(der, headerAt(der, bits.start + 1).start);
    const exponent = headerAt(der, modulus.end);
    const number = ({ start, end }: Header): Buffer => der.subarray(der[start] === 0 ? start + 1 : start, end);
    return der.equals(rsaSpki({ modulus: number(modulus), exponent: number(exponent) }));
  } catch {
    return false;
  }
}

/**
 * SubjectPublicKeyInfo of an RSA key with one thing wrong in its DER.
 */
export function brokenSpki(numbers: RsaNumbers, random: Random): Uint8Array {
  const spki = spkiOf(numbers);
  random.pick(faults)(random.pick(valuesIn(spki)), random);
  const bytes = encode(spki, random);
  if (random.oneIn(8)) return Buffer.concat([bytes, random.oneIn(2) ? random.bytes(1 + random.below(3)) : bytes]);
  return random.oneIn(16) ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

/** An RSAPublicKey alone (RFC 8017 appendix A.1.1): what belongs inside, without the algorithm. */
export function bareRsaKey({ modulus, exponent }: RsaNumbers): Uint8Array {
  return encode(value(0x30, [integer(modulus), integer(exponent)]));
}

/** A public key on P-256 whose point is made up (RFC 5480). */
export function ecSpki(random: Random): Uint8Array {
  const algorithm = [Buffer.from('2a8648ce3d0201', 'hex'), Buffer.from('2a8648ce3d030107', 'hex')];
  const point = Uint8Array.of(4, ...random.bytes(64));
  return encode(
    value(0x30, [
      value(
        0x30,
        algorithm.map((oid) => value(0x06, oid)),
      ),
      value(0x03, point, Uint8Array.of(0)),
    ]),
  );
}

function spkiOf({ modulus, exponent }: RsaNumbers): Value {
  const key = value(0x30, [integer(modulus), integer(exponent)]);
  const algorithm = value(0x30, [value(0x06, rsaEncryption), value(0x05, none)]);
  return value(0x30, [algorithm, value(0x03, [key], Uint8Array.of(0))]);
}

/** One thing to do wrong to a value, wherever it stands. */
const faults: readonly ((value: Value, random: Random) => void)[] = [
  (at) => (at.length = 'long'),
  (at) => (at.length = 'indefinite'),
  (at) => (at.length = 'off'),
  (at, random) => (at.tag = random.below(256)),
  (at, random) => (at.tag ^= 1 << random.below(8)),
  (at, random) => (at.prefix = at.prefix.length === 0 ? Uint8Array.of(0) : Uint8Array.of(random.below(9))),
  (at) => (at.prefix = none),
  (at) => (at.body = none),
  (at, random) => {
    if (!Array.isArray(at.body)) at.body = Buffer.concat([at.body, random.bytes(1 + random.below(2))]);
    else if (random.oneIn(2)) at.body.push(value(random.pick([0x02, 0x05, 0x04, 0x30, 0xa0]), none));
    else at.body.splice(random.below(at.body.length + 1), 0, structuredClone(random.pick(at.body)));
  },
  (at, random) => {
    if (Array.isArray(at.body)) at.body.splice(random.below(at.body.length), 1);
    else at.body = random.oneIn(2) ? at.body.slice(1) : at.body.slice(0, -1);
  },
  (at) => {
    if (Array.isArray(at.body)) at.body.reverse();
    else at.body = Uint8Array.of(0, ...at.body);
  },
  (at, random) => {
    if (at.tag === 0x06) at.body = Buffer.from(random.pick(otherAlgorithms), 'hex');
    else at.body = [structuredClone(at)];
  },
];

function valuesIn(at: Value): Value[] {
  return [at, ...(Array.isArray(at.body) ? at.body.flatMap(valuesIn) : [])];
}

function encode({ tag, length, prefix, body }: Value, random?: Random): Uint8Array {
  const members = Array.isArray(body) ? body.map((member) => encode(member, random)) : [body];
  const content = Buffer.concat([prefix, ...members]);
  switch (length) {
    case 'minimal':
      return Buffer.concat([Uint8Array.of(tag, ...minimal(content.length)), content]);
    case 'long': {
      const digits = Uint8Array.of(0, content.length >> 8, content.length & 255).subarray(content.length < 256 ? 1 : 0);
      return Buffer.concat([Uint8Array.of(tag, 0x80 | digits.length), digits, content]);
    }
    case 'indefinite':
      return Buffer.concat([Uint8Array.of(tag, 0x80), content, Uint8Array.of(0, 0)]);
    case 'off': {
      const off = random?.oneIn(2) === true ? random.below(70_000) : content.length + 1 - (random?.below(2) ?? 0) * 2;
      return Buffer.concat([Uint8Array.of(tag, ...minimal(Math.max(0, off))), content]);
    }
  }
}

/** Where the content of a value lies. */
interface Header {
  readonly start: number;
  readonly end: number;
}

/** @throws RangeError where the bytes end before the header does */
function headerAt(der: Buffer, at: number): Header {
  const first = der.readUInt8(at + 1);
  const count = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + count;
  return { start, end: start + (count === 0 ? first : der.readUIntBE(at + 2, count)) };
}

function minimal(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return length < 0x10000 ? [0x82, length >> 8, length & 255] : [0x83, length >> 16, (length >> 8) & 255, length & 255];
}
