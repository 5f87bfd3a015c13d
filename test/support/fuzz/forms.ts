import { createPublicKey } from 'node:crypto';
import { parse } from 'valibot';
import type { InboundFile, RoomTime } from '../../../app/byok/format.ts';
import { destinationOf, type Destination } from '../../../app/byok/registry.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import type { Cloud } from '../clouds/cloud.ts';
import { inboundFile, planted, testKek, type Changes } from '../inbound-files.ts';
import { rsaSpki, type RsaNumbers } from './der.ts';
import { Random } from './random.ts';

/** The room in which everything is read. */
export const room: RoomTime = { nowIso: '2026-11-23T14:07:00Z', uploadMarginHours: 2 };

/** What a cloud hands out at one call, as values; they become files by a form. */
export interface Values extends RsaNumbers {
  /** Stands in the place of the DER that the numbers give, when something is to be wrong with it; null elsewhere. */
  readonly der: Uint8Array | null;
  /** Empty where the cloud hands out none. */
  readonly token: Uint8Array;
  readonly nonce: Uint8Array;
  /** Which of two calls for the same key: time stamps and ends differ. */
  readonly call: 0 | 1;
  /** Members of the JSON that get other values, by dotted name. */
  readonly members: Changes;
}

/** One form of inbound files that a destination takes. */
export interface Form {
  readonly name: string;
  /** The plan's `destination` member, as given and as parsed. */
  readonly plan: Readonly<Record<string, unknown>>;
  readonly destination: Destination;
  /** Sound values of two calls. */
  readonly calls: readonly [Values, Values];
  readonly build: (values: Values) => InboundFile[];
  /** Members of its JSON that decide something, and values to try. */
  readonly trials: Readonly<Record<string, readonly unknown[]>>;
}

export type KekBits = 2048 | 3072 | 4096;

/** What one way of one cloud is asked for. */
export interface Wish {
  readonly cloud: Cloud;
  readonly bits: KekBits;
  /** Row of the support matrix. */
  readonly row?: number;
  /** Another member of the plan. */
  readonly plan?: Readonly<Record<string, unknown>>;
}

/** The key and the two ends that everything is handed out for; the second call came an hour later. */
export const keyName = 'payroll-root';
export const ends = [new Date('2026-11-24T12:00:00Z'), new Date('2026-11-24T13:00:00Z')] as const;

/** What a form adds to the plan and the values, which it gets for both. */
export function form(
  name: string,
  wish: Wish,
  tokenBytes: number,
  build: (values: Values) => InboundFile[],
  trials: Form['trials'] = {},
): Form {
  const { cloud, bits } = wish;
  const plan = { ...cloud.destination(orderOf(wish)), ...wish.plan };
  const format = destinationOf(cloud.type);
  if (format === undefined) throw new Error(`there is no ${cloud.type}`);
  const calls = [valuesOf(bits, tokenBytes, 0), valuesOf(bits, tokenBytes, 1)] as const;
  return { name: `${name}, RSA-${bits}`, plan, destination: parse(format.schema, plan), calls, build, trials };
}

/**
 * What a cloud hands out as one file of JSON, member for member; key, token and nonce are put in as `write` says.
 * @param write - the members that hold values
 */
export function jsonForm(
  name: string,
  wish: Wish,
  tokenBytes: number,
  write: (values: Values) => Changes,
  { trials = {}, from = (template) => template }: { trials?: Form['trials']; from?: (template: object) => object } = {},
): Form {
  const handedOut = ends.map((end) => from(handOutJson(wish, end)));
  const fileName = Object.keys(wish.cloud.handOut(kekOf(wish.bits), orderOf(wish), ends[0]).files)[0] ?? '';
  const build = (values: Values): InboundFile[] => {
    const template = handedOut[values.call] ?? {};
    return [inboundFile(fileName, planted(template, { set: { ...write(values), ...values.members } }))];
  };
  return form(name, wish, tokenBytes, build, trials);
}

/** The DER of the values. */
export function derOf(values: Values): Uint8Array {
  return values.der ?? rsaSpki(values);
}

/** One PUBLIC KEY block (RFC 7468). */
export function pemOf(values: Values): string {
  const lines = base64(derOf(values)).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function orderOf({ cloud, row = 0 }: Wish): { spec: KeySpec; option: string; name: string } {
  const { option, specs } = supportMatrix[cloud.type][row] ?? supportMatrix[cloud.type][0];
  return { spec: specs[0] ?? 'aes-256', option, name: keyName };
}

function kekOf(bits: KekBits) {
  return { pkcs8: new Uint8Array(), spki: testKek(bits).spki };
}

function handOutJson(wish: Wish, end: Date): object {
  const [file] = Object.values(wish.cloud.handOut(kekOf(wish.bits), orderOf(wish), end).files);
  if (typeof file !== 'string') throw new Error(`${wish.cloud.type} hands out no text`);
  return JSON.parse(file) as object;
}

/**
 * The same at every run, other than what the doubles hand out: tokens come from a seed, and the modulus of the second
 * call is an odd number without small factors, of which nobody knows more.
 */
function valuesOf(bits: KekBits, tokenBytes: number, call: 0 | 1): Values {
  const random = new Random(bits + call);
  const first = numbersOf(testKek(bits).spki);
  const { modulus, exponent } = call === 0 ? first : { ...first, modulus: next(first.modulus) };
  return { modulus, exponent, der: null, token: random.bytes(tokenBytes), nonce: random.bytes(12), call, members: {} };
}

function numbersOf(spki: Uint8Array): RsaNumbers {
  const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const bytes = (text = ''): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
  return { modulus: bytes(jwk.n), exponent: bytes(jwk.e) };
}

const smallPrimes = Array.from({ length: 750 }, (_, n) => n + 2).filter((n) => isPrime(n));

function isPrime(n: number): boolean {
  return Array.from({ length: n - 2 }, (_, index) => index + 2).every((divisor) => n % divisor !== 0);
}

/** The next number of the same size that no small prime divides. */
function next(modulus: Uint8Array): Uint8Array {
  let number = BigInt(`0x${Buffer.from(modulus).toString('hex')}`) + 2n;
  while (smallPrimes.some((prime) => number % BigInt(prime) === 0n)) number += 2n;
  return new Uint8Array(Buffer.from(number.toString(16), 'hex'));
}
