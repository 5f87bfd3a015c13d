import { canonicalBytes } from '../audit/canonical-json.ts';
import type { Entry } from '../audit/entry.ts';
import { extractBytes } from '../audit/extract.ts';
import type { Carried, KeyToCarry, OutboundFile, WrappedParts } from '../byok/format.ts';
import { formatFor, type Destination } from '../byok/registry.ts';
import { wrapPlanOf } from '../byok/ways.ts';
import { keyFolder, layout, publicKeyPath, verifierFile } from '../bundle/layout.ts';
import { manifestBytes, type Manifest } from '../bundle/manifest.ts';
import { sealedRecord } from '../bundle/sealed-record.ts';
import { transcriptText } from '../bundle/transcript.ts';
import type { UploadSheet } from '../bundle/upload-content.ts';
import { uploadHtml } from '../bundle/upload-html.ts';
import { uploadMarkdown } from '../bundle/upload-md.ts';
import { sheetOf } from '../bundle/upload-sheet.ts';
import { hexToBytes, utf8ToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import { encodePublicKeyPem } from '../keys/pem.ts';
import { reportBytes, reportOf } from '../record/report.ts';
import type { KekRecord } from './effects.ts';
import type { PlannedKey } from './plan.ts';
import { carriedKeys, noticesOf, type CeremonyState } from './state.ts';

/** A file of a bundle; `path` is relative to the top of the bundle and uses `/`. */
export interface BundleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** All that a bundle is made of. The same parts give the same bytes. */
export interface BundleParts {
  readonly state: CeremonyState;
  /** What the token gave out, per key id. */
  readonly wrapped: ReadonlyMap<string, WrappedParts>;
  /** The log entries that go into the record: all before the bundle was written. */
  readonly record: readonly Entry[];
  /** ISO 8601 with Z, whole seconds. */
  readonly createdAt: string;
  /** Name and version of the application. */
  readonly generator: string;
  /** The verifier in Python that goes with every bundle. */
  readonly verifier: Uint8Array;
  /** By the log key over the checkpoint of the record: DER in hex. */
  readonly checkpoint: string;
}

/**
 * Makes every file of a bundle but the note over its manifest, which is signed last.
 * @param parts - see {@link BundleParts}
 * @returns the files, the manifest last
 */
export function bundleFiles(parts: BundleParts): readonly BundleFile[] {
  const { state, record } = parts;
  const keyed = carriedKeys(state).flatMap((key) => keyFiles(parts, key));
  const sheet = sheetFor(parts);
  const files: readonly BundleFile[] = [
    { path: layout.upload, bytes: utf8ToBytes(uploadMarkdown(sheet)) },
    ...keyed,
    { path: layout.plan, bytes: canonicalBytes(state.planDocument) },
    { path: layout.log, bytes: extractBytes(record) },
    { path: layout.transcript, bytes: utf8ToBytes(transcriptText(record)) },
    { path: layout.report, bytes: reportBytes(reportOf(record)) },
    { path: layout.uploadPage, bytes: utf8ToBytes(uploadHtml(sheet)) },
    { path: verifierFile, bytes: parts.verifier },
  ];
  const sealed = sealedRecord({
    ceremony: state.ceremony,
    entries: record,
    signature: parts.checkpoint,
    paths: files.map(({ path }) => path),
  }).map(({ path, text }) => ({ path, bytes: utf8ToBytes(text) }));
  const all = [...files, ...sealed];
  return [...all, { path: layout.manifest, bytes: manifestBytes(manifestOf(parts, all)) }];
}

/**
 * What a key transfer file says it was made by.
 * @param state - the ceremony, for the application and the token
 * @returns product and version, then the HSM and its firmware
 */
export function generatorOf(state: CeremonyState): string {
  const identity = state.token?.identity;
  const hsm = identity === undefined ? 'no HSM' : `${identity.manufacturer} ${identity.model} ${identity.firmware}`;
  return `${state.application}; ${hsm}`;
}

function keyFiles(parts: BundleParts, key: PlannedKey): readonly BundleFile[] {
  const { state } = parts;
  const wrapped = known(parts.wrapped, key);
  const carried = carriedOf(known(state.keks, key));
  const files = formatFor(key.destination).assemble(toCarry(state, key), wrapped, carried, generatorOf(state));
  const { publicKey } = known(state.targets, key);
  return [
    ...files.map(({ name, bytes }: OutboundFile) => ({ path: `${keyFolder(key.id)}/${name}`, bytes })),
    ...(publicKey === null
      ? []
      : [{ path: publicKeyPath(key.id), bytes: utf8ToBytes(encodePublicKeyPem(hexToBytes(publicKey))) }]),
  ];
}

function manifestOf(parts: BundleParts, files: readonly BundleFile[]): Manifest {
  const { state, createdAt, generator } = parts;
  return {
    keyferryManifest: 1,
    ceremony: state.ceremony,
    title: state.plan.title,
    planSha256: state.planSha256,
    mode: state.mode,
    createdAt,
    generator,
    keys: carriedKeys(state).map((key) => manifestKey(parts, key)),
    files: files.map(({ path, bytes }) => ({ path, sha256: sha256Hex(bytes), bytes: bytes.length })),
  };
}

function manifestKey(parts: BundleParts, key: PlannedKey): Manifest['keys'][number] {
  const { state } = parts;
  const kek = known(state.keks, key);
  const target = known(state.targets, key);
  return {
    id: key.id,
    spec: key.spec,
    destination: { ...key.destination },
    kek: { spkiSha256: kek.spkiSha256, bits: kek.bits, id: kek.id },
    wrap: {
      ...wrapOf(key, kek),
      performed: known(state.wrapped, key).proof.performed,
    },
    publicKey: target.publicKeySha256 === null ? null : { spkiSha256: target.publicKeySha256 },
    keyCheckValues: target.keyCheckValues,
    deadline: kek.deadline,
    files: keyFiles(parts, key).map(({ path }) => path),
  };
}

function sheetFor({ state, createdAt }: BundleParts): UploadSheet {
  return sheetOf({
    ceremony: state.ceremony,
    title: state.plan.title,
    mode: state.mode,
    createdAt,
    notices: noticesOf(state),
    keys: carriedKeys(state).map((key) => ({
      ...toCarry(state, key),
      after: key.after,
      deadline: known(state.keks, key).deadline,
    })),
  });
}

/**
 * What a destination is told of a key whose wrapping key has been read.
 * @param state - the ceremony
 * @param key - of its plan
 */
export function toCarry(state: CeremonyState, key: PlannedKey): KeyToCarry<Destination> {
  const kek = known(state.keks, key);
  return { keyId: key.id, spec: key.spec, destination: key.destination, kek, wrap: wrapOf(key, kek) };
}

/** What came in with a wrapping key, as bytes. */
export function carriedOf({ importToken, nonce }: KekRecord): Carried {
  return {
    importToken: importToken === null ? null : hexToBytes(importToken),
    nonce: nonce === null ? null : hexToBytes(nonce),
  };
}

function wrapOf(key: PlannedKey, kek: KekRecord): KeyToCarry<Destination>['wrap'] {
  const { method, oaepHash } = wrapPlanOf(key.destination, key.spec, kek);
  return { method, oaepHash };
}

/** A bundle is made of what the ceremony has come to; a gap is a fault of the program, not of the people. */
function known<T>(records: ReadonlyMap<string, T>, key: PlannedKey): T {
  const record = records.get(key.id);
  if (record === undefined) throw new Error(`Key ${key.id} has not come this far`);
  return record;
}
