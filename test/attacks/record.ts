import { parseExtract } from '../../app/audit/extract.ts';
import { rootOver } from '../../app/audit/log-tree.ts';
import { noteKeyId, noteOf, parseNote } from '../../app/audit/signed-note.ts';
import { layout, manifestNoteFile, publicKeyOf as keyFile } from '../../app/bundle/layout.ts';
import { manifestBytes } from '../../app/bundle/manifest.ts';
import type { KnownElsewhere } from '../../app/bundle/verify-known.ts';
import { pgpWords } from '../../app/keys/fingerprint.ts';
import { encodePublicKeyPem } from '../../app/keys/pem.ts';
import { hexToBytes, utf8ToBytes } from '../../app/keys/bytes.ts';
import { manifestOf, sha256, withLog, type Files } from '../app/bundle/bundle-maker.ts';
import { sampleBundle, sampleEvents } from '../app/bundle/sample-bundle.ts';
import { cloudBundle } from '../app/bundle/sample-clouds.ts';
import { interrupted, mediumNoted, sampleLog, stepAt, steadyClock, type Event } from '../app/bundle/sample-log.ts';
import { eventsIn } from '../differential/mutants.ts';
import { newerKeyName, publicKeyOf, signatureOf } from '../support/keys.ts';

/** What somebody makes of a bundle, and what its reader knows by another way. */
export interface Attacked {
  readonly files: Files;
  readonly known?: Partial<KnownElsewhere>;
}

export const sound = sampleBundle();
const other = cloudBundle();
const { files } = sound;
const events = eventsIn(files);

const textOf = (path: string, from: Files = files): string => Buffer.from(from.get(path) ?? []).toString('utf8');
const put = (path: string, content: Uint8Array | string, into: Files = files): Files =>
  new Map([...into, [path, typeof content === 'string' ? utf8ToBytes(content) : content]]);
const without = (path: string): Files => new Map([...files].filter(([name]) => name !== path));

function flipped(path: string): Files {
  const bytes = Uint8Array.from(files.get(path) ?? []);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
  return put(path, bytes);
}

/** Lists every file as it is now. Whoever does it has no key: the signature is that of the manifest before. */
function relisted(changed: Files): Files {
  const manifest = manifestOf(changed);
  const listed = manifest.files.map(({ path }) => {
    const bytes = changed.get(path) ?? new Uint8Array();
    return { path, sha256: sha256(bytes), bytes: bytes.length };
  });
  const text = Buffer.from(manifestBytes({ ...manifest, files: listed })).toString('utf8');
  const signatures = parseNote(textOf(manifestNoteFile))?.signatures ?? [];
  return put(manifestNoteFile, noteOf({ text, signatures }), put(layout.manifest, text, changed));
}

/** A note that a newer key signs in the place of the one that signed it. */
function signedNewly(note: string): string {
  const { text, signatures } = parseNote(note) ?? { text: '', signatures: [] };
  const key = { keyId: noteKeyId(publicKeyOf(newerKeyName)), signature: signatureOf(newerKeyName, utf8ToBytes(text)) };
  return noteOf({ text, signatures: signatures.map((one, index) => (index === 0 ? { ...one, ...key } : one)) });
}

const checkpoints = [...files.keys()].filter((path) => path.startsWith('record/checkpoints/'));
const [someCheckpoint = ''] = checkpoints;

/** Every checkpoint and the manifest signed by a newer key, whose public half lies in the record. */
function resigned(): Files {
  const newer = encodePublicKeyPem(hexToBytes(publicKeyOf(newerKeyName)));
  const notes = checkpoints.map((path) => [path, utf8ToBytes(signedNewly(textOf(path)))] as const);
  const listed = relisted(new Map([...files, ...notes, [keyFile('log'), utf8ToBytes(newer)]]));
  return put(manifestNoteFile, signedNewly(textOf(manifestNoteFile, listed)), listed);
}

/** The events of the log, the key that signs it another one. */
const underNewerKey = (of: readonly Event[]): readonly Event[] =>
  of.map((event) => {
    const outcome = event['outcome'] as Event | null | undefined;
    return outcome?.['kind'] === 'make-log-key'
      ? { ...event, outcome: { ...outcome, publicKey: publicKeyOf(newerKeyName) } }
      : event;
  });

const fromRecord = (of: Files): [string, Uint8Array][] => [...of].filter(([path]) => path.startsWith('record/'));
const accepted = events.findIndex((event) => event['type'] === 'approval-given');
const swapped = events.toSpliced(accepted, 2, events[accepted + 1] ?? {}, events[accepted] ?? {});
const relabelled = events.with(accepted, { ...events[accepted], subject: 'wrap.approve' });
const setBack = (index: number): number => steadyClock(index) - (index > 60 ? 3_600_000 : 0);
const repaired: Event = { type: 'log-repaired', kept: 'log', other: 'replaced', missing: 0, cut: 0, rule: 'LOG-COPIES-AGREE', aside: null }; // prettier-ignore
/** Over the whole sound log, as people write it. */
function lastCheckpoint(): NonNullable<KnownElsewhere['checkpoint']> {
  const entries = parseExtract(files.get(layout.log) ?? new Uint8Array());
  const words = pgpWords(hexToBytes(rootOver(entries))).map((word) => word.toLowerCase());
  return { size: entries.length, first: words[0] ?? '', last: words.at(-1) ?? '' };
}

/** The log with an entry that nobody signed, before the order to write the bundle. */
function putIn(event: Event): readonly Event[] {
  return [...events.slice(0, -1), event, ordering({ logSize: events.length + 1 })];
}

/** The order to write the bundle, with which the log ends, otherwise. */
function ordering(change: Event): Event {
  const order = events.at(-1) ?? {};
  return { ...order, request: { ...(order['request'] as Event), ...change } };
}

/** Where the first piece of work is asked for. */
const firstWork = events.findIndex(({ type }) => type === 'effect-requested');

/** Another log of the same ceremony. */
const branch = withLog(files, sampleEvents().with(0, { ...sampleEvents()[0], tokenSerial: 'another' }));

/** By their names in docs/attacks.md. */
export const attacks: Readonly<Record<string, () => Attacked>> = {
  'A bit of the log is flipped': () => ({ files: flipped(layout.log) }),
  'A key transfer file is cut short': () => {
    const [path = '', bytes = new Uint8Array()] = [...files].find(([name]) => name.endsWith('.byok')) ?? [];
    return { files: put(path, bytes.subarray(0, -16)) };
  },
  'The log is emptied': () => ({ files: relisted(put(layout.log, '')) }),
  'The end of the log is cut off, and the manifest lists what is left': () => ({
    files: relisted(put(layout.log, `${textOf(layout.log).split('\n').slice(0, -4).join('\n')}\n`)),
  }),
  'The note of the manifest is gone': () => ({ files: without(manifestNoteFile) }),
  'A manifest that nobody signed is offered as signed': () => ({
    files: put(manifestNoteFile, `${textOf(layout.manifest)}\n`),
  }),
  'The manifest is signed by another key': () => ({
    files: put(manifestNoteFile, signedNewly(textOf(manifestNoteFile))),
  }),
  'A checkpoint that nobody signed is offered as signed': () => ({
    files: relisted(put(someCheckpoint, `${textOf(someCheckpoint).split('\n\n')[0] ?? ''}\n\n`)),
  }),
  'A checkpoint is signed by another key': () => ({
    files: relisted(put(someCheckpoint, signedNewly(textOf(someCheckpoint)))),
  }),
  'The log is that of another ceremony': () => ({
    files: relisted(put(layout.log, other.files.get(layout.log) ?? new Uint8Array())),
  }),
  'The whole record is that of another ceremony': () => ({
    files: new Map([...[...files].filter(([path]) => !path.startsWith('record/')), ...fromRecord(other.files)]),
  }),
  'Everything is signed anew by a newer key': () => ({ files: resigned() }),
  'Everything is signed anew by a newer key that the log names': () => ({
    files: withLog(files, underNewerKey(events)),
  }),
  'An entry before the last approval is changed, and sealed anew with the log key': () => ({
    files: withLog(files, relabelled),
  }),
  'An entry before the last approval is taken out, and sealed anew with the log key': () => ({
    files: withLog(files, events.toSpliced(accepted, 1)),
  }),
  'An entry before the last approval is put in, and sealed anew with the log key': () => ({
    files: withLog(files, events.toSpliced(accepted, 0, events[accepted] ?? {})),
  }),
  'Two entries change places, and are sealed anew with the log key': () => ({ files: withLog(files, swapped) }),
  'The end of the log is cut off, and sealed anew with the log key': () => ({
    files: withLog(files, sampleEvents().slice(0, -12)),
  }),
  'An entry is put in behind the last signature of a person, and sealed anew with the log key': () => ({
    files: withLog(files, putIn(mediumNoted)),
  }),
  'The same; the reader has the hash of the manifest from the paper': () => ({
    files: withLog(files, putIn(mediumNoted)),
    known: { manifestSha256: sha256(files.get(layout.manifest) ?? new Uint8Array()) },
  }),
  'A second opening is put in there, of another ceremony': () => ({
    files: withLog(files, putIn({ ...events[0], ceremony: 'rehearsal-2026-11-24-aaaaaa' })),
  }),
  'Work that is long done is said to be interrupted there': () => ({ files: withLog(files, putIn(interrupted(1))) }),
  'The order to write the bundle says another length': () => ({
    files: withLog(files, [...events.slice(0, -1), ordering({ logSize: events.length + 1 })]),
  }),
  'The order to write the bundle has another number': () => {
    const order = ordering({});
    return { files: withLog(files, [...events.slice(0, -1), { ...order, effect: Number(order['effect']) + 1 }]) };
  },
  'Entries are put behind the end, and sealed anew with the log key': () => ({
    files: withLog(files, [...events, mediumNoted]),
  }),
  'The log is one branch of a fork, the checkpoints are of the other': () => ({
    files: relisted(new Map([...branch, ...[...files].filter(([path]) => checkpoints.includes(path))])),
  }),
  'Something that no form knows is written into an event, and everybody signs it': () => ({
    files: withLog(files, sampleEvents().with(0, { ...sampleEvents()[0], sealed: true })),
  }),
  'Work that was interrupted is said to be done, and nobody looked': () => ({
    files: withLog(files, sampleEvents().toSpliced(firstWork + 1, 0, interrupted(1))),
  }),
  'The clock is set back, and nothing tells of it': () => ({
    files: withLog(files, sampleEvents(), sampleLog(sampleEvents(), setBack)),
  }),
  'The log was repaired over a choice of the people, and nothing was decided on': () => ({
    files: withLog(files, sampleEvents().toSpliced(stepAt('bring-in.accept', events), 0, repaired)),
  }),
  'All of it is written anew, with every key; the reader has the hash of the log key from the paper': () => ({
    files: withLog(files, underNewerKey(sampleEvents())),
    known: { logKeySha256: sha256(hexToBytes(publicKeyOf('log'))) },
  }),
  'All of it is written anew, with every key; the reader has the hash of the manifest from the paper': () => ({
    files: withLog(files, underNewerKey(sampleEvents())),
    known: { manifestSha256: sha256(files.get(layout.manifest) ?? new Uint8Array()) },
  }),
  'All of it is written anew, with every key; the reader has a checkpoint from the paper': () => ({
    files: withLog(files, underNewerKey(sampleEvents())),
    known: { checkpoint: lastCheckpoint() },
  }),
};
