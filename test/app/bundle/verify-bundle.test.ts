import { describe, expect, it, vi } from 'vitest';
import type * as Signature from '../../../app/approval/signature.ts';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { extractBytes } from '../../../app/audit/extract.ts';
import { layout, publicKeyPath } from '../../../app/bundle/layout.ts';
import type { Manifest, ManifestKey } from '../../../app/bundle/manifest.ts';
import { verdictOf } from '../../../app/bundle/verification.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { encodePublicKeyPem } from '../../../app/keys/pem.ts';
import { testKek } from '../../support/inbound-files.ts';
import {
  application,
  blobsOf,
  manifestOf,
  sampleLog,
  sha256,
  utf8,
  withLog,
  withManifest,
  type Files,
} from './bundle-maker.ts';
import { foreignBundle, newPublicKey, plan, sample as ceremony, sampleBundle, sampleEvents } from './sample-bundle.ts';

// The same few signatures stand in thousands of bundles here: each is judged once.
vi.mock('../../../app/approval/signature.ts', async (original) => {
  const signature = await original<typeof Signature>();
  const judged = new Map<string, boolean>();
  const isSignedBy: typeof signature.isSignedBy = (key, message, der) => {
    const asked = `${key} ${Buffer.from(message).toString('hex')} ${der}`;
    const known = judged.get(asked) ?? signature.isSignedBy(key, message, der);
    judged.set(asked, known);
    return known;
  };
  return { ...signature, isSignedBy };
});

const sample = sampleBundle();
const signingKey = ceremony.keys[0]?.publicKey ?? new Uint8Array();
const blobPath = 'keys/signing/KeyTransferPackage-signing.byok';
const verify = (files: Files, folder = sample.folder) => verifyBundle({ folder, files }, application);
const outcomes = (files: Files, outcome: string, folder?: string) =>
  verify(files, folder).flatMap((result) => (result.outcome === outcome ? [result.rule] : []));
const broken = (files: Files) => outcomes(files, 'broken');

const without = (path: string) => new Map([...sample.files].filter(([name]) => name !== path));
const including = (path: string, bytes: Uint8Array) => new Map([...sample.files, [path, bytes]]);
/** A file exchanged and the manifest made to fit again: only the deeper checks can see it. */
const forged = (path: string, bytes: Uint8Array) => withManifest(including(path, bytes));
const forgedLog = (events: readonly JsonValue[]) => withLog(sample.files, events);
const relisted = (change: Partial<Manifest>) => withManifest(sample.files, change);
const relistedKey = (change: Partial<ManifestKey>) =>
  relisted({ keys: manifestOf(sample.files).keys.map((key, index) => (index === 0 ? { ...key, ...change } : key)) });
const edited = (index: number, change: Record<string, JsonValue>) =>
  sampleEvents().map((event, at) => (at === index ? { ...event, ...change } : event));
/** Every event with a piece of its JSON exchanged. */
const rewritten = (piece: string, other: string) =>
  JSON.parse(JSON.stringify(sampleEvents()).replaceAll(piece, other)) as JsonValue[];

/** What only the reader knows from elsewhere. */
const unknown = ['BUNDLE-CHECKPOINT-AS-ON-PAPER', 'BUNDLE-LOG-KEY-TRUSTED', 'BUNDLE-MANIFEST-AS-ON-PAPER'];

describe('a sound bundle', () => {
  it('breaks no rule, and says what was not checked', () => {
    expect(broken(sample.files)).toEqual([]);
    expect(outcomes(sample.files, 'not-checkable')).toEqual(unknown);
    expect(verify(sample.files).every(({ detail }) => detail !== '')).toBe(true);
  });

  it('may lie in a folder of another name', () => {
    expect(outcomes(sample.files, 'not-checkable', 'copy')).toEqual(['BUNDLE-NAMED-AS-CEREMONY', ...unknown]);
    expect(outcomes(sample.files, 'broken', 'copy')).toEqual([]);
  });

  it('names its deadlines without judging them', () => {
    const files = forgedLog(rewritten('"deadline":null', '"deadline":"2026-11-24T14:07:32Z"'));
    expect(manifestOf(files).keys[0]?.deadline).toBe('2026-11-24T14:07:32Z');
    expect(broken(files)).toEqual([]);
    expect(outcomes(files, 'not-checkable')).toEqual(['BUNDLE-DEADLINE-AHEAD', ...unknown]);
  });

  it.each([
    ['before the bundle was made', '2026-11-23T14:07:31Z'],
    ['the very second in which it was made', '2026-11-23T14:07:32Z'],
    ['before the wrap', '2026-11-23T14:00:10Z'],
    ['within the same second', '2026-11-23T14:07:32.000Z'],
  ])('is broken when log and manifest name a deadline %s', (_, deadline) => {
    const files = forgedLog(rewritten('"deadline":null', `"deadline":"${deadline}"`));
    expect(manifestOf(files).keys.map((key) => key.deadline)).toEqual([deadline, deadline]);
    expect(broken(files)).toEqual(['BUNDLE-DEADLINE-AHEAD']);
  });

  it('is broken when a deadline had passed at the wrap, whatever it says of its own time', () => {
    const early = '2026-11-23T13:00:00Z';
    const events = JSON.parse(
      JSON.stringify(sampleEvents())
        .replaceAll('"deadline":null', '"deadline":"2026-11-23T13:30:00Z"')
        .replaceAll('2026-11-23T14:07:32Z', early),
    ) as JsonValue[];
    expect(broken(withManifest(forgedLog(events), { createdAt: early }))).toEqual(['BUNDLE-DEADLINE-AHEAD']);
  });

  it('is checked by the same rules whatever it holds', () => {
    const rules = verify(sample.files).map(({ rule }) => rule);
    expect(verify(new Map()).map(({ rule }) => rule)).toEqual(rules);
    expect(broken(new Map())).toEqual(['BUNDLE-MANIFEST-SCHEMA', 'LOG-CHAIN-INTACT']);
  });
});

describe('any changed file is found', () => {
  it.each([...sample.files.keys()])(
    '%s: bytes all over it',
    (path) => {
      const bytes = sample.files.get(path) ?? new Uint8Array();
      const step = Math.max(1, Math.floor(bytes.length / (/^record\/(?:proofs|keys)\//u.test(path) ? 6 : 30)));
      for (let at = 0; at < bytes.length; at += step) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        expect(broken(including(path, damaged))).not.toEqual([]);
      }
    },
    600_000,
  );

  it.each([...sample.files.keys()])('%s: taken away, emptied, made longer', (path) => {
    const bytes = sample.files.get(path) ?? new Uint8Array();
    for (const files of [
      without(path),
      including(path, new Uint8Array()),
      including(path, Uint8Array.from([...bytes, 10])),
    ]) {
      expect(broken(files)).not.toEqual([]);
    }
  });

  it('a file too many', () => {
    expect(broken(including('keys/signing/extra.txt', utf8('x')))).toEqual(['BUNDLE-NO-UNLISTED-FILE']);
    expect(broken(including('MANIFEST.json.note', utf8('note')))).toEqual(['BUNDLE-SIGNED']);
  });
});

describe('a manifest that was made to fit is contradicted', () => {
  const events = sampleEvents();
  const allOfTheLog = [
    'BUNDLE-LOG-OF-CEREMONY',
    'BUNDLE-PLAN-AS-HASHED',
    'BUNDLE-REPORT-AS-LOGGED',
    'BUNDLE-UPLOAD-AS-LOGGED',
    'BUNDLE-ROLL-CALL-AS-PLANNED',
    'BUNDLE-STEPS-AS-PLANNED',
    'BUNDLE-CONFIRMED-AS-PLANNED',
    'BUNDLE-APPROVALS-SIGNED',
    'BUNDLE-QUORUM-APPROVED',
    'BUNDLE-EXCEPTIONS-CLOSED',
    'BUNDLE-CLOCK-TOLD',
    'BUNDLE-KEYS-AS-PLANNED',
    'BUNDLE-KEYS-AS-LOGGED',
    'BUNDLE-WRAPS-AS-PROVEN',
    'BUNDLE-BLOBS-AS-LOGGED',
  ];
  it.each<[string, Files, string[]]>([
    ['the title', relisted({ title: 'Another' }), ['BUNDLE-KEYS-AS-PLANNED']],
    ['the mode', relisted({ mode: 'production' }), ['BUNDLE-NAMED-AS-CEREMONY', 'BUNDLE-LOG-OF-CEREMONY']],
    [
      'the ceremony',
      relisted({ ceremony: 'rehearsal-2026-11-23-000000' }),
      ['BUNDLE-LOG-OF-CEREMONY', 'BUNDLE-CHECKPOINTS-SIGNED', 'BUNDLE-CHECKPOINTS-COSIGNED'],
    ],
    ['the generator', relisted({ generator: 'Keyferry 9.9.9' }), ['BUNDLE-LOG-OF-CEREMONY']],
    ['the time', relisted({ createdAt: '2026-11-23T14:07:33Z' }), ['BUNDLE-LOG-OF-CEREMONY']],
    ['the plan hash', relisted({ planSha256: sha256('x') }), ['BUNDLE-PLAN-AS-HASHED']],
    [
      'the spec',
      relistedKey({ spec: 'ec-p384' }),
      ['BUNDLE-KEYS-AS-PLANNED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED', 'BUNDLE-PUBLIC-KEY-AS-LISTED'],
    ],
    [
      'the operations',
      relistedKey({ destination: { ...plan.keys[0].destination, operations: ['sign'], cloud: 'public' } }),
      ['BUNDLE-KEYS-AS-PLANNED'],
    ],
    [
      'the destination',
      relistedKey({ destination: { type: 'azure-key-vault' } }),
      ['BUNDLE-KEYS-AS-PLANNED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'the KEK hash',
      relistedKey({ kek: { ...manifestOf(sample.files).keys[0]?.kek, spkiSha256: sha256('x') } as never }),
      ['BUNDLE-KEYS-AS-LOGGED'],
    ],
    [
      'the KEK id',
      relistedKey({ kek: { ...manifestOf(sample.files).keys[0]?.kek, id: 'x' } as never }),
      ['BUNDLE-KEYS-AS-LOGGED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'the KEK size',
      relistedKey({ kek: { ...manifestOf(sample.files).keys[0]?.kek, bits: 2056 } as never }),
      ['BUNDLE-KEYS-AS-LOGGED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'the wrap',
      relistedKey({ wrap: { method: 'rsa-aes', oaepHash: 'sha256', performed: 'composed' } }),
      // Azure has no such way.
      ['BUNDLE-KEYS-AS-LOGGED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'the public key',
      relistedKey({ publicKey: { spkiSha256: sha256('x') } }),
      ['BUNDLE-KEYS-AS-LOGGED', 'BUNDLE-PUBLIC-KEY-AS-LISTED'],
    ],
    ['no public key', relistedKey({ publicKey: null }), ['BUNDLE-KEYS-AS-LOGGED', 'BUNDLE-PUBLIC-KEY-AS-LISTED']],
    [
      'a check value',
      relistedKey({ keyCheckValues: [{ method: 'sha256-of-value', value: 'x' }] }),
      ['BUNDLE-KEYS-AS-LOGGED'],
    ],
    ['a deadline', relistedKey({ deadline: '2026-11-24T14:07:32Z' }), ['BUNDLE-KEYS-AS-LOGGED']],
    [
      'a key left out',
      relisted({ keys: manifestOf(sample.files).keys.slice(0, 1) }),
      ['BUNDLE-KEYS-AS-PLANNED', 'BUNDLE-BLOBS-AS-LISTED'],
    ],
    [
      'a key without its files',
      relistedKey({ files: [] }),
      ['BUNDLE-BLOBS-AS-LISTED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'a foreign file under a key',
      relistedKey({ files: [...(manifestOf(sample.files).keys[0]?.files ?? []), layout.upload] }),
      ['BUNDLE-BLOBS-AS-LISTED', 'BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    ['a foreign file among the keys', forged('keys/stray', utf8('x')), ['BUNDLE-BLOBS-AS-LISTED']],
    [
      'a blob for another KEK',
      forged(blobPath, utf8(new TextDecoder().decode(sample.files.get(blobPath)).replace('0123', '9123'))),
      ['BLOB-SHAPE-VALID', 'BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'another public key',
      forged(publicKeyPath('signing'), utf8(encodePublicKeyPem(newPublicKey()))),
      ['BUNDLE-PUBLIC-KEY-AS-LISTED'],
    ],
    [
      'a public key that is no text',
      forged(publicKeyPath('signing'), Uint8Array.of(0xff)),
      ['BUNDLE-PUBLIC-KEY-AS-LISTED'],
    ],
    [
      'a public key with a line end too many',
      forged(publicKeyPath('signing'), utf8(`${encodePublicKeyPem(signingKey)}\n`)),
      ['BUNDLE-PUBLIC-KEY-AS-LISTED'],
    ],
    ['a public key that is no PEM', forged(publicKeyPath('signing'), utf8('x')), ['BUNDLE-PUBLIC-KEY-AS-LISTED']],
    ['a plan that is not canonical', forged(layout.plan, utf8(JSON.stringify(plan))), ['BUNDLE-PLAN-AS-HASHED']],
    ['a plan that is no JSON', forged(layout.plan, utf8('{')), ['BUNDLE-PLAN-AS-HASHED']],
    ['a log of nothing', forgedLog([]), ['LOG-CHAIN-INTACT']],
    [
      'a log that begins late',
      forgedLog(sampleLog(events).slice(1).map(({ event }) => event)), // prettier-ignore
      [
        ...allOfTheLog.filter(
          (rule) => !['BUNDLE-KEYS-AS-LOGGED', 'BUNDLE-BLOBS-AS-LOGGED', 'BUNDLE-CLOCK-TOLD'].includes(rule),
        ),
        'BUNDLE-CHECKPOINTS-SIGNED',
      ],
    ],
    ['a log of another length than it says', forgedLog(edited(events.length - 1, { request: { ...(events.at(-1)?.['request'] as Record<string, JsonValue>), logSize: events.length + 1 } })), ['BUNDLE-LOG-OF-CEREMONY']], // prettier-ignore
    [
      'a log of another plan',
      forgedLog(edited(0, { plan: { ...plan, title: 'Other' } })),
      ['BUNDLE-PLAN-AS-HASHED', 'BUNDLE-KEYS-AS-PLANNED'],
    ],
    [
      'a log of a malformed plan',
      forgedLog(
        edited(0, { plan: { ...plan, keys: [{ ...plan.keys[0], destination: { type: 'azure-key-vault' } }] } }),
      ),
      ['BUNDLE-PLAN-AS-HASHED', 'BUNDLE-UPLOAD-AS-LOGGED', 'BUNDLE-STEPS-AS-PLANNED', 'BUNDLE-KEYS-AS-PLANNED', 'BUNDLE-WRAPS-AS-PROVEN'], // prettier-ignore
    ],
    [
      'a log that claims another plan hash',
      forgedLog(edited(0, { planSha256: sha256('x') })),
      ['BUNDLE-PLAN-AS-HASHED'],
    ],
    [
      'a log that wraps under another KEK than was compared',
      forgedLog(rewritten('"spki":"', '"spki":"00')),
      ['BUNDLE-KEYS-AS-LOGGED', 'BUNDLE-WRAPS-AS-PROVEN'],
    ],
    [
      'a log whose newest reading of the KEKs is malformed, so that an older one would stand',
      forgedLog([
        ...events,
        { type: 'effect-completed', settled: false, outcome: { kind: 'read-inbound', keks: [{ key: 'signing' }] } },
      ]),
      ['BUNDLE-EVENTS-IN-FORM'],
    ],
    [
      'a log whose public key is no hex',
      forgedLog(rewritten('"key":"signing","publicKey":"3', '"key":"signing","publicKey":"x')),
      ['BUNDLE-EVENTS-IN-FORM'],
    ],
    ['a log with another hash of a public key', forgedLog(rewritten(sha256(signingKey), sha256('x'))), ['BUNDLE-KEYS-AS-LOGGED']], // prettier-ignore
    [
      'a log without a wrap',
      forgedLog(events.filter((event) => !JSON.stringify(event).includes('"kind":"wrap-key","key":"store"'))),
      [
        'BUNDLE-STEPS-AS-PLANNED',
        'BUNDLE-CONFIRMED-AS-PLANNED',
        'BUNDLE-KEYS-AS-LOGGED',
        'BUNDLE-WRAPS-AS-PROVEN',
        'BUNDLE-BLOBS-AS-LOGGED',
      ],
    ],
    [
      'a blob exchanged for one of the same shape, under the same KEK',
      withManifest(
        new Map([
          ...sample.files,
          ...blobsOf(ceremony, 'signing', {
            wrappedEphemeral: new Uint8Array(256).fill(1),
            wrappedKey: new Uint8Array(152).fill(2),
            sealedNonce: null,
          }),
        ]),
      ),
      ['BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'an import token that was handed out and does not go back',
      forgedLog(rewritten('"importToken":null', '"importToken":"aa"')),
      ['BUNDLE-BLOBS-AS-LOGGED'],
    ],
    [
      'a transcript that tells otherwise',
      forged(layout.transcript, utf8('All went well.\n')),
      ['BUNDLE-TRANSCRIPT-AS-LOGGED'],
    ],
    [
      'a log that was rechained with a gap',
      forged(layout.log, extractBytes(sampleLog(events).toSpliced(1, 1))),
      ['LOG-CHAIN-INTACT'],
    ],
  ])('%s', (_, files, rules) => {
    expect(broken(files)).toEqual(rules);
  });

  it('a public key of another kind than planned, in manifest and log', () => {
    const spki = testKek(2048).spki;
    const [from, to] = [signingKey, spki].map((bytes) => Buffer.from(bytes).toString('hex'));
    const hashed = JSON.stringify(rewritten(from ?? '', to ?? '')).replaceAll(sha256(signingKey), sha256(spki));
    const files = forgedLog(JSON.parse(hashed) as JsonValue[]);
    const keys = manifestOf(files).keys.map((key) => ({ ...key, ...(key.publicKey === null ? {} : { publicKey: { spkiSha256: sha256(spki) } }) })); // prettier-ignore
    const exchanged = new Map([...files, [publicKeyPath('signing'), utf8(encodePublicKeyPem(spki))]] as const);
    expect(broken(withManifest(exchanged, { keys }))).toEqual(['BUNDLE-PUBLIC-KEY-AS-LISTED']);
  });

  it('an asymmetric key without its PEM', () => {
    const files = withManifest(without(publicKeyPath('signing')));
    expect(broken(files)).toEqual(['BUNDLE-BLOBS-AS-LISTED', 'BUNDLE-PUBLIC-KEY-AS-LISTED']);
  });

  it('a secret key that names a public key', () => {
    const keys = manifestOf(sample.files).keys.map((key) => ({ ...key, publicKey: { spkiSha256: sha256('x') } }));
    expect(broken(relisted({ keys }))).toContain('BUNDLE-PUBLIC-KEY-AS-LISTED');
    const [signing, store] = manifestOf(sample.files).keys;
    const onlyStore = [signing, store && { ...store, publicKey: { spkiSha256: sha256('x') } }].flatMap(
      (key) => key ?? [],
    );
    expect(broken(relisted({ keys: onlyStore }))).toEqual(['BUNDLE-KEYS-AS-LOGGED', 'BUNDLE-PUBLIC-KEY-AS-LISTED']);
  });

  it('a destination that this version does not know is left open, and with it the verdict', () => {
    const results = verifyBundle(foreignBundle(), application);
    const open = results.filter(({ outcome }) => outcome !== 'holds').map(({ rule, outcome }) => [rule, outcome]);
    expect(open).toEqual([
      ['BUNDLE-UPLOAD-AS-LOGGED', 'not-checkable'],
      ['BUNDLE-STEPS-AS-PLANNED', 'not-checkable'],
      ['BUNDLE-WRAPS-AS-PROVEN', 'not-checkable'],
      ['BLOB-SHAPE-VALID', 'not-checkable'],
      ['BUNDLE-BLOBS-AS-LOGGED', 'not-checkable'],
      ...unknown.map((rule) => [rule, 'not-checkable']),
    ]);
    expect(verdictOf(results)).toBe('not-checkable');
    expect(verdictOf(verify(sample.files))).toBe('holds');
    expect(verdictOf(verify(sample.files, 'copy'))).toBe('holds');
    expect(verdictOf(verifyBundle({ ...foreignBundle(), files: new Map() }, application))).toBe('broken');
    expect(broken(relistedKey({ destination: { type: 'moon-kms' } }))).toEqual(['BUNDLE-KEYS-AS-PLANNED']);
  });
});
