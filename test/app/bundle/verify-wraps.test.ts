import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { verdictOf } from '../../../app/bundle/verification.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { testKek } from '../../support/inbound-files.ts';
import { application, besidesSteps, manifestOf, sha256, withLog, type Files } from './bundle-maker.ts';
import { newPublicKey } from './sample-bundle.ts';
import { awsKeyId, cloudBundle, cloudEvents, clouds, importJob, newKek } from './sample-clouds.ts';

// Every log here is one that somebody wrote anew, whole and chained, with transcript, sheet and manifest made to fit.

type Members = Record<string, JsonValue>;

/** The outcome of a piece of work, as far as somebody changes it. */
interface Outcome {
  readonly kind: string;
  readonly key?: string;
  keks?: readonly Members[];
  proofs?: readonly Members[];
  proof?: Members;
  parts?: readonly Members[];
}
interface Loose {
  readonly type: string;
  readonly outcome?: Outcome;
}

const sample = cloudBundle();
const verify = (files: Files) => verifyBundle({ folder: sample.folder, files }, application);
const broken = (events: readonly JsonValue[]) =>
  besidesSteps(
    verify(withLog(sample.files, events)).flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : [])),
  );

const outcomesIn = (events: readonly Loose[], kind: string): Outcome[] =>
  events.flatMap(({ outcome }) => (outcome?.kind === kind ? [outcome] : []));
const isProbe = (event: Loose): boolean => outcomesIn([event], 'probe-token').length > 0;

const rewritten = (change: (events: Loose[]) => readonly Loose[]): JsonValue[] =>
  change(structuredClone(cloudEvents()) as unknown as Loose[]) as unknown as JsonValue[];

/** The log with the outcomes of one kind, of one key where they are of one, changed in place. */
const changed = (kind: string, key: string | undefined, change: (outcome: Outcome) => void): JsonValue[] =>
  rewritten((events) => {
    const found = outcomesIn(events, kind).filter((outcome) => outcome.key === key);
    expect(found.length).toBeGreaterThan(0);
    found.forEach(change);
    return events;
  });

/** Other members of the wrapping key of a key. */
const kek = (key: string, more: Members): JsonValue[] =>
  changed('read-inbound', undefined, ({ keks }) => {
    keks?.filter((members) => members['key'] === key).forEach((members) => Object.assign(members, more));
  });

it('a wrapping key is read for each key of the plan, and for no other', () => {
  const stray = changed('read-inbound', undefined, (outcome) => {
    outcome.keks = (outcome.keks ?? []).flatMap((members, at) => (at === 0 ? [members, { ...members, key: 'stray' }] : [members])); // prettier-ignore
  });
  expect(broken(stray)).toEqual(['BUNDLE-WRAPS-AS-PROVEN']);
});

/** Other parts that the token is said to have given out. */
const parts = (key: string, change: (parts: readonly Members[]) => readonly Members[]): JsonValue[] =>
  changed('wrap-key', key, (outcome) => (outcome.parts = change(outcome.parts ?? [])));

/** Another proof beside the wrap, and the same at the test of the token. */
const proof = (key: string, more: Members): JsonValue[] =>
  rewritten((events) => {
    for (const outcome of outcomesIn(events, 'wrap-key').filter((each) => each.key === key)) {
      const forged = { ...outcome.proof, ...more };
      outcome.proof = forged;
      for (const probe of outcomesIn(events, 'probe-token')) probe.proofs = [...(probe.proofs ?? []), forged];
    }
    return events;
  });

/** Another test of the token than the wraps show. */
const probe = (change: (proofs: readonly Members[]) => readonly Members[]): JsonValue[] =>
  changed('probe-token', undefined, (outcome) => (outcome.proofs = change(outcome.proofs ?? [])));

const spki = (bytes: Uint8Array): Members => ({ spki: Buffer.from(bytes).toString('hex'), spkiSha256: sha256(bytes) });
const [awsKek] = clouds.keys;
const awsSpki = awsKek?.kek.spki ?? new Uint8Array();

/** The DER of a 2048-bit key with the last byte of its modulus exchanged: the exponent and its header take five. */
function withModulusEnding(last: number): Uint8Array {
  const changed = new Uint8Array(testKek(2048).spki);
  changed[changed.length - 6] = last;
  return changed;
}

describe('a sound bundle for four clouds', () => {
  it('breaks no rule, and leaves its deadlines and signatures open', () => {
    const open = verify(sample.files).filter(({ outcome }) => outcome !== 'holds');
    expect(open.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      ['BUNDLE-DEADLINE-AHEAD', 'not-checkable'],
      ['BUNDLE-CHECKPOINT-AS-ON-PAPER', 'not-checkable'],
      ['BUNDLE-LOG-KEY-TRUSTED', 'not-checkable'],
      ['BUNDLE-MANIFEST-AS-ON-PAPER', 'not-checkable'],
    ]);
    expect(verdictOf(verify(sample.files))).toBe('holds');
    expect(manifestOf(sample.files).keys.map(({ id }) => id)).toEqual(['aws', 'google', 'ibm', 'tencent']);
  });
});

describe('a log that was written anew around another wrapping key', () => {
  it.each<[string, JsonValue[]]>([
    ['of another key at AWS', kek('aws', { id: awsKeyId.replace('1234abcd', '9999abcd') })],
    ['of a key at AWS that is not named', kek('aws', { id: null })],
    ['of another import job at Google', kek('google', { id: importJob.replace('job-1', 'job-2') })],
    ['of another instance at IBM', kek('ibm', { id: '00000000-5e6f-4a1b-8c2d-9e0f1a2b3c4d' })],
    ['that is no DER', kek('aws', spki(Uint8Array.of(0)))],
    ['that is no RSA key', kek('aws', spki(newPublicKey()))],
    ['with a byte after it', kek('aws', spki(Uint8Array.from([...awsSpki, 0])))],
    ['of another size than the log says', kek('aws', spki(newKek(3072)))],
    ['of a size that the way does not take', kek('google', { ...spki(newKek(2048)), bits: 2048 })],
    ['with an even modulus', kek('tencent', spki(withModulusEnding(0)))],
    ['that serves two places', kek('aws', spki(testKek(2048).spki))],
  ])('%s', (_, events) => {
    const rules = broken(events);
    expect(rules).toContain('BUNDLE-WRAPS-AS-PROVEN');
    // Where the size changes, the files do not fit it either.
    expect(rules.filter((rule) => !rule.includes('BLOB'))).toEqual(['BUNDLE-WRAPS-AS-PROVEN']);
  });

  it('that came with an earlier reading, and not with the last', () => {
    const events = changed('read-inbound', undefined, (outcome) => {
      outcome.keks = (outcome.keks ?? []).filter((members) => members['key'] !== 'aws');
    });
    const read = (of: readonly JsonValue[]) => of.findIndex((event) => JSON.stringify(event).includes('"outcome":{"kind":"read-inbound"')); // prettier-ignore
    const earlier = cloudEvents().slice(read(cloudEvents()), read(cloudEvents()) + 1);
    expect(broken(events.toSpliced(read(events), 0, ...earlier))).toEqual([
      'BUNDLE-UPLOAD-AS-LOGGED',
      'BUNDLE-QUORUM-APPROVED',
      'BUNDLE-KEYS-AS-LOGGED',
      'BUNDLE-WRAPS-AS-PROVEN',
      'BUNDLE-BLOBS-AS-LOGGED',
    ]);
  });

  it('of another key than the hash says', () => {
    const events = kek('google', { spki: Buffer.from(testKek(4096).spki).toString('hex'), bits: 4096 });
    expect(broken(events)).toContain('BUNDLE-KEYS-AS-LOGGED');
  });
});

describe('a log that was written anew around another way to wrap', () => {
  const direct = { option: 'rsa-oaep-3072-sha256' };
  it.each<[string, JsonValue[]]>([
    ['a direct job beside a hybrid wrap', kek('google', direct)],
    ['a job of SHA-256 beside a wrap with SHA-1', proof('google', { oaepHash: 'sha1' })],
    ['a job of a method that there is not', kek('google', { option: 'rsa-oaep-1024-sha256' })],
    ['an option where the plan names it', kek('aws', { option: 'RSAES_OAEP_SHA_1' })],
    ['no nonce from IBM', kek('ibm', { nonce: null })],
    ['a nonce of 11 bytes', kek('ibm', { nonce: '09'.repeat(11) })],
    ['a nonce where none is asked for', kek('aws', { nonce: '09'.repeat(12) })],
    ['a proof for IBM without a nonce', proof('ibm', { nonce: null })],
    ['a proof for a key of another spec', proof('ibm', { spec: 'aes-128' })],
    ['a proof of a direct wrap with an AES mechanism', proof('aws', { kwpMechanism: '0x210b' })],
    ['a proof of a hybrid wrap without one', proof('google', { kwpMechanism: null })],
    ['a hybrid wrap in one piece', proof('google', { performed: 'single' })],
  ])('%s', (_, events) => {
    const rules = broken(events);
    expect(rules).toContain('BUNDLE-WRAPS-AS-PROVEN');
    expect(rules.every((rule) => rule === 'BUNDLE-WRAPS-AS-PROVEN' || rule === 'BUNDLE-UPLOAD-AS-LOGGED')).toBe(true);
  });

  it('a job that does not say by which method, though the first would fit', () => {
    const events = kek('google', { option: null, ...spki(newKek(4096)), bits: 4096 });
    expect(broken(events)).toContain('BUNDLE-WRAPS-AS-PROVEN');
  });

  it.each<[string, JsonValue[]]>([
    ['no test of the token', rewritten((events) => events.filter((event) => !isProbe(event)))],
    ['a test that proved nothing', probe(() => [])],
    [
      'a test that proved another mechanism',
      probe((proofs) => proofs.map((each) => ({ ...each, kwpMechanism: '0x210a' }))),
    ],
    ['a test that proved the other keys', probe((proofs) => proofs.slice(1))],
    [
      'a test after the wraps',
      rewritten((events) => {
        const others = events.filter((event) => !isProbe(event));
        return others.toSpliced(-1, 0, ...events.filter(isProbe));
      }),
    ],
    [
      'a later test that proved nothing',
      rewritten((events) => {
        const none = {
          type: 'effect-completed',
          effect: 1,
          settled: false,
          outcome: { kind: 'probe-token', mechanisms: [], proofs: [], lacking: [] },
        };
        return events.toSpliced(events.findIndex(isProbe) + 1, 0, none);
      }),
    ],
  ])('%s', (_, events) => {
    expect(broken(events)).toEqual(['BUNDLE-WRAPS-AS-PROVEN']);
  });

  it.each<[string, JsonValue[]]>([
    ['a part of another name', parts('google', (all) => all.map((part) => ({ ...part, name: 'wrapped target key' })))],
    ['parts in another order', parts('ibm', (all) => all.toReversed())],
    ['no part for the nonce', parts('ibm', (all) => all.slice(0, 1))],
    [
      'a part for an ephemeral key that there is not',
      parts('aws', (all) => [{ name: 'wrapped ephemeral key', sha256: sha256('x'), bytes: 1 }, ...all]),
    ],
  ])('%s', (_, events) => {
    const rules = broken(events);
    expect(rules).toContain('BUNDLE-WRAPS-AS-PROVEN');
    expect(rules.filter((rule) => rule !== 'BUNDLE-BLOBS-AS-LOGGED')).toEqual(['BUNDLE-WRAPS-AS-PROVEN']);
  });

  it.each<[string, JsonValue[]]>([
    ['no import token from AWS', kek('aws', { importToken: null })],
    ['an import token from Google', kek('google', { importToken: 'aa' })],
  ])('%s', (_, events) => {
    expect(broken(events)).toEqual(['BUNDLE-BLOBS-AS-LOGGED']);
  });
});
