import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { checkpointText, originOf } from '../../../app/audit/checkpoint.ts';
import { extractBytes } from '../../../app/audit/extract.ts';
import { parseNote } from '../../../app/audit/signed-note.ts';
import {
  checkpointPath,
  layout,
  manifestNoteFile,
  proofPath,
  publicKeyOf as keyFile,
} from '../../../app/bundle/layout.ts';
import { cosignerName, sealsIn } from '../../../app/bundle/seals.ts';
import { checkRead } from '../../../app/bundle/verification.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { headOf } from '../../support/machine.ts';
import { isSignedForOpenssl } from '../../support/openssl.ts';
import { checkpointSignature, logKeyName, publicKeyOf, signatureOf } from '../../support/keys.ts';
import { application, manifestOf, withLog, type Files } from './bundle-maker.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import { mediumNoted, sampleLog, type Event } from './sample-log.ts';

// Whoever changes a log can chain and seal it anew with keys of their own; what they have not is the key in the token, and
// the people. In these logs they have those too, so that each rule is broken alone.

const sample = sampleBundle();
const events = sampleEvents();
const { ceremony } = manifestOf(sample.files);
const entries = sampleLog(events);
const seals = sealsIn(toldIn(entries));
const broken = (files: Files) =>
  verifyBundle({ folder: sample.folder, files }, application).flatMap(({ rule, outcome }) =>
    outcome === 'broken' ? [rule] : [],
  );
const text = (files: Files, path: string): string => Buffer.from(files.get(path) ?? []).toString('utf8');
const including = (path: string, content: string) =>
  new Map([...sample.files, [path, Uint8Array.from(Buffer.from(content))]]);
/** The manifest lists the file as it is now, and is signed anew. */
const relisted = (path: string, content: string): Files => {
  const files = including(path, content);
  const manifest = text(files, layout.manifest).replace(
    new RegExp(`("path": "${path.replaceAll('.', '\\.')}",\\s+"sha256": ")[0-9a-f]{64}(",\\s+"bytes": )\\d+`, 'u'),
    (_, before: string, between: string) => `${before}${sha256Hex(files.get(path) ?? new Uint8Array())}${between}${files.get(path)?.length ?? 0}`, // prettier-ignore
  );
  return signedManifest(files, manifest);
};
function signedManifest(files: Files, manifest: string, signer = logKeyName): Files {
  const bytes = Uint8Array.from(Buffer.from(manifest));
  const keyId = sha256Hex(Buffer.from(publicKeyOf(signer), 'hex')).slice(0, 8);
  const signature = Buffer.from(keyId + signatureOf(signer, bytes), 'hex').toString('base64');
  const note = `${manifest}\n\u2014 ${originOf(ceremony)} ${signature}\n`;
  return new Map([...files, [layout.manifest, bytes], [manifestNoteFile, Uint8Array.from(Buffer.from(note))]]);
}

const isCheckpoint = (event: Event): boolean => JSON.stringify(event['outcome'] ?? null).includes('"sign-checkpoint"');
const places = events.flatMap((event, at) => (isCheckpoint(event) ? [at] : []));
const [first = -1, second = -1] = places;
/** The log with one of its checkpoints otherwise, everything after it signed anew. */
const withCheckpoint = (at: number, change: Record<string, JsonValue>) => {
  const outcome = { ...((entries[at]?.event as Event)['outcome'] as Event), ...change };
  return withLog(sample.files, events.with(at, { ...events[at], outcome }));
};

describe('the seals of a sound record', () => {
  it('are a note for each checkpoint, one over the whole, keys, and a proof for each other file', () => {
    expect(broken(sample.files)).toEqual([]);
    expect(seals.checkpoints).toHaveLength(places.length);
    for (const { size, cosigned } of seals.checkpoints) {
      const note = parseNote(text(sample.files, checkpointPath(size)));
      expect(note?.signatures.map(({ name }) => name)).toEqual([
        originOf(ceremony),
        ...cosigned.map(({ person }) => cosignerName(ceremony, person)),
      ]);
    }
    expect(seals.checkpoints.some(({ cosigned }) => cosigned.length > 0)).toBe(true);
    expect(parseNote(text(sample.files, checkpointPath(entries.length)))?.signatures).toHaveLength(1);
    expect([...sample.files.keys()].filter((path) => path.startsWith('record/keys/'))).toHaveLength(3);
    expect(sample.files.has(proofPath(layout.upload))).toBe(true);
  });

  it('hold for OpenSSL: the checkpoint, the cosignature, and the manifest', () => {
    const { size, root, cosigned } =
      seals.checkpoints.find((one) => one.cosigned.length > 0) ?? expect.unreachable('somebody cosigned');
    const message = Buffer.from(checkpointText({ origin: originOf(ceremony), size, root }));
    const note = parseNote(text(sample.files, checkpointPath(size)));
    const signedBy = (file: string, bytes: Uint8Array, signature: string) =>
      isSignedForOpenssl(text(sample.files, file), bytes, Buffer.from(signature, 'hex'));
    expect(signedBy(keyFile('log'), message, note?.signatures[0]?.signature ?? '')).toBe(true);
    expect(signedBy(keyFile(cosigned[0]?.person ?? ''), message, note?.signatures[1]?.signature ?? '')).toBe(true);
    expect(signedBy(keyFile('log'), message, note?.signatures[1]?.signature ?? '')).toBe(false);
    const manifest = parseNote(text(sample.files, manifestNoteFile));
    expect(Buffer.from(manifest?.text ?? '').equals(sample.files.get(layout.manifest) ?? new Uint8Array())).toBe(true);
    const bytes = sample.files.get(layout.manifest) ?? new Uint8Array();
    expect(signedBy(keyFile('log'), bytes, manifest?.signatures[0]?.signature ?? '')).toBe(true);
  });
});

describe('a checkpoint in the log is refused', () => {
  const rule = ['BUNDLE-CHECKPOINTS-SIGNED'];
  const other = { size: first, root: '0'.repeat(64) };

  it.each<[string, Files]>([
    ['over another tree', withCheckpoint(first, { ...other, signature: checkpointSignature(ceremony, other) })],
    ['of which the log is not that long yet', withCheckpoint(first, { size: first + 5 })],
    ['by somebody else', withCheckpoint(first, { signature: signatureOf('p1', Buffer.from('x')) })],
    ['that goes back', withCheckpoint(second, { ...(({ size, root, signature }) => ({ size, root, signature }))(seals.checkpoints[0] ?? expect.unreachable('one is signed')) })], // prettier-ignore
  ])('%s', (_, files) => {
    expect(broken(files)).toEqual(rule);
  });

  it('over what came in while the token signed, and is not of its request', () => {
    const log = events.toSpliced(second, 0, mediumNoted);
    const { outcome } = sampleLog(log)[second + 1]?.event as { readonly outcome: { readonly size: number } };
    expect(outcome.size).toBe(second + 1);
    expect(broken(withLog(sample.files, log))).toEqual(rule);
    const asked = { ...headOf(sampleLog(log).slice(0, second)) };
    const signed = { ...asked, signature: checkpointSignature(ceremony, asked) };
    const sound = log.with(second + 1, { ...log[second + 1], outcome: { ...outcome, ...signed, kind: 'sign-checkpoint', kept: true } }); // prettier-ignore
    expect(broken(withLog(sample.files, sound))).toEqual([]);
  });

  it('by people of whom no note can tell, and whatever else goes wrong in a rule', () => {
    const at = events.findLastIndex(({ type }) => type === 'approval-given');
    const log = extractBytes(sampleLog(events.with(at, { ...events[at], person: 'p 2' })));
    expect(broken(including(layout.log, Buffer.from(log).toString()))).toContain(rule[0]);
    const fault = (): never => {
      throw new RangeError('too much of it');
    };
    expect(checkRead('BUNDLE-SIGNED', fault).outcome).toBe('broken');
  });

  it('that is left out after a step which ends with one', () => {
    expect(broken(withLog(sample.files, events.toSpliced(second - 1, 2)))).toEqual(['BUNDLE-STEPS-AS-PLANNED']);
  });

  it('that is malformed, so that it would be passed over', () => {
    expect(broken(withCheckpoint(first, { signature: 'nobody signed this' }))).toEqual(['BUNDLE-EVENTS-IN-FORM']);
  });

  it('by a second key of the log', () => {
    const made = events.findIndex((event) => JSON.stringify(event['outcome'] ?? null).includes('make-log-key'));
    const again = [events[made - 1] ?? {}, events[made] ?? {}];
    expect(broken(withLog(sample.files, events.toSpliced(made + 1, 0, ...again)))).toContain(rule[0]);
  });
});

describe('a note or a key in the bundle is refused', () => {
  const rule = ['BUNDLE-CHECKPOINTS-SIGNED'];
  const whole = checkpointPath(entries.length);
  const size = seals.checkpoints[1]?.size ?? 0;

  it.each<[string, string, string]>([
    [
      'without a cosignature',
      checkpointPath(size),
      text(sample.files, checkpointPath(size)).replace(/\n[^\n]*p2 [^\n]*/u, ''),
    ],
    [
      'exchanged for another checkpoint',
      checkpointPath(size),
      text(sample.files, checkpointPath(seals.checkpoints[0]?.size ?? 0)),
    ],
    ['of somebody else', keyFile('p1'), text(sample.files, keyFile('p2'))],
  ])('%s', (_, path, content) => {
    expect(broken(relisted(path, content))).toEqual(rule);
  });

  it('over the whole, that is not', () => {
    expect(broken(relisted(whole, text(sample.files, checkpointPath(size))))).toEqual([...rule, 'BUNDLE-PROOFS-HOLD']);
  });
});

describe('a cosignature is refused', () => {
  const rule = ['BUNDLE-CHECKPOINTS-COSIGNED'];
  const approvals = events.flatMap((event, at) => (event['type'] === 'approval-given' ? [at] : []));
  const early = approvals[0] ?? -1;
  const late = approvals.at(-1) ?? -1;
  const signed = (at: number): Event => entries[at]?.event as Event;
  const changed = (at: number, cosignature: JsonValue) =>
    withLog(sample.files, events.with(at, { ...signed(at), cosignature }));

  it('where somebody approves without one, or with one over something else', () => {
    expect(broken(changed(late, null))).toEqual(rule);
    expect(broken(changed(late, signatureOf('p2', Buffer.from('something else'))))).toEqual(rule);
    expect(broken(changed(late, signed(approvals[1] ?? -1)['cosignature'] ?? null))).toEqual(rule);
  });

  it('before there is anything to cosign', () => {
    expect(broken(changed(early, signatureOf('p2', Buffer.from('x'))))).toEqual(rule);
  });
});

describe('a proof is refused', () => {
  const rule = ['BUNDLE-PROOFS-HOLD'];
  const path = proofPath(layout.plan);

  it.each<[string, string]>([
    ['of another entry', text(sample.files, proofPath(layout.upload))],
    [
      'whose path leads elsewhere',
      text(sample.files, path).replace(/\n[A-Za-z0-9+/]{43}=\n/u, `\n${Buffer.alloc(32).toString('base64')}\n`),
    ],
    [
      'with another checkpoint',
      text(sample.files, path).replace(
        /\n\n[^]*$/u,
        `\n\n${text(sample.files, checkpointPath(seals.checkpoints[0]?.size ?? 0))}`,
      ),
    ],
    ['that is none', 'yes'],
  ])('%s', (_, content) => {
    expect(broken(relisted(path, content))).toEqual(rule);
  });
});

describe('the note over the manifest is refused', () => {
  const manifest = text(sample.files, layout.manifest);

  it.each<[string, Files]>([
    ['by another key', signedManifest(sample.files, manifest, 'p1')],
    [
      'over another text',
      including(manifestNoteFile, text(signedManifest(sample.files, `${manifest}\n`), manifestNoteFile)),
    ],
    ['without a signature', including(manifestNoteFile, `${manifest}\n`)],
    ['where there is none', new Map([...sample.files].filter(([path]) => path !== manifestNoteFile))],
  ])('%s', (_, files) => {
    expect(broken(files)).toContain('BUNDLE-SIGNED');
  });
});
