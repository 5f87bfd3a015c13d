import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { rsaSpki } from './der.ts';
import { room, type Form } from './forms.ts';
import { demand, openSpki, viewOf, type RsaKey, type View } from './lenient.ts';
import { readers, type Found } from './readers.ts';
import { oddPrimes } from './trials.ts';

/*
 * Whether an input that was accepted should have been. The product's parsers are not asked. The mutated files themselves
 * are read once more, leniently, and the reading has to say the very same: the key whose DER stands in the files, byte for
 * byte, and is what node:crypto writes for it; the token and the nonce; the end, to the second; the key, job or vault of
 * the plan. Where the lenient reader takes more than the rules allow (base64 that is not canonical, a member twice, bytes
 * after the DER), it compares what it read with what stands there. A key must be sound by numbers worked out here. What the
 * files cannot tell, such as whether a modulus or a token was changed on its way, no offline reader can find: then the
 * reading must hold the changed one.
 */

/**
 * Judges an accepted input.
 * @param form - the form that the input came from, for its plan
 * @param files - as they were read, mutated
 * @param reading - what the product made of them
 * @returns what is wrong; null when the input is sound and was read right
 */
export function faultOf(form: Form, files: readonly InboundFile[], reading: InboundReading): string | null {
  try {
    const views = files.map(viewOf);
    const found = readers[form.destination.type](views.filter((view) => !isReadme(view)), form.plan);
    compareKey(found, reading);
    compareRest(found, reading);
    compareNotices(views, found, reading);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
} // prettier-ignore

/** Prose of the cloud, known by its name; JSON is no prose. */
function isReadme({ name, json }: View): boolean {
  return json === null && /(?:^|\/)readme(?:$|[._][^/]*$)/i.test(name);
}

function compareKey({ keys, bits }: Found, { kek }: InboundReading): void {
  demand(keys.length > 0, 'no file holds a key');
  for (const key of keys) demand(key.equals(kek.spki), 'the key is not the one in the files');
  const exponent = numberOf(kek.exponent);
  // BoringSSL opens no key with an exponent of more than 33 bits, which the standard allows.
  const opened: RsaKey = exponent < 2n ** 33n ? openSpki(kek.spki) : unopenable(kek);
  demand(numberOf(kek.modulus) === opened.modulus && exponent === opened.exponent, 'the numbers are not the key’s');
  demand(kek.modulus[0] !== 0 && kek.exponent[0] !== 0, 'a number has a leading zero');
  demand(kek.bits === opened.bits && bits.includes(opened.bits), `a key of ${opened.bits} bits`);
  demand(exponent % 2n === 1n && exponent >= 3n && exponent < 2n ** 256n, `the exponent ${exponent.toString()}`);
  demandSoundModulus(opened.modulus);
}

function unopenable({ spki, modulus, exponent }: InboundReading['kek']): RsaKey {
  demand(Buffer.from(rsaSpki({ modulus, exponent })).equals(spki), 'the DER is not that of the numbers');
  const number = numberOf(modulus);
  return { bits: number.toString(2).length, modulus: number, exponent: numberOf(exponent) };
}

const primes = [...oddPrimes(751)];

/** SP 800-89 section 5.3.3, and the fingerprint of CVE-2017-15361. */
function demandSoundModulus(modulus: bigint): void {
  const residues = primes.map((prime) => ({ prime, residue: Number(modulus % BigInt(prime)) }));
  demand(modulus % 2n === 1n && residues.every(({ residue }) => residue !== 0), 'the modulus has a small factor');
  const isRoca = residues.every(({ prime, residue }) => prime > 167 || isPowerOf65537(residue, prime));
  demand(!isRoca, 'the modulus has the ROCA fingerprint');
}

function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  for (let count = 0; count < prime; count++) {
    if (power === residue) return true;
    power = (power * 65537) % prime;
  }
  return false;
}

function compareRest(found: Found, { kek, carried }: InboundReading): void {
  for (const token of found.tokens) {
    demand(carried.importToken !== null && token.equals(carried.importToken), 'the token is not the one in the files');
  }
  demand((carried.importToken === null) === (found.tokens.length === 0), 'a token came from nowhere');
  demand((carried.nonce === null) === (found.nonce === null), 'there is a nonce too many or too few');
  demand(found.nonce === null || found.nonce.equals(carried.nonce ?? Buffer.of()), 'the nonce is not the one in the files');
  demand(kek.id === found.id, `the wrapping key is called ${String(kek.id)}`);
  demand(kek.option === found.option, `the option is ${String(kek.option)}`);
  compareEnd(found.end, kek.deadline);
} // prettier-ignore

function compareEnd(end: number | null, deadline: string | null): void {
  if (end === null) {
    demand(deadline === null, 'a deadline came from nowhere');
    return;
  }
  const whole = new Date(Math.floor(end / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  demand(deadline === whole && /^\d{4}-/.test(whole), `the deadline is ${String(deadline)} instead of ${whole}`);
  const needed = Date.parse(room.nowIso) + room.uploadMarginHours * 3_600_000;
  demand(end >= needed, `the deadline ${whole} is too soon`);
}

/** Whatever the people have to know. */
function compareNotices(views: readonly View[], { isUndated }: Found, { kek, notices, recognised }: InboundReading): void {
  const has = (rule: string): boolean => notices.some((notice) => notice.rule === rule);
  demand(has('KEK-EXPONENT-USUAL') === (numberOf(kek.exponent) !== 65537n), 'the notice of the exponent');
  demand(has('IMPORT-DEADLINE-KNOWN') === isUndated, 'the notice of the missing end');
  const isWide = views.some((view) => view.isWide && (view.json !== null || view.text.startsWith('-----BEGIN ')));
  demand(!isWide || has('INBOUND-TEXT-ENCODING'), 'the notice of UTF-16');
  const names = JSON.stringify(recognised.map(({ file }) => file));
  demand(names === JSON.stringify(views.map(({ name }) => name)), 'the files recognised are others');
} // prettier-ignore

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
