import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { parseManifest } from '../../../app/bundle/manifest.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { sampleBundle, sampleEvents, withLog, withManifest } from './sample-bundle.ts';

const sample = sampleBundle();
const forgedLog = (events: readonly JsonValue[]) => withLog(sample.files, events);
const broken = (files: ReadonlyMap<string, Uint8Array>) =>
  verifyBundle({ folder: sample.folder, files }).flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : []));

describe('who confirmed what before a wrap', () => {
  const events = sampleEvents();
  const stepAt = (step: string) => events.findIndex((event) => JSON.stringify(event).includes(`"step":"${step}"`));
  const by = (step: string, ...confirmedBy: string[]) =>
    forgedLog(events.with(stepAt(step), { ...(events[stepAt(step)] as Record<string, JsonValue>), confirmedBy }));
  const moved = (step: string, to: number) => {
    const [event] = events.slice(stepAt(step));
    return event === undefined ? new Map() : forgedLog(events.toSpliced(stepAt(step), 1).toSpliced(to, 0, event));
  };
  const steps = ['bring-in.compare.signing', 'bring-in.compare.store', 'bring-in.accept', 'wrap.approve', 'wrap.wrap'];
  const rule = ['BUNDLE-CONFIRMED-AS-PLANNED'];

  it.each(steps)('%s: left out, put before everything, confirmed by nobody, a stranger or somebody twice', (step) => {
    expect(broken(forgedLog(events.toSpliced(stepAt(step), 1)))).toEqual(rule);
    expect(broken(moved(step, 1))).toEqual(rule);
    expect(broken(by(step))).toEqual(rule);
    expect(broken(by(step, 'p2', 'p3'))).toEqual(rule);
    expect(broken(by(step, 'p2', 'p2'))).toEqual(rule);
  });

  it.each(steps.slice(2))('%s: without the role that the quorum names', (step) => {
    expect(broken(by(step, 'p1'))).toEqual(rule);
    expect(broken(by(step, 'p1', 'p2'))).toEqual([]);
  });

  it('a reading of other wrapping keys after the comparison', () => {
    const [read] = events.filter((event) => JSON.stringify(event).includes('"kind":"read-inbound"'));
    expect(read).toBeDefined();
    expect(broken(forgedLog(events.toSpliced(stepAt('wrap.approve'), 0, read ?? null)))).toEqual(rule);
  });

  it('a second wrap, after the step was confirmed once more', () => {
    const again = events.slice(stepAt('wrap.wrap'), stepAt('wrap.wrap') + 2);
    expect(broken(forgedLog(events.toSpliced(stepAt('wrap.wrap') + 2, 0, ...again)))).toEqual([]);
  });
});

describe('a key that the people went on without', () => {
  const leftOut = (confirmedBy: string[]): JsonValue => ({
    type: 'key-left-out',
    step: 'wrap.wrap',
    key: 'store',
    reason: 'the token refuses it',
    confirmedBy,
  });
  const isWrapOfStore = (event: JsonValue): boolean =>
    JSON.stringify(event).includes('"kind":"wrap-key","key":"store"');
  /** The bundle without the second key, and a log that says so in these words. */
  const bundleWith = (events: readonly JsonValue[]): ReadonlyMap<string, Uint8Array> => {
    const kept = new Map([...sample.files].filter(([path]) => !path.startsWith('keys/store/')));
    const keys = manifestKeysOf(sample.files).slice(0, 1);
    return withManifest(withLog(kept, events), { keys });
  };
  const events = sampleEvents();
  const decided = (...confirmedBy: string[]) =>
    bundleWith(events.map((event) => (isWrapOfStore(event) ? leftOut(confirmedBy) : event)));

  it('is missing in the bundle, and nothing is broken', () => expect(broken(decided('p2'))).toEqual([]));

  it('is not missing by the word of too few', () => {
    for (const by of [[], ['p1'], ['p3'], ['p2', 'p2']]) {
      expect(broken(decided(...by))).toEqual(['BUNDLE-CONFIRMED-AS-PLANNED']);
    }
  });

  it('is missed when nobody decided it', () => {
    const silent = events.filter((event) => !isWrapOfStore(event));
    expect(broken(bundleWith(silent))).toEqual(['BUNDLE-CONFIRMED-AS-PLANNED', 'BUNDLE-KEYS-AS-PLANNED']);
  });

  it('is not in the bundle as well', () => {
    const both = events.flatMap((event) => (isWrapOfStore(event) ? [event, leftOut(['p2'])] : [event]));
    expect(broken(forgedLog(both))).toEqual(['BUNDLE-CONFIRMED-AS-PLANNED', 'BUNDLE-KEYS-AS-PLANNED']);
  });
});

describe('a key wrapped in the weak way', () => {
  const weak = JSON.parse(JSON.stringify(sampleEvents()).replaceAll('"oaepHash":"sha1"', '"oaepHash":null')) as JsonValue[]; // prettier-ignore
  const typed = { type: 'step-confirmed', step: 'wrap.weak', ticks: [], confirmedBy: ['p2'], input: { kind: 'none' } };
  const wrapAt = weak.findIndex((event) => JSON.stringify(event).includes('"step":"wrap.wrap"'));

  it('was confirmed by name by the quorum, between the approval and the wrap', () => {
    expect(broken(forgedLog(weak))).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
    expect(broken(forgedLog(weak.toSpliced(wrapAt, 0, typed)))).not.toContain('BUNDLE-CONFIRMED-AS-PLANNED');
    expect(broken(forgedLog(weak.toSpliced(wrapAt + 1, 0, typed)))).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
    const byOther = { ...typed, confirmedBy: ['p1'] };
    expect(broken(forgedLog(weak.toSpliced(wrapAt, 0, byOther)))).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
  });
});

function manifestKeysOf(files: ReadonlyMap<string, Uint8Array>) {
  return parseManifest(files.get(layout.manifest) ?? new Uint8Array()).keys;
}
