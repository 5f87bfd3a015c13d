import * as v from 'valibot';
import { nanosecondsOf } from '../audit/moment.ts';
import { equalBytes, utf8ToBytes } from '../keys/bytes.ts';
import { refuser } from '../keys/refuser.ts';
import { keySpecNames } from '../keys/specs.ts';
import { parseStrictJson } from '../keys/strict-json.ts';
import { refuse } from '../rules/refusal.ts';
import { isPlainPath } from './layout.ts';

const words = v.pipe(v.string(), v.nonEmpty());
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const moment = v.pipe(
  v.string(),
  v.check((text) => nanosecondsOf(text) !== null, 'is no moment'),
);
const path = v.pipe(v.string(), v.check(isPlainPath, 'is no plain relative path'));

const keySchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/u)),
  spec: v.picklist(keySpecNames),
  /** As in the plan, defaults filled in; the destination's own schema knows its other members. */
  destination: v.looseObject({ type: words }),
  kek: v.strictObject({ spkiSha256: sha256, bits: count, id: v.nullable(words) }),
  wrap: v.strictObject({
    method: v.picklist(['oaep', 'pkcs1-v1_5', 'rsa-aes']),
    oaepHash: v.nullable(v.picklist(['sha1', 'sha256', 'sha384', 'sha512'])),
    performed: v.picklist(['single', 'composed', 'native']),
  }),
  publicKey: v.nullable(v.strictObject({ spkiSha256: sha256 })),
  keyCheckValues: v.array(
    v.strictObject({ method: v.picklist(['aes-ecb-zero-block', 'sha256-of-value']), value: words }),
  ),
  /** When the import token or job ends; null where the cloud gives no time or the files do not say. */
  deadline: v.nullable(moment),
  files: v.array(path),
});

const fileSchema = v.strictObject({ path, sha256, bytes: count });

/** MANIFEST.json, format 1: what a bundle holds and what it is for. */
export const manifestSchema = v.strictObject({
  keyferryManifest: v.literal(1),
  ceremony: v.pipe(v.string(), v.regex(/^[a-z0-9-]{8,40}$/u)),
  title: words,
  planSha256: sha256,
  mode: v.picklist(['rehearsal', 'production']),
  createdAt: moment,
  generator: words,
  keys: v.pipe(
    v.array(keySchema),
    v.minLength(1),
    v.check((keys) => isUnique(keys.map(({ id }) => id)), 'names a key twice'),
  ),
  files: v.pipe(
    v.array(fileSchema),
    v.check((files) => isSorted(files.map((file) => file.path)), 'is not sorted by path, or names one twice'),
  ),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type ManifestKey = Manifest['keys'][number];

/**
 * Writes a manifest.
 * @param manifest - the manifest; its files in any order
 * @returns UTF-8 JSON, two spaces a level, members in the order of the schema, files sorted by path, LF, one at the end
 * @throws Refused with BUNDLE-MANIFEST-SCHEMA when it is none
 */
export function manifestBytes(manifest: Manifest): Uint8Array {
  const files = manifest.files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  return utf8ToBytes(`${JSON.stringify(checkMembers({ ...manifest, files }), null, 2)}\n`);
}

/**
 * Reads a manifest; accepts exactly what {@link manifestBytes} writes.
 * @param bytes - MANIFEST.json
 * @throws Refused with BUNDLE-MANIFEST-SCHEMA
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  const manifest = checkMembers(parseStrictJson(bytes, refuser('BUNDLE-MANIFEST-SCHEMA', 'MANIFEST.json')));
  if (!equalBytes(manifestBytes(manifest), bytes)) {
    refuse('BUNDLE-MANIFEST-SCHEMA', 'MANIFEST.json is not written in the form in which Keyferry writes it.');
  }
  return manifest;
}

function checkMembers(candidate: unknown): Manifest {
  const result = v.safeParse(manifestSchema, candidate);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return refuse('BUNDLE-MANIFEST-SCHEMA', `Member "${v.getDotPath(issue) ?? 'manifest'}": ${issue.message}.`);
}

function isUnique(ids: readonly string[]): boolean {
  return new Set(ids).size === ids.length;
}

function isSorted(paths: readonly string[]): boolean {
  return isUnique(paths) && paths.toSorted().every((current, index) => current === paths[index]);
}
