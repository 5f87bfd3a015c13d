import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToInteger, hexToBytes } from '../../../app/keys/bytes.ts';
import { checkWrappingKey, hasRocaFingerprint, isUsualExponent, powersOf65537 } from '../../../app/keys/rsa-public.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVector } from '../../vectors/read-vectors.ts';

interface Roca {
  readonly primes: readonly number[];
  readonly prints: readonly string[];
  readonly vulnerable: Readonly<Record<string, string>>;
  readonly sound: Readonly<Record<string, string>>;
}

const roca = jsonVector('roca/published.json') as Roca;
const sound = hexToBytes(roca.sound['rfc7638'] ?? '');
const usual = Uint8Array.of(1, 0, 1);
const sizes = [2048, 3072, 4096];
const rule = (modulus: Uint8Array, exponent: Uint8Array = usual): string | null =>
  ruleOf(() => checkWrappingKey({ modulus, exponent }, sizes, 'kek.json'));
const bytesOf = (value: bigint): Uint8Array => {
  const hex = value.toString(16);
  return hexToBytes(hex.padStart(hex.length + (hex.length % 2), '0'));
};

describe('size', () => {
  it('is told in bits', () => expect(checkWrappingKey({ modulus: sound, exponent: usual }, sizes, 'x')).toBe(2048));
  it.each([2047n, 2049n, 1024n, 4097n])('of %i bits is refused', (bits) =>
    expect(rule(bytesOf(2n ** (bits - 1n) + 1n))).toBe('KEK-SIZE-ALLOWED'),
  );
  it('outside the list of the cloud is refused', () =>
    expect(ruleOf(() => checkWrappingKey({ modulus: sound, exponent: usual }, [4096], 'x'))).toBe('KEK-SIZE-ALLOWED'));
});

describe('exponent', () => {
  it.each([[[1]], [[2]], [[]], [[1, 0, 0]], [[1, ...Array<number>(31).fill(0), 1]]])('%j is refused', (exponent) =>
    expect(rule(sound, Uint8Array.from(exponent))).toBe('KEK-EXPONENT-SOUND'),
  );
  it.each([[[3]], [[17]], [[1, 0, 1]], [Array<number>(32).fill(255)]])('%j passes', (exponent) =>
    expect(rule(sound, Uint8Array.from(exponent))).toBeNull(),
  );
  it('is usual when it is 65537', () => {
    expect(isUsualExponent(usual)).toBe(true);
    expect(isUsualExponent(Uint8Array.of(3))).toBe(false);
  });
});

describe('modulus', () => {
  it.each([3n, 5n, 167n, 743n, 751n])('with %i as its only small factor is refused', (factor) =>
    expect(rule(bytesOf(withSmallestFactor(factor)))).toBe('KEK-MODULUS-SOUND'),
  );

  it('that is even is refused', () => expect(rule(bytesOf(withSmallestFactor(2n)))).toBe('KEK-MODULUS-SOUND'));

  it('whose smallest factor is 757 is not refused for that: the limit is 752', () =>
    expect(rule(bytesOf(withSmallestFactor(757n)))).toBeNull());
});

describe('ROCA', () => {
  it('knows the published residues of every prime', () => {
    const masks = roca.primes.map((prime) =>
      [...powersOf65537(prime)].reduce((mask, power) => mask | (1n << BigInt(power)), 0n),
    );
    expect(masks.map(String)).toEqual(roca.prints);
  });

  it('finds a published vulnerable key', () =>
    expect(rule(hexToBytes(roca.vulnerable['mod03.txt'] ?? ''))).toBe('KEK-NOT-ROCA'));

  it.each(Object.entries(roca.sound))('lets %s pass', (_, hex) => expect(rule(hexToBytes(hex))).toBeNull());

  it('finds every modulus built like the flawed generator builds it', () => {
    const primorial = roca.primes.reduce((product, prime) => product * BigInt(prime), 2n);
    const factor = fc.tuple(fc.bigInt(2n ** 700n, 2n ** 800n), fc.bigInt(0n, 2n ** 62n));
    fc.assert(
      fc.property(factor, factor, ([k1, a1], [k2, a2]) => {
        const p = k1 * primorial + powerModulo(65537n, a1, primorial);
        const q = k2 * primorial + powerModulo(65537n, a2, primorial);
        expect(hasRocaFingerprint(p * q)).toBe(true);
      }),
    );
  });

  it.each(roca.primes.filter((prime) => powersOf65537(prime).size < prime - 1))(
    'is not found when the residue of %i alone is another',
    (prime) => {
      const others = roca.primes
        .filter((other) => other !== prime)
        .reduce((product, other) => product * BigInt(other), 2n);
      let modulus = powerModulo(65537n, 12345n, others);
      while (powersOf65537(prime).has(Number(modulus % BigInt(prime)))) modulus += others;
      expect(hasRocaFingerprint(modulus)).toBe(false);
    },
  );

  it('is not found in two thousand random odd numbers (chance: 2^-16)', () => {
    const numbers = fc.sample(fc.uint8Array({ minLength: 256, maxLength: 256 }), { numRuns: 2000, seed: 20261123 });
    expect(numbers.filter((bytes) => hasRocaFingerprint(bytesToInteger(bytes) | 1n))).toEqual([]);
  });
});

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}

/** A number of 2048 bits whose smallest prime factor is the given one. */
function withSmallestFactor(factor: bigint): bigint {
  const smaller = Array.from({ length: 760 }, (_, index) => BigInt(index + 2)).filter((number) => number !== factor);
  let cofactor = 2n ** 2047n / factor + 2n;
  while (smaller.some((number) => (cofactor * factor) % number === 0n && number % factor !== 0n)) cofactor += 1n;
  return cofactor * factor;
}
