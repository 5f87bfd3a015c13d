import { createHash, generateKeyPairSync } from 'node:crypto';
import { canonicalBytes, type JsonValue } from '../../../app/audit/canonical-json.ts';
import { appendEntry, emptyChain, followLink } from '../../../app/audit/chain.ts';
import type { Entry } from '../../../app/audit/entry.ts';
import { extractBytes } from '../../../app/audit/extract.ts';
import { nothingCarried, type WrappedParts } from '../../../app/byok/format.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { bundleName, keyFolder, layout, publicKeyPath } from '../../../app/bundle/layout.ts';
import { manifestBytes, parseManifest, type Manifest, type ManifestKey } from '../../../app/bundle/manifest.ts';
import { transcriptText } from '../../../app/bundle/transcript.ts';

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
export const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
export const ceremony = 'rehearsal-2026-11-23-7f3a9c';
const createdAt = '2026-11-23T14:07:32Z';
const kid = (vault: string) => `https://${vault}/keys/kek/0123456789abcdef0123456789abcdef`;

/** A plan with an EC key for a vault and an AES key for a Managed HSM. */
export const plan = {
  keyferryPlan: 1,
  title: 'Payroll keys to Azure',
  roles: { operator: 1, witness: 1 },
  quorum: { witness: 1 },
  keys: [
    {
      id: 'signing',
      spec: 'ec-p256',
      source: 'generate',
      after: 'destroy',
      destination: {
        type: 'azure-key-vault',
        vault: 'contoso-prod',
        keyName: 'signing',
        operations: ['sign', 'verify'],
      },
    },
    {
      id: 'store',
      spec: 'aes-256',
      source: 'generate',
      after: 'destroy',
      destination: { type: 'azure-key-vault', managedHsm: 'contoso-hsm', keyName: 'store', operations: ['wrapKey'] },
    },
  ],
} as const;

const spki = Uint8Array.from(
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ type: 'spki', format: 'der' }),
);
const pem = `-----BEGIN PUBLIC KEY-----\n${(
  Buffer.from(spki)
    .toString('base64')
    .match(/.{1,64}/g) ?? []
).join('\n')}\n-----END PUBLIC KEY-----\n`;
const wrap = { method: 'rsa-aes', oaepHash: 'sha1', performed: 'composed' } as const;
const keyCheckValues = [{ method: 'aes-ecb-zero-block' as const, value: 'DC95C0' }];
const spkis = ['kek 1', 'kek 2'];
const keks = [
  { key: 'signing', bits: 2048, id: kid('contoso-prod.vault.azure.net') },
  { key: 'store', bits: 3072, id: kid('contoso-hsm.managedhsm.azure.net') },
].map((kek, index) => {
  const spki = spkis[index] ?? '';
  return {
    ...kek,
    spki: Buffer.from(spki).toString('hex'),
    spkiSha256: sha256(spki),
    deadline: null,
    importToken: null,
  };
});

function loggedParts(index: 0 | 1): JsonValue {
  const { wrappedEphemeral, wrappedKey } = partsOf(index);
  return [
    { name: 'wrapped ephemeral key', sha256: sha256(wrappedEphemeral), bytes: wrappedEphemeral.length },
    { name: 'wrapped target key', sha256: sha256(wrappedKey), bytes: wrappedKey.length },
  ];
}

/** The events of a ceremony as far as a bundle tells of them. */
export function sampleEvents(): JsonValue[] {
  const completed = (outcome: JsonValue): JsonValue => ({
    type: 'effect-completed',
    effect: 1,
    settled: false,
    outcome,
  });
  const confirmed = (step: string, confirmedBy: string[], input: JsonValue = { kind: 'none' }): JsonValue => ({
    type: 'step-confirmed',
    step,
    ticks: [],
    confirmedBy,
    input,
  });
  return [
    {
      type: 'ceremony-opened',
      ceremony,
      mode: 'rehearsal',
      application: 'Keyferry 0.1.0',
      planSha256: sha256(canonicalBytes(plan)),
      plan,
    },
    confirmed('roll-call.people', [], {
      kind: 'people',
      people: [
        { id: 'p1', name: 'Ada', organisation: '', roles: ['operator'] },
        { id: 'p2', name: 'Kim', organisation: '', roles: ['witness'] },
      ],
    }),
    completed({ kind: 'read-inbound', keks }),
    confirmed('bring-in.compare.signing', ['p1', 'p2']),
    confirmed('bring-in.compare.store', ['p1', 'p2']),
    confirmed('bring-in.accept', ['p2']),
    completed({ kind: 'make-key', key: 'signing', publicKey: Buffer.from(spki).toString('hex'), keyCheckValues: [] }),
    completed({ kind: 'make-key', key: 'store', publicKey: null, keyCheckValues }),
    confirmed('wrap.approve', ['p2']),
    confirmed('wrap.wrap', ['p2']),
    completed({ kind: 'wrap-key', key: 'signing', parts: loggedParts(0), proof: { ...wrap, spec: 'ec-p256' } }),
    completed({ kind: 'wrap-key', key: 'store', parts: loggedParts(1), proof: { ...wrap, spec: 'aes-256' } }),
    {
      type: 'effect-requested',
      effect: 7,
      step: 'take-out.write',
      request: { kind: 'write-copy', copy: 1, folder: '/media/b', createdAt, logSize: 8 },
    },
  ];
}

/** Chains events into a log, one second apart. */
export function sampleLog(events: readonly JsonValue[]): Entry[] {
  const entries: Entry[] = [];
  let head = emptyChain;
  for (const [index, event] of events.entries()) {
    const time = new Date(Date.UTC(2026, 10, 23, 14, 0, index)).toISOString();
    const entry = appendEntry(head, { time, actor: 'p1', event });
    entries.push(entry);
    head = followLink(head, entry);
  }
  return entries;
}

function manifestKey(index: 0 | 1): Omit<ManifestKey, 'files'> {
  const { id, spec, destination } = plan.keys[index];
  const kek = keks[index];
  if (kek === undefined) throw new Error('no such key');
  return {
    id,
    spec,
    destination: { ...destination, operations: [...destination.operations], cloud: 'public' },
    kek: { spkiSha256: kek.spkiSha256, bits: kek.bits, id: kek.id },
    wrap: { ...wrap },
    publicKey: index === 0 ? { spkiSha256: sha256(spki) } : null,
    keyCheckValues: index === 0 ? [] : keyCheckValues,
    deadline: null,
  };
}

/** What the token gave out for a key: the right lengths, and bytes of its own for each key. */
function partsOf(index: 0 | 1): WrappedParts & { readonly wrappedEphemeral: Uint8Array } {
  return {
    wrappedEphemeral: new Uint8Array((keks[index]?.bits ?? 0) / 8).fill(0x55 + index),
    wrappedKey: new Uint8Array([152, 40][index] ?? 0).fill(0x66 + index),
    sealedNonce: null,
  };
}

/** The key transfer file as the destination itself writes it. */
export function sampleBlob(index: 0 | 1, parts: WrappedParts = partsOf(index)): [string, Uint8Array] {
  const key = manifestKey(index);
  const format = destinationOf(key.destination.type);
  if (format === undefined) throw new Error('no such destination');
  const toCarry = { keyId: key.id, spec: key.spec, destination: key.destination as never, kek: key.kek, wrap };
  const [file] = format.assemble(toCarry, parts, nothingCarried, 'Keyferry test');
  if (file === undefined) throw new Error('no file');
  return [`${keyFolder(key.id)}/${file.name}`, file.bytes];
}

/** Lists files in a manifest the way a bundle is finished. */
export function withManifest(
  files: ReadonlyMap<string, Uint8Array>,
  change: Partial<Manifest> = {},
): Map<string, Uint8Array> {
  const others = [...files].filter(([path]) => path !== layout.manifest);
  const pathsOf = (id: string) => others.map(([path]) => path).filter((path) => path.startsWith(`${keyFolder(id)}/`));
  const manifest: Manifest = {
    keyferryManifest: 1,
    ceremony,
    title: plan.title,
    planSha256: sha256(canonicalBytes(plan)),
    mode: 'rehearsal',
    createdAt,
    generator: 'Keyferry 0.1.0',
    keys: [manifestKey(0), manifestKey(1)].map((key) => ({ ...key, files: pathsOf(key.id) })),
    files: others.map(([path, bytes]) => ({ path, sha256: sha256(bytes), bytes: bytes.length })),
    ...change,
  };
  return new Map([...others, [layout.manifest, manifestBytes(manifest)]]);
}

/** A log written anew, and the transcript and the manifest with it. */
export function withLog(files: ReadonlyMap<string, Uint8Array>, events: readonly JsonValue[]): Map<string, Uint8Array> {
  const entries = sampleLog(events);
  const told: [string, Uint8Array] = [layout.transcript, utf8(transcriptText(entries))];
  return withManifest(new Map([...files, told, [layout.log, extractBytes(entries)]]));
}

/** A whole, sound bundle; `events` may be others than the usual ones. */
export function sampleBundle(events = sampleEvents()): { folder: string; files: Map<string, Uint8Array> } {
  const entries = sampleLog(events);
  const files = withManifest(
    new Map([
      [layout.upload, utf8('# Upload\n')],
      sampleBlob(0),
      [publicKeyPath('signing'), utf8(pem)],
      sampleBlob(1),
      [layout.plan, canonicalBytes(plan)],
      [layout.log, extractBytes(entries)],
      [layout.transcript, utf8(transcriptText(entries))],
    ]),
  );
  return { folder: bundleName(ceremony), files };
}

/** A bundle that is sound as far as anybody can see, for a destination of some later version. */
export function foreignBundle(): ReturnType<typeof sampleBundle> {
  const destination = { type: 'moon-kms' };
  const foreign = { ...plan, keys: plan.keys.map((key) => ({ ...key, destination })) };
  const planSha256 = sha256(canonicalBytes(foreign));
  const [opened, ...events] = sampleEvents();
  const { folder, files } = sampleBundle([
    { ...(opened as Record<string, JsonValue>), plan: foreign, planSha256 },
    ...events,
  ]);
  const keys = parseManifest(files.get(layout.manifest) ?? new Uint8Array()).keys;
  const replanned = new Map([...files, [layout.plan, canonicalBytes(foreign)]]);
  return { folder, files: withManifest(replanned, { planSha256, keys: keys.map((key) => ({ ...key, destination })) }) };
}
