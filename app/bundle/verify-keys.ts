import * as v from 'valibot';
import { canonicalJson } from '../audit/canonical-json.ts';
import { nanosecondsOf } from '../audit/moment.ts';
import type { BlobSummary, OutboundFile } from '../byok/format.ts';
import { destinationOf } from '../byok/registry.ts';
import { plannedWays } from '../byok/ways.ts';
import { bytesToInteger, bytesToUtf8, hexToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import { encodePublicKeyPem, readPublicKeyPem } from '../keys/pem.ts';
import { refuser } from '../keys/refuser.ts';
import { isAsymmetric, keySpecs, type KeySpec } from '../keys/specs.ts';
import { readSpki } from '../keys/spki.ts';
import { refuse } from '../rules/refusal.ts';
import { keyFolder, publicKeyPath } from './layout.ts';
import { factsOf, type KekFacts, type LogFacts } from './log-facts.ts';
import type { Manifest, ManifestKey } from './manifest.ts';
import { holds, notCheckable, requireEqual, type Finding, type Readings } from './verification.ts';

const planSchema = v.object({
  title: v.string(),
  keys: v.array(v.object({ id: v.string(), spec: v.string(), destination: v.looseObject({ type: v.string() }) })),
});

/**
 * Whether the manifest names the keys of the plan, spec and destination included.
 * @throws Refused with BUNDLE-KEYS-AS-PLANNED
 */
export function checkPlannedKeys({ manifest, entries }: Readings): Finding {
  const { opened, leftOut } = factsOf(entries);
  const plan = v.safeParse(planSchema, opened?.plan);
  if (!plan.success) return refuse('BUNDLE-KEYS-AS-PLANNED', 'The log holds no plan that names keys.');
  requireEqual('BUNDLE-KEYS-AS-PLANNED', 'title', manifest.title, plan.output.title);
  const planned = plan.output.keys
    .filter(({ id }) => !leftOut.has(id))
    .map(({ id, spec, destination }) => ({ id, spec, destination: filled(destination) }));
  const listed = manifest.keys.map(({ id, spec, destination }) => ({ id, spec, destination }));
  requireEqual('BUNDLE-KEYS-AS-PLANNED', 'keys', listed, planned);
  const without = leftOut.size === 0 ? '' : `; left out: ${[...leftOut].join(', ')}`;
  return holds(`${listed.map(({ id, spec }) => `${id} (${spec})`).join(', ')}${without}`);
}

/**
 * Whether wrapping key, wrap, public key and check values of each key are those that the log recorded.
 * @throws Refused with BUNDLE-KEYS-AS-LOGGED
 */
export function checkLoggedKeys({ manifest, entries }: Readings): Finding {
  const facts = factsOf(entries);
  for (const key of manifest.keys) {
    requireEqual('BUNDLE-KEYS-AS-LOGGED', `keys.${key.id}`, claimsOf(key), loggedOf(key.id, facts));
  }
  return holds(`${manifest.keys.length} keys with their wrapping keys`);
}

/**
 * Whether the key transfer files of each key have the form that their destination wants, for the wrapping key named.
 * @throws Refused with BLOB-SHAPE-VALID
 */
export function checkBlobShapes({ keys }: Manifest, files: ReadonlyMap<string, Uint8Array>): Finding {
  const unknown = unknownDestination(keys);
  if (unknown !== undefined) return notCheckable(`This version does not know ${unknown}.`);
  return holds(keys.map((key) => `${key.id}: ${inspectKey(key, files).bytes} bytes`).join(', '));
}

/**
 * Whether the key transfer files of each key hold, part by part, what the token gave out by the log.
 * @throws Refused with BUNDLE-BLOBS-AS-LOGGED
 */
export function checkLoggedBlobs({ files, manifest, entries }: Readings): Finding {
  const unknown = unknownDestination(manifest.keys);
  if (unknown !== undefined) return notCheckable(`This version does not know ${unknown}.`);
  const { wraps, keks } = factsOf(entries);
  for (const key of manifest.keys) {
    const found = inspectKey(key, files);
    const logged = wraps.get(key.id)?.parts.map(({ sha256, bytes }) => ({ sha256, bytes })) ?? [];
    requireEqual('BUNDLE-BLOBS-AS-LOGGED', `parts of ${key.id}`, found.parts, logged);
    const token = keks.get(key.id)?.importToken ?? null;
    const carried = token === null ? null : sha256Hex(hexToBytes(token));
    requireEqual('BUNDLE-BLOBS-AS-LOGGED', `import token of ${key.id}`, found.importTokenSha256, carried);
  }
  return holds(`${manifest.keys.length} keys as the token wrapped them`);
}

/**
 * Whether each public-key.pem holds the public key that the manifest names, of the planned kind, and nothing else.
 * @throws Refused with BUNDLE-PUBLIC-KEY-AS-LISTED
 */
export function checkPublicKeys({ keys }: Manifest, files: ReadonlyMap<string, Uint8Array>): Finding {
  const asymmetric = keys.filter(({ spec }) => isAsymmetric(spec));
  for (const { id, spec, publicKey } of asymmetric) {
    const path = publicKeyPath(id);
    const text = bytesToUtf8(files.get(path) ?? new Uint8Array());
    if (text === null || text === '') return refuse('BUNDLE-PUBLIC-KEY-AS-LISTED', `${path} is missing or no text.`);
    const spki = readPublicKeyPem(text, path);
    if (encodePublicKeyPem(spki) !== text) {
      refuse('BUNDLE-PUBLIC-KEY-AS-LISTED', `${path} is not written in the form in which Keyferry writes it.`);
    }
    checkKind(spki, spec, path);
    requireEqual('BUNDLE-PUBLIC-KEY-AS-LISTED', path, sha256Hex(spki), publicKey?.spkiSha256 ?? null);
  }
  const secret = keys.find(({ spec, publicKey }) => !isAsymmetric(spec) && publicKey !== null);
  if (secret !== undefined) refuse('BUNDLE-PUBLIC-KEY-AS-LISTED', `The secret key ${secret.id} names a public key.`);
  return holds(`${asymmetric.length} public keys`);
}

/**
 * Whether a deadline has passed by the bundle's own times; whether it has since, this check has no clock for.
 * @throws Refused with BUNDLE-DEADLINE-AHEAD
 */
export function checkDeadlines({ manifest: { keys, createdAt }, entries }: Readings): Finding {
  const { wraps } = factsOf(entries);
  const named: string[] = [];
  for (const { id, deadline } of keys) {
    if (deadline === null) continue;
    const times = [createdAt, wraps.get(id)?.time ?? createdAt];
    const passed = times.find((time) => !isAfter(deadline, time));
    if (passed !== undefined) {
      refuse('BUNDLE-DEADLINE-AHEAD', `${id} ended ${deadline}; by log and manifest it was ${passed} already.`);
    }
    named.push(`${id} ends ${deadline}`);
  }
  return named.length === 0
    ? holds('no key names a deadline')
    : notCheckable(`Compare with your clock: ${named.join(', ')}.`);
}

/** What is no moment is after nothing. */
function isAfter(end: string, time: string): boolean {
  const [later, earlier] = [nanosecondsOf(end), nanosecondsOf(time)];
  return later !== null && earlier !== null && later > earlier;
}

/** The numbers of a public key tell its spec, but for points that lie on no curve. */
function checkKind(spki: Uint8Array, spec: KeySpec, path: string): void {
  const refuseKind = refuser('BUNDLE-PUBLIC-KEY-AS-LISTED', path);
  const key = readSpki(spki, refuseKind);
  const { kind, ...size } = keySpecs[spec];
  const found = key.kind === 'rsa' ? { bits: bytesToInteger(key.modulus).toString(2).length } : { curve: key.curve };
  if (key.kind !== kind || canonicalJson(found) !== canonicalJson(size)) refuseKind(`it is no key of spec ${spec}`);
}

/** The plan's destination with defaults filled in; one that this version does not know stays as it is. */
function filled(destination: { readonly type: string }): unknown {
  const format = destinationOf(destination.type);
  if (format === undefined) return destination;
  const result = v.safeParse(format.schema, destination);
  return result.success ? result.output : refuse('BUNDLE-KEYS-AS-PLANNED', 'A destination of the plan is malformed.');
}

function claimsOf({ kek, wrap, publicKey, keyCheckValues, deadline }: ManifestKey): unknown {
  return { kek, wrap, publicKey, keyCheckValues, deadline };
}

/** What the manifest should say of a key, by the log alone. */
function loggedOf(id: string, { keks, wraps, made }: LogFacts): unknown {
  const [kek, wrap, key] = [keks.get(id), wraps.get(id), made.get(id)];
  if (kek === undefined || wrap === undefined || key === undefined) {
    return refuse('BUNDLE-KEYS-AS-LOGGED', `The log does not tell of the wrapping of key ${id}.`);
  }
  const { method, oaepHash, performed } = wrap.proof;
  const publicKeySha256 = key.publicKey === null ? null : sha256Hex(hexToBytes(key.publicKey));
  if (key.publicKeySha256 !== publicKeySha256) {
    refuse('BUNDLE-KEYS-AS-LOGGED', `The log names another hash of the public key of ${id} than its own.`);
  }
  return {
    kek: { spkiSha256: spkiSha256Of(kek), bits: kek.bits, id: kek.id },
    wrap: { method, oaepHash, performed },
    publicKey: publicKeySha256 === null ? null : { spkiSha256: publicKeySha256 },
    keyCheckValues: key.keyCheckValues,
    deadline: kek.deadline,
  };
}

/** The hash that was compared is the hash of what was wrapped under; a log that says two things proves neither. */
function spkiSha256Of({ key, spki, spkiSha256 }: KekFacts): string {
  if (sha256Hex(hexToBytes(spki)) === spkiSha256) return spkiSha256;
  return refuse('BUNDLE-KEYS-AS-LOGGED', `The log names another hash of the wrapping key for ${key} than its own.`);
}

function unknownDestination(keys: readonly ManifestKey[]): string | undefined {
  return keys.map(({ destination }) => destination.type).find((type) => destinationOf(type) === undefined);
}

/** Has the destination, which must be known, inspect the files of one key. */
function inspectKey(key: ManifestKey, files: ReadonlyMap<string, Uint8Array>): BlobSummary {
  const format = destinationOf(key.destination.type);
  const destination = format === undefined ? null : v.safeParse(format.schema, key.destination);
  if (format === undefined || destination?.success !== true) {
    return refuse('BLOB-SHAPE-VALID', `The destination of key ${key.id} is malformed.`);
  }
  const blobs = key.files
    .filter((path) => path !== publicKeyPath(key.id))
    .map((path): OutboundFile => ({
      name: path.slice(keyFolder(key.id).length + 1),
      bytes: files.get(path) ?? refuse('BLOB-SHAPE-VALID', `${path} is missing.`),
    }));
  const { id: keyId, spec, kek, wrap } = key;
  // The manifest may name only what the support matrix has: a way that the destination takes for such a key and KEK.
  const way = plannedWays(destination.output, spec).find(
    (each) =>
      each.wrap.method === wrap.method && each.wrap.oaepHash === wrap.oaepHash && each.kekBits.includes(kek.bits),
  );
  if (way === undefined)
    return refuse('BLOB-SHAPE-VALID', `${key.destination.type} takes no ${spec} key in the way named.`);
  const toCarry = { keyId, spec, destination: destination.output, kek, wrap };
  return format.inspect(toCarry, blobs);
}
