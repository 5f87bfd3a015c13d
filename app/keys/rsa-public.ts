import { bytesToInteger } from './bytes.ts';
import { refuser } from './refuser.ts';

/** Odd primes below 752: what NIST SP 800-89 section 5.3.3 tries a modulus against. */
const smallPrimes = oddPrimesBelow(752);

/** The primes of the published ROCA fingerprint (crocs-muni/roca, `roca/detect.py`): all odd ones up to 167. */
const rocaPrimes = smallPrimes.filter((prime) => prime <= 167);

/** SP 800-56B rev. 2 section 6.4: a public exponent stays below 2^256. */
const largestExponent = 2n ** 256n;

/**
 * Checks an RSA public key that is to wrap a key, as far as its two numbers tell (SP 800-56B rev. 2 section 6.4.2.2):
 * size, a sound exponent, an odd modulus without small factors, and no Infineon (ROCA, CVE-2017-15361) modulus.
 * @param key - modulus and exponent, big-endian without leading zeros
 * @param allowedBits - the modulus sizes the cloud makes wrapping keys of
 * @param place - the file or field, for the cause
 * @returns the size of the modulus in bits
 * @throws Refused with KEK-SIZE-ALLOWED, KEK-EXPONENT-SOUND, KEK-MODULUS-SOUND or KEK-NOT-ROCA
 */
export function checkWrappingKey(
  key: { readonly modulus: Uint8Array; readonly exponent: Uint8Array },
  allowedBits: readonly number[],
  place: string,
): number {
  const modulus = bytesToInteger(key.modulus);
  const exponent = bytesToInteger(key.exponent);
  const bits = modulus.toString(2).length;
  if (!allowedBits.includes(bits)) {
    return refuser('KEK-SIZE-ALLOWED', place)(`the modulus has ${bits} bits; it must have ${allowedBits.join(' or ')}`);
  }
  if (exponent < 3n || exponent % 2n === 0n || exponent >= largestExponent) {
    return refuser('KEK-EXPONENT-SOUND', place)(`the public exponent is ${shortNumber(exponent)}`);
  }
  const factor = [2, ...smallPrimes].find((prime) => modulus % BigInt(prime) === 0n);
  if (factor !== undefined) return refuser('KEK-MODULUS-SOUND', place)(`the modulus can be divided by ${factor}`);
  if (hasRocaFingerprint(modulus)) return refuser('KEK-NOT-ROCA', place)('the modulus has the ROCA fingerprint');
  return bits;
}

/**
 * Tells whether the exponent is the usual one.
 * @param exponent - big-endian without leading zeros
 * @returns true for 65537
 */
export function isUsualExponent(exponent: Uint8Array): boolean {
  return bytesToInteger(exponent) === 65537n;
}

/**
 * The ROCA fingerprint (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2.3): a modulus of the
 * flawed generator is a power of 65537 modulo every small prime. About one sound modulus in 2^27 shares it by chance.
 * @param modulus - RSA modulus
 * @returns true when the modulus is a power of 65537 modulo each of the 38 primes
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return rocaPrimes.every((prime) => powersOf65537(prime).has(Number(modulus % BigInt(prime))));
}

/**
 * The subgroup that 65537 generates modulo a prime: the residues the flawed generator can leave.
 * @param prime - an odd prime other than 65537
 */
export function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power);
  return powers;
}

function oddPrimesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let candidate = 3; candidate < limit; candidate += 2) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

function shortNumber(value: bigint): string {
  const text = value.toString();
  return text.length <= 20 ? text : `a number of ${text.length} digits`;
}
