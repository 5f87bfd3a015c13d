import { createHash } from 'node:crypto';
import { canonicalBytes, type JsonValue } from '../../../app/audit/canonical-json.ts';
import { extractBytes } from '../../../app/audit/extract.ts';
import type { Kek, WrapPlan, WrappedParts } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import { nonceOf } from '../../../app/byok/ways.ts';
import { bundleName, keyFolder, layout, publicKeyPath } from '../../../app/bundle/layout.ts';
import { factsOf, type LogFacts } from '../../../app/bundle/log-facts.ts';
import { manifestBytes, parseManifest, type Manifest, type ManifestKey } from '../../../app/bundle/manifest.ts';
import { transcriptText } from '../../../app/bundle/transcript.ts';
import { uploadHtml } from '../../../app/bundle/upload-html.ts';
import { uploadMarkdown } from '../../../app/bundle/upload-md.ts';
import { sheetIn } from '../../../app/bundle/verify-upload.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { reportBytes, reportOf } from '../../../app/record/report.ts';
import { encodePublicKeyPem } from '../../../app/keys/pem.ts';
import { Refused } from '../../../app/rules/refusal.ts';
import { applicationInfo } from '../../../main/cli/installation.ts';
import { partNames } from '../../../main/ceremony/workspace.ts';
import { approved, confirmed, registered, sampleLog, type Event } from './sample-log.ts';

/** Makes bundles as a ceremony would, and makes them again around a log that somebody wrote anew. */

export type Files = ReadonlyMap<string, Uint8Array>;
export { sampleLog, type Event } from './sample-log.ts';

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
export const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const ceremony = 'rehearsal-2026-11-23-7f3a9c';
const { name, version } = applicationInfo();
/** Name and version as a bundle has its generator. */
export const application = `${name} ${version}`;
const createdAt = '2026-11-23T14:07:32Z';

/** A key of a plan, and what becomes of it in a ceremony. */
export interface SampleKey {
  readonly id: string;
  readonly kek: Pick<Kek, 'spki' | 'bits' | 'id' | 'deadline' | 'option'>;
  readonly importToken: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  readonly wrap: WrapPlan;
  /** Of the part that holds the target key, where it goes under an ephemeral one. */
  readonly wrappedBytes: number;
  /** DER SubjectPublicKeyInfo of a key pair; null for a secret key. */
  readonly publicKey: Uint8Array | null;
}

/** A ceremony that went well. */
export interface Sample {
  /** As in the plan file. */
  readonly plan: Event & { readonly title: string };
  /** For every key of the plan, in its order. */
  readonly keys: readonly SampleKey[];
}

/** What the token gave out for a key: the right lengths, and bytes of its own for each key. */
export function partsOf({ keys }: Sample, { id, kek, wrap, wrappedBytes }: SampleKey): WrappedParts {
  const index = keys.findIndex((key) => key.id === id);
  const filled = (bytes: number, byte: number): Uint8Array => new Uint8Array(bytes).fill(byte + index);
  const isHybrid = wrap.method === 'rsa-aes';
  return {
    wrappedEphemeral: isHybrid ? filled(kek.bits / 8, 0x50) : null,
    wrappedKey: filled(isHybrid ? wrappedBytes : kek.bits / 8, 0x60),
    sealedNonce: nonceOf(wrap) === null ? null : { iv: filled(12, 0x70), sealed: filled(28, 0x78) },
  };
}

function loggedParts({ wrappedEphemeral, wrappedKey, sealedNonce }: WrappedParts): JsonValue {
  const part = (called: string, bytes: Uint8Array | undefined | null): JsonValue[] =>
    bytes === undefined || bytes === null ? [] : [{ name: called, sha256: sha256(bytes), bytes: bytes.length }];
  return [
    ...part(partNames.ephemeral, wrappedEphemeral),
    ...part(partNames.key, wrappedKey),
    ...part(partNames.iv, sealedNonce?.iv),
    ...part(partNames.nonce, sealedNonce?.sealed),
  ];
}

const people = [
  { id: 'p1', name: 'Ada', organisation: '', roles: ['operator'], initials: 'AL', identifiedBy: 'passport' },
  { id: 'p2', name: 'Kim', organisation: '', roles: ['witness'], initials: 'KI', identifiedBy: 'passport' },
];

/** A piece of work as the log has it: what names it, what only the outcome has, and what only the request has. */
type Work = (named: Event, outcome: Event, asked?: Event) => readonly Event[];

const workstation = { application, electron: '43.2.0', node: '24.18.0', platform: 'Linux', host: 'room', interfaces: [] }; // prettier-ignore

/** The events of a ceremony as far as a bundle tells of them. */
export function eventsOf(sample: Sample): Event[] {
  const { plan, keys } = sample;
  let effect = 0;
  const work: Work = (named, outcome, asked = {}) => {
    effect += 1;
    return [
      { type: 'effect-requested', effect, step: 'x', request: { ...named, ...asked } },
      { type: 'effect-completed', effect, settled: false, outcome: { ...named, ...outcome } },
    ];
  };
  const weak = keys.filter(({ wrap }) => wrap.oaepHash === null).map(({ id }) => id);
  return [
    { type: 'ceremony-opened', ceremony, mode: 'rehearsal', application, tokenSerial: null, siteSha256: null, planApproval: null, planSha256: sha256(canonicalBytes(plan)), plan }, // prettier-ignore
    ...work(
      { kind: 'inspect-workstation' },
      { ...workstation, notices: [{ rule: 'AIR-GAP-CLOSED', text: 'eth0 is up' }] },
    ),
    confirmed('roll-call.people', [], { kind: 'people', people }),
    ...people.map(({ id }) => registered(id)),
    confirmed('roll-call.present', ['p1', 'p2']),
    ...approved('roll-call.start'),
    ...work({ kind: 'probe-token' }, { mechanisms: [], proofs: keys.map((key) => proofOf(sample, key)), lacking: [] }),
    ...work({ kind: 'read-inbound' }, { keks: keys.map(loggedKek) }, { folder: '/media/a' }),
    ...keys.map(({ id }) => confirmed(`bring-in.compare.${id}`, ['p1', 'p2'])),
    ...approved('bring-in.accept'),
    ...approved('keys.make'),
    ...keys.flatMap(({ id, publicKey }) =>
      work({ kind: 'make-key', key: id }, madeOf(id, publicKey), { ckaId: ckaIdOf(id), label: id }),
    ),
    ...(weak.length === 0 ? [] : approved('wrap.weak', ['p2'], { kind: 'key-ids', keyIds: weak })),
    ...approved('wrap.approve'),
    confirmed('wrap.wrap', ['p1', 'p2']),
    ...keys.flatMap((key) => wrapOf(sample, key, work)),
    ...approved('take-out.write', ['p2'], { kind: 'folders', folders: ['/media/b'] }),
    { type: 'effect-requested', effect: effect + 1, step: 'take-out.write', request: { kind: 'write-copy', copy: 1, folder: '/media/b', createdAt, logSize: 8 } }, // prettier-ignore
  ];
}

const loggedKek = ({ id: key, kek, importToken, nonce }: SampleKey): Event => ({
  ...kek,
  key,
  spki: hex(kek.spki),
  spkiSha256: sha256(kek.spki),
  importToken: importToken === null ? null : hex(importToken),
  nonce: nonce === null ? null : hex(nonce),
  files: [],
  notices: [{ rule: 'KEK-EXPONENT-USUAL', text: `${key}: look at e` }],
});

const ckaIdOf = (id: string): string => sha256(id).slice(0, 32);

const madeOf = (id: string, publicKey: Uint8Array | null): Event => ({
  publicKey: publicKey === null ? null : hex(publicKey),
  publicKeySha256: publicKey === null ? null : sha256(publicKey),
  ckaId: ckaIdOf(id),
  attributes: [],
  keyCheckValues: publicKey === null ? [{ method: 'aes-ecb-zero-block', value: 'DC95C0' }] : [],
});

function proofOf({ plan }: Sample, { id, wrap }: SampleKey): Event {
  const { spec = '' } = (plan['keys'] as readonly Event[]).find((key) => key['id'] === id) ?? {};
  const isHybrid = wrap.method === 'rsa-aes';
  return {
    spec,
    method: wrap.method,
    oaepHash: wrap.oaepHash,
    nonce: nonceOf(wrap),
    performed: isHybrid ? 'composed' : 'single',
    kwpMechanism: isHybrid ? '0x210b' : null,
    payloadBytes: 32,
  };
}

const wrapOf = (sample: Sample, key: SampleKey, work: Work): readonly Event[] =>
  work({ kind: 'wrap-key', key: key.id }, { parts: loggedParts(partsOf(sample, key)), proof: proofOf(sample, key) });

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
  const others = [...files].filter(([path]) => path !== layout.manifest);
  const pathsOf = (id: string) => others.map(([path]) => path).filter((path) => path.startsWith(`${keyFolder(id)}/`));
  const old = manifestOf(files);
  const manifest: Manifest = {
    ...old,
    keys: old.keys.map((key) => ({ ...key, files: pathsOf(key.id) })),
    files: others.map(([path, bytes]) => ({ path, sha256: sha256(bytes), bytes: bytes.length })),
    ...change,
  };
  return new Map([...others, [layout.manifest, manifestBytes(manifest)]]);
}

/**
 * A log written anew, and with it all that follows from it: transcript, upload sheet, and what the manifest says of each
 * key. What a log does not tell stays as it was; a key that it leaves out is gone with its files.
 */
export function withLog(files: Files, events: readonly JsonValue[]): Map<string, Uint8Array> {
  const entries = sampleLog(events);
  const facts = unlessRefused(() => factsOf(entries));
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
