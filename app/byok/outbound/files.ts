import * as v from 'valibot';
import { base64ToBytes, equalBytes, utf8ToBytes } from '../../keys/bytes.ts';
import type { Refuser } from '../../keys/refuser.ts';
import { parseStrictJson } from '../../keys/strict-json.ts';
import type { OutboundFile } from '../format.ts';

/** The names that clouds' own examples give the binary parameters of ImportKeyMaterial. */
export const materialFileName = 'EncryptedKeyMaterial.bin';
export const tokenFileName = 'ImportToken.bin';

/**
 * Takes the files of a key by name: exactly these, in this order.
 * @param files - what was found
 * @param names - what belongs there
 */
export function exactFiles(
  files: readonly OutboundFile[],
  names: readonly string[],
  refuse: Refuser,
): readonly Uint8Array[] {
  const found = files.map(({ name }) => name);
  const isExact = found.length === names.length && names.every((name) => found.includes(name));
  if (!isExact) return refuse(`its files are not exactly ${names.join(', ')}`);
  return names.map((wanted) => files.find(({ name }) => name === wanted)?.bytes ?? refuse(`${wanted} is missing`));
}

/**
 * Writes JSON for a cloud: UTF-8 without BOM, two spaces a level, members in the order given, LF, one at the end.
 * @param value - what `JSON.stringify` takes
 */
export function jsonFile(value: unknown): Uint8Array {
  return utf8ToBytes(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads JSON that {@link jsonFile} wrote, and takes no other form of it.
 * @param bytes - the file
 * @param schema - strict objects whose members stand in the order in which they are written
 * @param name - of the file, for the cause
 */
export function readJsonFile<S extends v.GenericSchema>(
  bytes: Uint8Array,
  schema: S,
  name: string,
  refuse: Refuser,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, parseStrictJson(bytes, refuse));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return refuse(`member "${v.getDotPath(issue) ?? ''}" of ${name}: ${issue.message}`);
  }
  return equalBytes(jsonFile(parsed.output), bytes)
    ? parsed.output
    : refuse(`${name} is not written exactly as Keyferry writes it`);
}

/**
 * Decodes a base64 member of a file of ours.
 * @param text - with padding
 * @param name - of the member, for the cause
 */
export function base64Member(text: string, name: string, refuse: Refuser): Uint8Array {
  return base64ToBytes(text) ?? refuse(`${name} is not canonical base64`);
}

/** Requires that a member of a file names what the key is for. */
export function requireMember(found: string, wanted: string, name: string, refuse: Refuser): void {
  if (found !== wanted) refuse(`${name} is "${found.slice(0, 200)}" instead of "${wanted}"`);
}
