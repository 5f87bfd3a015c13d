import { utf8ToBytes } from '@noble/hashes/utils.js';
import { refuse } from '../rules/refusal.ts';

/** Plain data that JSON can hold without loss. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [member: string]: JsonValue };

/**
 * Writes plain data in the one form that is hashed and signed: RFC 8785 (JSON Canonicalization Scheme), that is, no
 * white space, members sorted by UTF-16 code units, strings and numbers as ECMAScript writes them.
 * @param value - strings, finite numbers, booleans, null, arrays and plain objects of these
 * @returns the canonical text
 * @throws Refused with JSON-CANONICAL for anything else: undefined, NaN, infinities, lone surrogates, holes, classes
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'boolean':
      return String(value);
    case 'number':
      // RFC 8785 section 3.2.2.3 takes the number form of ECMAScript as it is.
      return Number.isFinite(value) ? JSON.stringify(value) : notJson(String(value));
    case 'object':
      return value === null ? 'null' : canonicalContainer(value);
    default:
      return notJson(typeof value);
  }
}

/**
 * {@link canonicalJson} as bytes.
 * @param value - plain data
 * @returns UTF-8, no BOM, no line end
 * @throws Refused, see {@link canonicalJson}
 */
export function canonicalBytes(value: unknown): Uint8Array {
  return utf8ToBytes(canonicalJson(value));
}

function canonicalContainer(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) notJson('an object of a class');
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`).join(',')}}`;
}

function canonicalString(value: string): string {
  // JSON.stringify would write a lone surrogate as an escape; RFC 8785 section 3.2.2.2 demands an error.
  return value.isWellFormed() ? JSON.stringify(value) : notJson('a string with a lone surrogate');
}

function notJson(found: string): never {
  return refuse('JSON-CANONICAL', `The data to be hashed holds ${found}, which canonical JSON cannot express.`);
}
