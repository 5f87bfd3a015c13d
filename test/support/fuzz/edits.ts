import type { Random } from './random.ts';

/** Changes bytes or text; `other` is what stands there in another sound input. The name is for the failure message. */
export type Edit<T> = readonly [name: string, change: (content: T, random: Random, other: T) => T];

/** What media and copying do to bytes, and what somebody does to them on purpose. */
export const byteEdits: readonly Edit<Uint8Array>[] = [
  ['bit flipped', (bytes, random) => set(bytes, random, (byte) => byte ^ (1 << random.below(8)))],
  ['byte set', (bytes, random) => set(bytes, random, () => random.pick([0, 0x0a, 0x22, 0x30, 0x7f, 0x80, 0xff]))],
  ['byte replaced', (bytes, random) => set(bytes, random, () => random.below(256))],
  ['bytes inserted', (bytes, random) => splice(bytes, [at(bytes, random)], random.bytes(1 + random.below(6)))],
  ['bytes deleted', (bytes, random) => splice(bytes, random.range(bytes.length), nothing)],
  ['cut short', (bytes, random) => bytes.slice(0, random.below(bytes.length + 1))],
  ['beginning lost', (bytes, random) => bytes.slice(random.oneIn(2) ? 1 : at(bytes, random))],
  ['bytes at the end', (bytes, random) => Buffer.concat([bytes, random.bytes(1 + random.below(4))])],
  ['slice doubled', (bytes, random) => splice(bytes, [at(bytes, random)], bytes.subarray(...random.range(bytes.length)))],
  ['slice zeroed', (bytes, random) => bytes.slice().fill(0, ...random.range(bytes.length))],
  [
    'spliced with another',
    (bytes, random, other) => {
      const cut = at(bytes, random);
      return Buffer.concat([bytes.subarray(0, cut), other.subarray(random.oneIn(4) ? at(other, random) : cut)]);
    },
  ],
  [
    'slice of another',
    (bytes, random, other) => {
      const [start, end] = random.range(other.length);
      return splice(bytes, [Math.min(start, bytes.length), Math.min(end, bytes.length)], other.subarray(start, end));
    },
  ],
  ['doubled', (bytes) => Buffer.concat([bytes, bytes])],
  [
    'grown',
    (bytes, random) => Buffer.concat([bytes, new Uint8Array(random.pick([16_384, 65_536, 70_000])).fill(random.pick([0, 0x20, 0x41]))]),
  ],
]; // prettier-ignore

/** What editors, shells and mail do to text, and what somebody does to it on purpose. */
export const textEdits: readonly Edit<string>[] = [
  ['character replaced', (text, random) => replace(text, random, random.pick(Array.from('"{}[],:\\=-+/_ \n\t\0é\u2028\ud800Aa0')))],
  ['white space inside', (text, random) => insert(text, random, random.pick(['\n', ' ', '\t', '\r', '\u00a0', '\u200b', '\v']))],
  ['white space around', (text, random) => random.pick([`${text}\n\n`, `\n \t${text}`, `${text}\u0000`, `\u00a0${text}`, `${text}\u001a`])],
  ['lines ended by CR', (text) => text.replaceAll('\n', '\r')],
  ['all on one line', (text) => text.replaceAll('\n', '')],
  ['upper case', (text) => text.toUpperCase()],
  ['lower case', (text) => text.toLowerCase()],
  ['case of a part', (text, random) => part(text, random, (piece) => (random.oneIn(2) ? piece.toUpperCase() : piece.toLowerCase()))],
  ['a word before', (text) => `Here it is: ${text}`],
  ['a word after', (text) => `${text} -- sent from the online desk`],
  ['twice', (text) => `${text}\n${text}`],
  ['two in one', (text, _random, other) => `${text}\n${other}`],
  ['quoted', (text) => JSON.stringify(text)],
  ['other dashes', (text) => text.replaceAll('-----', '\u2014')],
  ['other label', (text, random) => text.replaceAll('PUBLIC KEY', random.pick(['RSA PUBLIC KEY', 'CERTIFICATE', 'public key', '']))],
  ['a PEM header', (text) => text.replace('KEY-----\n', 'KEY-----\nProc-Type: 4,CLEAR\n\n')],
  ['a byte order mark inside', (text, random) => insert(text, random, '\ufeff')],
  ['two byte order marks', (text) => `\ufeff\ufeff${text}`],
]; // prettier-ignore

/** Every run of base64 is a candidate: members of JSON, bodies of PEM, whole files. */
const base64Runs = /[A-Za-z0-9+/_-]{12,}={0,2}/g;

/** What other encoders and line breakers do to base64. */
export const base64Edits: readonly Edit<string>[] = [
  ['base64url', (run) => run.replaceAll('+', '-').replaceAll('/', '_')],
  ['base64url without padding', (run) => run.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
  ['padding lost', (run) => run.replace(/=+$/, '')],
  ['padding added', (run, random) => `${run}${'='.repeat(1 + random.below(3))}`],
  ['one letter added', (run, random) => `${run.replace(/=+$/, '')}${random.pick(Array.from('Aw4+'))}`],
  ['a letter lost', (run, random) => splitAt(run, random, 1, '')],
  ['four letters lost', (run, random) => splitAt(run, random, 4, '')],
  ['trailing bits set', (run) => run.replace(/([A-Za-z0-9+/])(=*)$/, (_, letter: string, pad: string) => `${next(letter)}${pad}`)],
  ['padding inside', (run, random) => splitAt(run, random, 0, '=')],
  ['a foreign character', (run, random) => splitAt(run, random, random.below(2), random.pick(Array.from('*.~%!ſK')))],
  ['a line break', (run, random) => splitAt(run, random, 0, random.pick(['\n', '\r\n', '\\n', '\\r\\n', ' ', '\\u000a', '\\t']))],
  ['letters escaped', (run) => run.replaceAll('/', '\\/').replaceAll('+', '\\u002b')],
  ['hexadecimal', (run) => Buffer.from(run, 'base64').toString('hex')],
  ['encoded twice', (run) => Buffer.from(run).toString('base64')],
]; // prettier-ignore

/**
 * Changes one run of base64 in a text.
 * @returns the text unchanged when it has none
 */
export function editRun(text: string, random: Random, change: Edit<string>[1]): string {
  const runs = [...text.matchAll(base64Runs)];
  if (runs.length === 0) return text;
  const { 0: run, index } = random.pick(runs);
  return `${text.slice(0, index)}${change(run, random, run)}${text.slice(index + run.length)}`;
}

const nothing = new Uint8Array();

function at(content: { readonly length: number }, random: Random): number {
  return random.below(content.length + 1);
}

function set(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const changed = bytes.slice();
  const index = random.below(bytes.length);
  changed[index] = change(bytes[index] ?? 0);
  return changed;
}

/** Puts bytes in the place of a range, which may be empty. */
function splice(bytes: Uint8Array, [start, end = start]: readonly [number, number?], put: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(end)]);
}

function insert(text: string, random: Random, put: string): string {
  const index = at(text, random);
  return `${text.slice(0, index)}${put}${text.slice(index)}`;
}

function replace(text: string, random: Random, put: string): string {
  const index = random.below(text.length);
  return `${text.slice(0, index)}${put}${text.slice(index + 1)}`;
}

function part(text: string, random: Random, change: (piece: string) => string): string {
  const [start, end] = random.range(text.length);
  return `${text.slice(0, start)}${change(text.slice(start, end))}${text.slice(end)}`;
}

function splitAt(run: string, random: Random, lose: number, put: string): string {
  const index = at(run, random);
  return `${run.slice(0, index)}${put}${run.slice(index + lose)}`;
}

/** The letter with the next value: its last bit differs. */
function next(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1);
}
