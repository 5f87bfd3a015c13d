import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { verdictOf } from '../../../app/bundle/verification.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { application, confirmed, manifestOf, withLog, type Event, type Files } from './bundle-maker.ts';
import { cloudBundle, cloudEvents } from './sample-clouds.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';

const sample = sampleBundle();
const forgedLog = (events: readonly JsonValue[]) => withLog(sample.files, events);
const verify = (files: Files) => verifyBundle({ folder: sample.folder, files }, application);
const broken = (files: Files) => verify(files).flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : []));
const rule = ['BUNDLE-CONFIRMED-AS-PLANNED'];

const events = sampleEvents();
const stepAt = (step: string, of: readonly Event[] = events) => of.findIndex((event) => event['type'] === 'step-confirmed' && event['step'] === step); // prettier-ignore
/** Where a piece of work for a key is requested; its outcome comes next. */
const workAt = (kind: string, key: string, of: readonly Event[] = events) => of.findIndex(({ request }) => JSON.stringify(request ?? null) === JSON.stringify({ kind, key })); // prettier-ignore

describe('who confirmed what before a wrap', () => {
  const by = (step: string, ...confirmedBy: string[]) =>
    forgedLog(events.with(stepAt(step), { ...events[stepAt(step)], confirmedBy }));
  const moved = (step: string, to: number) => {
    const taken = events.slice(stepAt(step), stepAt(step) + 1);
    return forgedLog(events.toSpliced(stepAt(step), 1).toSpliced(to, 0, ...taken));
  };
  const steps = ['bring-in.compare.signing', 'bring-in.compare.store', 'bring-in.accept', 'wrap.approve', 'wrap.wrap'];

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

  it.each(steps.slice(0, 2))('%s: by one person, where the plan seats two', (step) => {
    expect(broken(by(step, 'p1'))).toEqual(rule);
    expect(broken(by(step, 'p2'))).toEqual(rule);
    expect(broken(by(step, 'p2', 'p1'))).toEqual([]);
  });

  it('a reading of other wrapping keys after the comparison', () => {
    const [read] = events.filter((event) => JSON.stringify(event['outcome'] ?? null).includes('read-inbound'));
    expect(read).toBeDefined();
    expect(broken(forgedLog(events.toSpliced(stepAt('wrap.approve'), 0, read ?? {})))).toEqual(rule);
  });

  it('a second wrap, after the step was confirmed once more', () => {
    const again = events.slice(stepAt('wrap.wrap'), workAt('wrap-key', 'signing') + 2);
    expect(broken(forgedLog(events.toSpliced(workAt('wrap-key', 'store'), 0, ...again)))).toEqual([]);
  });
});

describe('a key that the people went on without', () => {
  const at = workAt('wrap-key', 'store');
  const [request = {}, outcome = {}] = events.slice(at, at + 2);
  const failed: Event = {
    type: 'effect-failed',
    effect: request['effect'] ?? null,
    settled: false,
    refusal: { rule: 'TOKEN-ANSWERS', cause: 'it refuses it', remedy: 'look at it' },
  };
  const leftOut: Event = {
    type: 'key-left-out',
    step: 'wrap.wrap',
    key: 'store',
    reason: 'the token refuses it',
    confirmedBy: ['p2'],
  };
  /** The log in which the wrap of the second key became something else. */
  const instead = (...others: readonly Event[]) => forgedLog(events.toSpliced(at, 2, ...others));
  const decided = (change: Event = {}) => instead(request, failed, { ...leftOut, ...change });

  it('is missing in the bundle, and nothing is broken', () => {
    expect(broken(decided())).toEqual([]);
    expect(manifestOf(decided()).keys.map(({ id }) => id)).toEqual(['signing']);
    expect([...decided().keys()].filter((path) => path.startsWith('keys/store/'))).toEqual([]);
    const sheet = new TextDecoder().decode(decided().get(layout.upload));
    expect(sheet).toContain('the token refuses it');
  });

  it.each<[string, Files]>([
    ['by nobody', decided({ confirmedBy: [] })],
    ['by a role that the quorum does not name', decided({ confirmedBy: ['p1'] })],
    ['by a stranger', decided({ confirmedBy: ['p3'] })],
    ['by one person twice', decided({ confirmedBy: ['p2', 'p2'] })],
    ['without a reason', decided({ reason: '' })],
    ['for a blank reason', decided({ reason: ' \t ' })],
    ['though nothing had failed', instead(request, leftOut)],
    ['though what failed was tried again', instead(request, failed, confirmed('wrap.wrap'), leftOut)],
    ['though the work for another had failed', instead({ ...request, request: { kind: 'wrap-key', key: 'signing' } }, failed, leftOut)], // prettier-ignore
    ['though the work for none had failed', instead({ ...request, request: { kind: 'log-out' } }, failed, leftOut)],
    ['while it was not known what became of the work', instead(request, { ...failed, type: 'effect-interrupted' }, leftOut)], // prettier-ignore
    ['and wrapped later', instead(request, failed, leftOut, confirmed('wrap.wrap'), request, outcome)],
  ])('is not missing rightly when it was left out %s', (_, files) => {
    expect(broken(files)).toEqual(rule);
  });

  it('is not left out before the roll call, even by those who are there later', () => {
    const early = events.toSpliced(at, 2).toSpliced(1, 0, request, failed, leftOut);
    expect(broken(forgedLog(early))).toEqual(rule);
    const named = events.toSpliced(at, 2).toSpliced(stepAt('roll-call.present'), 0, request, failed, leftOut);
    expect(broken(forgedLog(named))).toEqual(rule);
  });

  it('is one of the plan', () => {
    const failedFor = (key: string): Event[] => [
      { ...request, request: { kind: 'log-out' } },
      { ...failed, refusal: { rule: 'TOKEN-ANSWERS', cause: 'no', remedy: 'no', key } },
      { ...leftOut, key },
    ];
    const again = confirmed('wrap.wrap');
    expect(broken(forgedLog(events.toSpliced(at, 0, ...failedFor('other'), again)))).toEqual(rule);
    expect(broken(forgedLog(events.toSpliced(at, 2, ...failedFor('store'), again)))).toEqual([]);
  });

  it('may be named by the refusal, at work that is for no key or was done for it already', () => {
    const refusal = { rule: 'IMPORT-TOKEN-IN-FORCE', cause: 'it ended', remedy: 'go on', key: 'store' };
    const writing = events.length - 1;
    const late = [{ ...events[writing], effect: failed['effect'] ?? null }, { ...failed, refusal }, { type: 'token-reopened', serial: 'x', confirmedBy: ['p2'] }, leftOut]; // prettier-ignore
    expect(broken(forgedLog(events.toSpliced(writing, 0, ...late)))).toEqual([]);
  });

  it('is left out once', () => {
    const { files } = cloudBundle();
    const four = cloudEvents();
    const wrapsIbm = workAt('wrap-key', 'ibm', four);
    const [asked = {}] = four.slice(wrapsIbm, wrapsIbm + 1);
    const once = [asked, { ...failed, effect: asked['effect'] ?? null }, { ...leftOut, key: 'ibm' }];
    const relogged = (...instead: readonly Event[]) => broken(withLog(files, four.toSpliced(wrapsIbm, 2, ...instead, confirmed('wrap.wrap')))); // prettier-ignore
    expect(relogged(...once)).toEqual([]);
    expect(relogged(...once, ...once)).toEqual(rule);
  });

  it('leaves at least one in the bundle', () => {
    const first = workAt('wrap-key', 'signing');
    const without = (key: string): Event[] => [
      { ...request, request: { kind: 'wrap-key', key } },
      failed,
      { ...leftOut, key },
      confirmed('wrap.wrap'),
    ];
    expect(broken(forgedLog(events.toSpliced(first, 2, ...without('signing'))))).toEqual([]);
    const both = forgedLog(events.toSpliced(first, 4, ...without('signing'), ...without('store')));
    expect(broken(both)).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
  });

  it('has the step confirmed again before another is wrapped', () => {
    const first = workAt('wrap-key', 'signing');
    const another = events.slice(first, first + 2);
    const then = (...more: Event[]) => forgedLog(events.toSpliced(first, 4, request, failed, leftOut, ...more));
    expect(broken(then(confirmed('wrap.wrap'), ...another))).toEqual([]);
    expect(broken(then(...another))).toEqual(rule);
  });

  it('may be wrapped after all, when the step was confirmed again', () => {
    expect(broken(instead(request, failed, confirmed('wrap.wrap'), request, outcome))).toEqual([]);
    expect(broken(instead(request, failed, request, outcome))).toEqual(rule);
  });

  it('is missed when nobody decided it', () => {
    expect(broken(instead())).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
    expect(verdictOf(verify(decided()))).toBe('holds');
  });
});

describe('a key wrapped in the weak way', () => {
  const { files } = cloudBundle();
  const weak = cloudEvents();
  const typedAt = stepAt('wrap.weak', weak);
  const typed = (change: Event, from: readonly Event[] = weak) =>
    broken(withLog(files, from.with(typedAt, { ...from[typedAt], ...change })));

  it('was confirmed by name, by the quorum, between the approval and the wrap', () => {
    expect(typed({})).toEqual([]);
    expect(broken(withLog(files, weak.toSpliced(typedAt, 1)))).toEqual(rule);
    expect(broken(withLog(files, weak.toSpliced(typedAt, 2, ...weak.slice(typedAt, typedAt + 2).toReversed())))).toEqual(rule); // prettier-ignore
    expect(broken(withLog(files, weak.toSpliced(typedAt - 1, 2, ...weak.slice(typedAt - 1, typedAt + 1).toReversed())))).toEqual(rule); // prettier-ignore
    expect(typed({ confirmedBy: ['p1'] })).toEqual(rule);
  });

  it.each<[string, JsonValue]>([
    ['nothing', { kind: 'none' }],
    ['no id', { kind: 'key-ids', keyIds: [] }],
    ['the id of another', { kind: 'key-ids', keyIds: ['aws'] }],
    ['an id that is hardly another', { kind: 'key-ids', keyIds: ['Tencent'] }],
    ['what is no list', { kind: 'key-ids', keyIds: 'tencent' }],
  ])('was not when %s was typed', (_, input) => {
    expect(typed({ input })).toEqual(rule);
  });
});
