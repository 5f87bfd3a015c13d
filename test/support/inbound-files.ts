import { createPublicKey } from 'node:crypto';
import type { InboundFile } from '../../app/byok/format.ts';
import { jsonVector } from '../vectors/read-vectors.ts';

const { keys } = jsonVector('test-keks.json') as { keys: Record<string, string> };

/** A wrapping key of which nobody has the private half, as PEM and as DER SubjectPublicKeyInfo. */
export function testKek(bits: 2048 | 3072 | 4096): { readonly pem: string; readonly spki: Uint8Array } {
  const pem = keys[`rsa-${bits}`] ?? '';
  return { pem, spki: new Uint8Array(createPublicKey(pem).export({ type: 'spki', format: 'der' })) };
}

/** The same modulus with 65539 for an exponent, which is the last member of the DER. */
export function unusualExponent(spki: Uint8Array): { readonly pem: string; readonly spki: Uint8Array } {
  const changed = new Uint8Array(spki);
  changed[changed.length - 1] = 3;
  const body =
    Buffer.from(changed)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return { pem: ['-----BEGIN PUBLIC KEY-----', ...body, '-----END PUBLIC KEY-----', ''].join('\n'), spki: changed };
}

/** A file of the inbound media: text as UTF-8, anything else as JSON, as a command line prints it. */
export function inboundFile(name: string, content: unknown): InboundFile {
  if (content instanceof Uint8Array) return { name, bytes: new Uint8Array(content) };
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  return { name, bytes: new TextEncoder().encode(text) };
}

/** The same text as other tools write it. */
export function otherEncodings({ name, bytes }: InboundFile): readonly (readonly [string, InboundFile, string[]])[] {
  const text = new TextDecoder().decode(bytes);
  const crlf = text.replaceAll('\n', '\r\n');
  const wide = (label: 'utf16le', written: string): Uint8Array =>
    new Uint8Array(Buffer.from(`\ufeff${written}`, label));
  return [
    ['LF', { name, bytes }, []],
    ['CRLF', inboundFile(name, crlf), []],
    ['a byte order mark', inboundFile(name, `\ufeff${text}`), []],
    ['UTF-16, as PowerShell 5 writes it', { name, bytes: wide('utf16le', crlf) }, ['INBOUND-TEXT-ENCODING']],
  ];
}

/** Dotted member names and the values they get. */
export type Changes = Readonly<Record<string, unknown>>;

/** A vector that plants one fault in what a cloud hands out. */
export interface PlantedFault {
  /** The rule that refuses it; null for what must be taken. */
  readonly expect: string | null;
  readonly comment: string;
  readonly set?: Changes;
  readonly remove?: readonly string[];
}

/**
 * Plants changes in JSON.
 * @param document - left as it is
 */
export function planted(document: object, { set = {}, remove = [] }: Pick<PlantedFault, 'set' | 'remove'>): object {
  const copy = structuredClone(document);
  for (const [path, value] of Object.entries(set)) atParent(copy, path, (parent, name) => (parent[name] = value));
  for (const path of remove) atParent(copy, path, (parent, name) => Reflect.deleteProperty(parent, name));
  return copy;
}

function atParent(
  document: object,
  path: string,
  change: (parent: Record<string, unknown>, name: string) => unknown,
): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, document as Record<string, unknown>);
  change(parent, last);
}
