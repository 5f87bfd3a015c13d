import { createPublicKey } from 'node:crypto';
import type { InboundFile } from '../../../app/byok/format.ts';
import { opensAsPrivateKey } from './private-keys.ts';

// Inbound files as Node reads them: JSON.parse, Buffer, node:crypto. Where these are more lenient than the claims of the
// product, what they read is compared with what stands in the file.

/** A file in every way in which it can be read. */
export interface View {
  readonly name: string;
  readonly bytes: Buffer;
  /** Decoded as its mark says, else as UTF-8; without the mark and white space around, and empty where it is none. */
  readonly text: string;
  readonly isWide: boolean;
  /** Null when it is no JSON object. */
  readonly json: object | null;
}

/**
 * Requires something of an accepted input.
 * @throws Error with what is wrong
 */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** @throws Error when the file holds what must never be accepted, such as a private key or a member twice */
export function viewOf({ name, bytes }: InboundFile): View {
  const buffer = Buffer.from(bytes);
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  const label = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8';
  const text = textOf(bytes, label).trim();
  const json = text.startsWith('{') ? jsonOf(text, name) : null;
  demandNoPrivateKey([buffer, text, ...stringsIn(json)], name);
  demand(!holdsPrivateJwk(json), `${name} has a private JWK`);
  return { name, bytes: buffer, text, isWide: isLittle || isBig, json };
}

/** Without its mark; empty where the bytes are no such text. */
function textOf(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

/** A member by its dotted name, or undefined; hyphens belong to names. */
export function memberOf(json: object | null, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), json);
}

export function stringOf(json: object | null, path: string): string {
  const value = memberOf(json, path);
  demand(typeof value === 'string', `${path} is no string`);
  return value;
}

/** Bytes of base64 that is written as Node writes it. */
export function fromBase64(text: string, encoding: 'base64' | 'base64url' = 'base64'): Buffer {
  const bytes = Buffer.from(text, encoding);
  demand(bytes.toString(encoding) === text, `${text.slice(0, 20)}… is not ${encoding} as it is written`);
  return bytes;
}

/** The DER in a text that holds one block PUBLIC KEY and nothing else. */
export function fromPem(text: string): Buffer {
  const [, body = ''] = /^\s*-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----\s*$/.exec(text) ?? [];
  demand(body !== '', 'there is not one PEM block PUBLIC KEY with nothing around it');
  return fromBase64(body.replaceAll(/[\r\n]/g, ''));
}

/** An RSA public key as node:crypto understands its DER. */
export interface RsaKey {
  readonly bits: number;
  readonly modulus: bigint;
  readonly exponent: bigint;
}

/**
 * Opens DER, and requires that it is what node:crypto writes for the key.
 */
export function openSpki(der: Uint8Array): RsaKey {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  demand(key.asymmetricKeyType === 'rsa', 'it is no RSA key');
  demand(key.export({ format: 'der', type: 'spki' }).equals(der), 'the DER is not what node:crypto writes for the key');
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const modulus = numberOf(n);
  return { bits: modulus.toString(2).length, modulus, exponent: numberOf(e) };
}

function numberOf(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
}

/**
 * JSON as JSON.parse reads it.
 * @returns null when it is none
 * @throws Error when it is JSON that means two things, or nothing
 */
function jsonOf(text: string, name: string): object | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  // Outside of strings a colon stands in each member once: a member that is there twice leaves one too many.
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  demand(colons === membersIn(value), `${name} has a member twice`);
  demand(stringsIn(value).every((each) => each.isWellFormed()), `${name} has half of a surrogate pair`);
  demand(numbersIn(value).every(Number.isFinite), `${name} has a number that is none`);
  return value;
} // prettier-ignore

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Every value in a value, itself included. */
function valuesIn(value: unknown): unknown[] {
  return isObject(value) ? [value, ...Object.values(value).flatMap(valuesIn)] : [value];
}

function stringsIn(value: unknown): string[] {
  return valuesIn(value).filter((each) => typeof each === 'string');
}

function numbersIn(value: unknown): number[] {
  return valuesIn(value).filter((each) => typeof each === 'number');
}

function membersIn(value: unknown): number {
  const objects = valuesIn(value)
    .filter(isObject)
    .filter((each) => !Array.isArray(each));
  return objects.reduce((sum, each) => sum + Object.keys(each).length, 0);
}

/** RFC 7518: members that only a private or secret key has. */
function holdsPrivateJwk(json: object | null): boolean {
  return valuesIn(json).some(
    (value) => isObject(value) && 'kty' in value && ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].some((name) => isGiven(value[name])),
  );
} // prettier-ignore

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Each content as it is, as base64, and as base64 of base64: no PEM label, and nothing that opens as DER. */
function demandNoPrivateKey(contents: readonly (Buffer | string)[], name: string): void {
  for (const content of contents) {
    let layer: Buffer | null = typeof content === 'string' ? Buffer.from(content) : content;
    for (; layer !== null; layer = insideBase64(layer)) {
      const hasLabel = asciiOf(layer).includes('PRIVATE KEY');
      demand(!hasLabel && !opensAsPrivateKey(layer), `${name} has a private key`);
    }
  }
}

/** What is inside base64 or base64url, with line breaks and padding or without; null when it is none. */
function insideBase64(bytes: Buffer): Buffer | null {
  const text = asciiOf(bytes).replaceAll(/[\s=]/g, '').replaceAll('+', '-').replaceAll('/', '_');
  const inside = Buffer.from(text, 'base64url');
  return text !== '' && inside.toString('base64url') === text ? inside : null;
}

/** Characters of text in any width. */
function asciiOf(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll('\0', '');
}
