import { canonicalBytes, type JsonValue } from '../../../app/audit/canonical-json.ts';
import { extractBytes, parseExtract } from '../../../app/audit/extract.ts';
import { rootOver } from '../../../app/audit/log-tree.ts';
import type { WrappedParts } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import {
  bundleName,
  keyFolder,
  layout,
  manifestNoteFile,
  publicKeyPath,
  sealFolders,
} from '../../../app/bundle/layout.ts';
import { factsOf, type LogFacts } from '../../../app/bundle/log-facts.ts';
import { manifestBytes, parseManifest, type Manifest, type ManifestKey } from '../../../app/bundle/manifest.ts';
import { sealedRecord } from '../../../app/bundle/sealed-record.ts';
import { manifestNote } from '../../../app/bundle/seals.ts';
import { transcriptText } from '../../../app/bundle/transcript.ts';
import { uploadHtml } from '../../../app/bundle/upload-html.ts';
import { uploadMarkdown } from '../../../app/bundle/upload-md.ts';
import { sheetIn } from '../../../app/bundle/verify-upload.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { reportBytes, reportOf } from '../../../app/record/report.ts';
import { encodePublicKeyPem } from '../../../app/keys/pem.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { Refused } from '../../../app/rules/refusal.ts';
import { application, ceremony, createdAt, eventsOf, partsOf, sha256, type Sample } from './sample-events.ts';
import { checkpointSignature, logKeyName, publicKeyOf, signatureOf } from '../../support/keys.ts';
import { sampleLog, sealerIn } from './sample-log.ts';

/** Makes bundles as a ceremony would, and makes them again around a log that somebody wrote anew. */

export type Files = ReadonlyMap<string, Uint8Array>;
export { sampleLog, type Event } from './sample-log.ts';

export { application, eventsOf, sha256, type Sample, type SampleKey } from './sample-events.ts';
export const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** Broken rules but the one about steps, for logs that bring the steps into disorder besides: it has tests of its own. */
export const besidesSteps = (rules: readonly RuleId[]): RuleId[] =>
  rules.filter((rule) => rule !== 'BUNDLE-STEPS-AS-PLANNED');

/** The manifest of a bundle. */
export const manifestOf = (files: Files): Manifest => parseManifest(files.get(layout.manifest) ?? new Uint8Array());

/** The key transfer files as the destination itself writes them. */
export function blobsOf(sample: Sample, id: string, parts?: WrappedParts): [string, Uint8Array][] {
  const planned = parsePlanDocument(sample.plan).plan.keys.find((key) => key.id === id);
  const key = sample.keys.find((each) => each.id === id);
  if (planned === undefined || key === undefined) throw new Error(`There is no key ${id}`);
  const { spec, destination } = planned;
  const { kek, wrap, importToken, nonce } = key;
  const files = formatFor(destination).assemble(
    { keyId: id, spec, destination, kek, wrap },
    parts ?? partsOf(sample, key),
    { importToken, nonce },
    'Keyferry test',
  );
  return files.map((file) => [`${keyFolder(id)}/${file.name}`, file.bytes]);
}

/** A whole, sound bundle; `events` may be others than the usual ones. */
export function bundleOf(
  sample: Sample,
  events: readonly JsonValue[] = eventsOf(sample),
): { folder: string; files: Map<string, Uint8Array> } {
  const { plan, keys } = sample;
  const ofKeys = keys.flatMap(({ id, publicKey }): [string, Uint8Array][] => [
    ...blobsOf(sample, id),
    ...(publicKey === null ? [] : [[publicKeyPath(id), utf8(encodePublicKeyPem(publicKey))] as [string, Uint8Array]]),
  ]);
  const manifest: Manifest = {
    keyferryManifest: 1,
    ceremony,
    title: plan.title,
    planSha256: sha256(canonicalBytes(plan)),
    mode: 'rehearsal',
    createdAt,
    generator: application,
    keys: parsePlanDocument(plan).plan.keys.map((planned) => manifestKey(sample, planned)),
    files: [],
  };
  const bare = new Map([...ofKeys, [layout.plan, canonicalBytes(plan)], [layout.manifest, manifestBytes(manifest)]]);
  return { folder: bundleName(ceremony), files: withLog(bare, events) };
}

function manifestKey(
  sample: Sample,
  { id, spec, destination }: Pick<ManifestKey, 'id' | 'spec' | 'destination'>,
): ManifestKey {
  // prettier-ignore
  const { kek, wrap, publicKey } = sample.keys.find((key) => key.id === id) ?? {};
  if (kek === undefined || wrap === undefined) throw new Error(`There is no key ${id}`);
  const { method, oaepHash } = wrap;
  return {
    id,
    spec,
    destination: { ...destination },
    kek: { spkiSha256: sha256(kek.spki), bits: kek.bits, id: kek.id },
    wrap: { method, oaepHash, performed: method === 'rsa-aes' ? 'composed' : 'single' },
    publicKey: publicKey ? { spkiSha256: sha256(publicKey) } : null,
    keyCheckValues: publicKey ? [] : [{ method: 'aes-ecb-zero-block', value: 'DC95C0' }],
    deadline: kek.deadline,
    files: [],
  };
}

/** Lists the files in their manifest anew, the way a bundle is finished; `change` is what else it shall say. */
export function withManifest(files: Files, change: Partial<Manifest> = {}): Map<string, Uint8Array> {
  const others = sealedAnew(files);
  const pathsOf = (id: string) => others.map(([path]) => path).filter((path) => path.startsWith(`${keyFolder(id)}/`));
  const old = manifestOf(files);
  const manifest: Manifest = {
    ...old,
    keys: old.keys.map((key) => ({ ...key, files: pathsOf(key.id) })),
    files: others.map(([path, bytes]) => ({ path, sha256: sha256(bytes), bytes: bytes.length })),
    ...change,
  };
  const bytes = manifestBytes(manifest);
  const entries = unlessRefused(() => parseExtract(files.get(layout.log) ?? new Uint8Array()));
  const sealer = entries === null ? logKeyName : sealerIn(entries);
  const note = manifestNote(manifest.ceremony, new TextDecoder().decode(bytes), {
    logKey: publicKeyOf(sealer),
    signature: signatureOf(sealer, bytes),
  });
  return new Map([...others, [layout.manifest, bytes], [manifestNoteFile, utf8(note)]]);
}

/** The record sealed anew by whoever has the log key; one whose log cannot be read stays as it was sealed. */
function sealedAnew(files: Files): [string, Uint8Array][] {
  const { ceremony: id } = manifestOf(files);
  const rest = [...files].filter(([path]) => path !== layout.manifest && path !== manifestNoteFile);
  const entries = unlessRefused(() => parseExtract(files.get(layout.log) ?? new Uint8Array()));
  if (entries === null || entries.length === 0) return rest;
  const bare = rest.filter(([path]) => !sealFolders.some((folder) => path.startsWith(folder)));
  const root = rootOver(entries);
  const signature = checkpointSignature(id, { size: entries.length, root }, sealerIn(entries));
  const paths = bare.map(([path]) => path);
  const seals = unlessRefused(() => sealedRecord({ ceremony: id, entries, signature, paths })) ?? [];
  // Two checkpoints of one size would be one file.
  return [...new Map([...bare, ...seals.map(({ path, text }): [string, Uint8Array] => [path, utf8(text)])])];
}

/**
 * A log written anew, and with it all that follows from it: transcript, upload sheet, and what the manifest says of each
 * key. What a log does not tell stays as it was; a key that it leaves out is gone with its files.
 */
export function withLog(
  files: Files,
  events: readonly JsonValue[],
  entries = sampleLog(events),
): Map<string, Uint8Array> {
  const facts = unlessRefused(() => factsOf(toldIn(entries)));
  const sheet = facts === null ? null : unlessRefused(() => sheetIn(facts));
  const report = unlessRefused(() => reportOf(entries));
  const old = manifestOf(files).keys;
  const keys = old.filter(({ id }) => facts?.leftOut.has(id) !== true);
  const carried = keys.length === 0 ? old : keys;
  const dropped = old.filter((key) => !carried.includes(key)).map(({ id }) => `${keyFolder(id)}/`);
  const told = new Map([
    ...[...files].filter(([path]) => !dropped.some((folder) => path.startsWith(folder))),
    [layout.log, extractBytes(entries)],
    [layout.transcript, utf8(transcriptText(entries))],
    ...(report === null ? [] : ([[layout.report, reportBytes(report)]] as const)),
    ...(sheet === null
      ? []
      : ([
          [layout.upload, utf8(uploadMarkdown(sheet))],
          [layout.uploadPage, utf8(uploadHtml(sheet))],
        ] as const)),
  ]);
  const said = carried.map((key) => (facts === null ? key : withFacts(key, facts)));
  return withManifest(withManifest(told, { keys: said }));
}

function withFacts(key: ManifestKey, { keks, wraps }: LogFacts): ManifestKey {
  const [kek, wrap] = [keks.get(key.id), wraps.get(key.id)];
  if (kek === undefined || wrap === undefined) return key;
  const { method, oaepHash, performed } = wrap.proof;
  return {
    ...key,
    kek: { spkiSha256: kek.spkiSha256, bits: kek.bits, id: kek.id },
    wrap: { method, oaepHash, performed } as ManifestKey['wrap'],
    deadline: kek.deadline,
  };
}

function unlessRefused<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}
