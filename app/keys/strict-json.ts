import { bytesToUtf8 } from './bytes.ts';
import { refuser, type Refuser } from './refuser.ts';

/** Deeper than any document here; keeps hostile nesting off the call stack. */
const maxDepth = 32;

/** Tokens of RFC 8259; the string pattern is unrolled so that it matches in linear time. Its range leaves
    out control characters, the quote and the backslash. */
const patterns = {
  space: /[\t\n\r ]*/y,
  string: /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"/y,
  number: /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y,
  word: /true|false|null/y,
} as const;

/**
 * Reads JSON of our own (plan, log, manifest): UTF-8 without a BOM.
 * @param bytes - the whole document
 * @param refuse - called when it is not such JSON; without it the rule is INBOUND-JSON-STRICT
 * @returns the value, made of plain objects, arrays, strings, finite numbers, booleans and null
 * @throws Refused through `refuse`, see {@link parseStrictJsonText}
 */
export function parseStrictJson(
  bytes: Uint8Array,
  refuse: Refuser = refuser('INBOUND-JSON-STRICT', 'the JSON document'),
): unknown {
  return parseStrictJsonText(bytesToUtf8(bytes) ?? refuse('it is not UTF-8'), refuse);
}

/**
 * Reads JSON (RFC 8259) as RFC 7493 wants it: no member twice, no lone surrogate, no number beyond a double, and in
 * addition no member that every object has (`__proto__`, `constructor`) and at most 32 levels. JSON.parse would keep the last of two members without a word.
 * @param text - the whole document
 * @param refuse - called with what is wrong and where
 * @returns what JSON.parse returns for the same text
 */
export function parseStrictJsonText(text: string, refuse: Refuser): unknown {
  const cursor = new Cursor(text, refuse);
  const value = readValue(cursor, 0);
  if (!cursor.atEnd()) return cursor.fail('something follows the JSON document');
  return value;
}

/** A place in the text; skips white space before every token. */
class Cursor {
  readonly #text: string;
  readonly #refuse: Refuser;
  #at = 0;

  constructor(text: string, refuse: Refuser) {
    this.#text = text;
    this.#refuse = refuse;
  }

  /** Takes one punctuation character if it is next. */
  takes(character: string): boolean {
    this.#match('space');
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Takes a token of a kind if one is next; empty when none is. */
  next(kind: keyof typeof patterns): string {
    this.#match('space');
    return this.#match(kind);
  }

  atEnd(): boolean {
    this.#match('space');
    return this.#at === this.#text.length;
  }

  fail(cause: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return this.#refuse(`${cause} (line ${line})`);
  }

  #match(kind: keyof typeof patterns): string {
    const pattern = patterns[kind];
    pattern.lastIndex = this.#at;
    const [token] = pattern.exec(this.#text) ?? [''];
    this.#at += token.length;
    return token;
  }
}

function readValue(cursor: Cursor, depth: number): unknown {
  if (cursor.takes('{')) return readObject(cursor, deeper(cursor, depth));
  if (cursor.takes('[')) return readArray(cursor, deeper(cursor, depth));
  const string = cursor.next('string');
  if (string !== '') return readString(string, cursor);
  const scalar = cursor.next('number') || cursor.next('word');
  if (scalar === '') return cursor.fail('it is not well-formed JSON');
  const value = JSON.parse(scalar) as unknown;
  if (value === Infinity || value === -Infinity) return cursor.fail('a number is too large');
  return value;
}

function readObject(cursor: Cursor, depth: number): Record<string, unknown> {
  const members = new Map<string, unknown>();
  if (cursor.takes('}')) return {};
  do {
    readMember(cursor, depth, members);
  } while (cursor.takes(','));
  return cursor.takes('}') ? Object.fromEntries(members) : cursor.fail('it is not well-formed JSON');
}

function readMember(cursor: Cursor, depth: number, members: Map<string, unknown>): void {
  const token = cursor.next('string');
  if (token === '') return cursor.fail('it is not well-formed JSON');
  const name = readString(token, cursor);
  if (members.has(name)) return cursor.fail(`member "${name}" appears twice`);
  // What every object has is none too many for a schema, so that it would be passed over.
  if (name in Object.prototype) return cursor.fail(`it has a member "${name}"`);
  if (!cursor.takes(':')) return cursor.fail('it is not well-formed JSON');
  members.set(name, readValue(cursor, depth));
}

function readArray(cursor: Cursor, depth: number): unknown[] {
  const items: unknown[] = [];
  if (cursor.takes(']')) return items;
  do {
    items.push(readValue(cursor, depth));
  } while (cursor.takes(','));
  return cursor.takes(']') ? items : cursor.fail('it is not well-formed JSON');
}

function deeper(cursor: Cursor, depth: number): number {
  return depth < maxDepth ? depth + 1 : cursor.fail(`it is nested deeper than ${maxDepth} levels`);
}

function readString(token: string, cursor: Cursor): string {
  const text = JSON.parse(token) as string;
  return text.isWellFormed() ? text : cursor.fail('a string has half of a surrogate pair');
}
