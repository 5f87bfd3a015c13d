import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { verdictOf } from '../../../app/bundle/verification.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { application, besidesSteps, manifestOf, withLog, type Event, type Files } from './bundle-maker.ts';
import { cloudBundle, cloudEvents } from './sample-clouds.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import {
  interrupted,
  mediumNoted,
  aBreak,
  approved,
  confirmed,
  exceptionClosed,
  exceptionOpened,
  failureOf,
  stepAt as stepIn,
  workAt as workIn,
  numbered,
} from './sample-log.ts';

const sample = sampleBundle();
const forgedLog = (events: readonly JsonValue[]) => withLog(sample.files, events);
const verify = (files: Files) => verifyBundle({ folder: sample.folder, files }, application);
const broken = (files: Files) =>
  besidesSteps(verify(files).flatMap(({ rule, outcome }) => (outcome === 'broken' ? [rule] : [])));
const rule = ['BUNDLE-CONFIRMED-AS-PLANNED'];

/** What nobody confirmed rightly at a step that is signed, nobody approved rightly either. */
const both = [...rule, 'BUNDLE-QUORUM-APPROVED'];

const events = sampleEvents();
const stepAt = (step: string, of: readonly Event[] = events) => stepIn(step, of);
const workAt = (kind: string, key: string, of: readonly Event[] = events) => workIn(kind, key, of);

describe('who confirmed what before a wrap', () => {
  const by = (step: string, ...confirmedBy: string[]) =>
    forgedLog(events.with(stepAt(step), { ...events[stepAt(step)], confirmedBy }));
  /** Put right after the start. */
  const tooEarly = (step: string) => {
    const taken = events.slice(stepAt(step), stepAt(step) + 1);
    return forgedLog(events.toSpliced(stepAt(step), 1).toSpliced(stepAt('roll-call.start') + 1, 0, ...taken));
  };
  const compared = ['bring-in.compare.signing', 'bring-in.compare.store', 'wrap.wrap'];
  const signed = ['bring-in.accept', 'wrap.approve'];
  const notThere = ['BUNDLE-BREAKS-ENDED'];

  it.each([...compared, ...signed])('%s: left out, put too early, by nobody, a stranger or somebody twice', (step) => {
    const rules = signed.includes(step) ? both : rule;
    expect(broken(forgedLog(events.toSpliced(stepAt(step), 1)))).toEqual(rules);
    expect(broken(tooEarly(step))).toEqual(rules);
    expect(broken(by(step))).toEqual(rules);
    expect(broken(by(step, 'p2', 'p3'))).toEqual([...rules, ...notThere]);
    expect(broken(by(step, 'p2', 'p2'))).toEqual([...rules, ...notThere]);
  });

  it.each(signed)('%s: without the role that the quorum names', (step) => {
    expect(broken(by(step, 'p1'))).toEqual(both);
    const [, ...more] = approved(step, ['p1', 'p2']);
    expect(broken(forgedLog(events.toSpliced(stepAt(step) - 1, 2, ...more)))).toEqual([]);
  });

  it.each(compared)('%s: by one person, where the plan seats two', (step) => {
    expect(broken(by(step, 'p1'))).toEqual(rule);
    expect(broken(by(step, 'p2'))).toEqual(rule);
    expect(broken(by(step, 'p2', 'p1'))).toEqual([]);
  });

  it('a reading of other wrapping keys after the comparison', () => {
    const [read] = events.filter((event) => JSON.stringify(event['outcome'] ?? null).includes('read-inbound'));
    expect(read).toBeDefined();
    expect(broken(forgedLog(events.toSpliced(stepAt('wrap.approve') - 2, 0, read ?? {})))).toEqual(rule);
  });

  it('a second wrap, after the step was confirmed once more', () => {
    const again = events.slice(stepAt('wrap.wrap'), workAt('wrap-key', 'signing') + 2);
    expect(broken(forgedLog(events.toSpliced(workAt('wrap-key', 'store'), 0, ...again)))).toEqual([]);
  });
});

describe('a key that the people went on without', () => {
  const at = workAt('wrap-key', 'store');
  const [request = {}, outcome = {}] = events.slice(at, at + 2);
  const failed: readonly Event[] = [failureOf(request), exceptionOpened(1)];
  const leaveOut = (change: Event = {}, by = ['p2'], exception = 1, of = exceptionOpened(exception)) =>
    exceptionClosed(exception, { decided: 'the token refuses it', decision: 'leave-out', key: 'store', ...change }, by, of); // prettier-ignore
  const ordered = confirmed('wrap.wrap', ['p1', 'p2']);
  /** The log in which the wrap of the second key became something else. */
  const instead = (...others: readonly Event[]) => forgedLog(events.toSpliced(at, 2, ...others));
  /** Nothing of the step is left then, so that the token does not sign the log there. */
  const decided = (change: Event = {}, by?: string[]) =>
    forgedLog(numbered(events.toSpliced(at, 4, request, ...failed, ...leaveOut(change, by))));

  it('is missing in the bundle, and nothing is broken', () => {
    expect(broken(decided())).toEqual([]);
    expect(manifestOf(decided()).keys.map(({ id }) => id)).toEqual(['signing']);
    expect([...decided().keys()].filter((path) => path.startsWith('keys/store/'))).toEqual([]);
    const sheet = new TextDecoder().decode(decided().get(layout.upload));
    expect(sheet).toContain('the token refuses it');
  });

  /** What nobody left out rightly, nobody closed the exception for rightly either. */
  const notClosed = [...rule, 'BUNDLE-EXCEPTIONS-CLOSED'];
  const failedFor = { ...request, request: { kind: 'wrap-key', key: 'signing' } };
  const failedForNone = { ...request, request: { kind: 'log-out' } };

  it.each<[string, string[], Files]>([
    ['by nobody', notClosed, decided({}, [])],
    ['by a role that the quorum does not name', notClosed, decided({}, ['p1'])],
    ['by a stranger', [...notClosed, 'BUNDLE-BREAKS-ENDED'], decided({ confirmedBy: ['p3'] })],
    ['by one person twice', [...notClosed, 'BUNDLE-BREAKS-ENDED'], decided({ confirmedBy: ['p2', 'p2'] })],
    ['without a reason', notClosed, decided({ decided: '' })],
    ['for a blank reason', notClosed, decided({ decided: ' \t ' })],
    ['though nothing had failed', rule, instead(request, exceptionOpened(1), ...leaveOut())],
    ['though what failed was tried again', rule, instead(request, ...failed, ...exceptionClosed(1), ordered, exceptionOpened(2), ...leaveOut({}, ['p2'], 2))], // prettier-ignore
    ['though the work for another had failed', rule, instead(failedFor, ...failed, ...leaveOut())],
    ['though the work for none had failed', rule, instead(failedForNone, ...failed, ...leaveOut())],
    ['while it was not known what became of the work', rule, instead(request, interrupted(request['effect'] ?? null), exceptionOpened(1), ...leaveOut())], // prettier-ignore
    ['and wrapped later', rule, instead(request, ...failed, ...leaveOut(), ordered, request, outcome)],
  ])('is not missing rightly when it was left out %s', (_, rules, files) => {
    expect(broken(files)).toEqual(rules);
  });

  it('is not left out by a decision that is called another', () => {
    expect(broken(decided({ decision: 'go-on' }))).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
  });

  it('is still left out after a break, another try of a passphrase, and when the token was opened again', () => {
    const meanwhile: Event[] = [
      { type: 'passphrase-refused', person: 'p2', subject: 'exception.1' },
      ...aBreak(),
      mediumNoted,
    ];
    expect(broken(instead(request, ...failed, ...meanwhile, ...leaveOut()))).toEqual([]);
  });

  it('is not left out before the roll call, even by those who are there later', () => {
    const closed = [request, ...failed, ...leaveOut()];
    for (const at of [1, stepAt('roll-call.present')]) {
      const early = events.toSpliced(workAt('wrap-key', 'store'), 2).toSpliced(at, 0, ...closed);
      expect(broken(forgedLog(early))).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
    }
  });

  it('is one of the plan', () => {
    const failedAt = (key: string): Event[] => [
      { ...request, request: { kind: 'log-out' } },
      failureOf(request, { key }),
      exceptionOpened(1),
      ...leaveOut({ key }),
    ];
    expect(broken(forgedLog(events.toSpliced(at, 0, ...failedAt('other'), ordered)))).toEqual(rule);
    expect(broken(forgedLog(events.toSpliced(at, 2, ...failedAt('store'), ordered)))).toEqual([]);
  });

  it('may be named by the refusal, at work that is for no key or was done for it already', () => {
    const writing = events.length - 1;
    const opened = exceptionOpened(1, { rule: 'IMPORT-TOKEN-IN-FORCE' });
    const late: Event[] = [
      failureOf(events[writing] ?? {}, { rule: 'IMPORT-TOKEN-IN-FORCE', key: 'store' }),
      opened,
      ...leaveOut({}, ['p2'], 1, opened),
      ...events.slice(writing - 3),
    ];
    expect(broken(forgedLog([...events, ...late]))).toEqual([]);
  });

  it('is left out once', () => {
    const { files } = cloudBundle();
    const four = cloudEvents();
    const wrapsIbm = workAt('wrap-key', 'ibm', four);
    const [asked = {}] = four.slice(wrapsIbm, wrapsIbm + 1);
    const without = (exception: number) => [asked, failureOf(asked), exceptionOpened(exception), ...leaveOut({ key: 'ibm' }, ['p2'], exception)]; // prettier-ignore
    const relogged = (...instead: readonly Event[]) => broken(withLog(files, four.toSpliced(wrapsIbm, 2, ...instead, ordered))); // prettier-ignore
    expect(relogged(...without(1))).toEqual([]);
    expect(relogged(...without(1), ...without(2))).toEqual(rule);
  });

  it('leaves at least one in the bundle', () => {
    const first = workAt('wrap-key', 'signing');
    const without = (key: string, exception: number): Event[] => [
      { ...request, request: { kind: 'wrap-key', key } },
      failureOf(request),
      exceptionOpened(exception),
      ...leaveOut({ key }, ['p2'], exception),
      ordered,
    ];
    expect(broken(forgedLog(events.toSpliced(first, 2, ...without('signing', 1))))).toEqual([]);
    const none = forgedLog(events.toSpliced(first, 4, ...without('signing', 1), ...without('store', 2)));
    expect(broken(none)).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
  });

  it('has the step confirmed again before another is wrapped', () => {
    const first = workAt('wrap-key', 'signing');
    const another = events.slice(first, first + 2);
    const then = (...more: Event[]) =>
      forgedLog(events.toSpliced(first, 4, request, ...failed, ...leaveOut(), ...more));
    expect(broken(then(ordered, ...another))).toEqual([]);
    expect(broken(then(...another))).toEqual(rule);
  });

  it('may be wrapped after all, when the step was confirmed again', () => {
    expect(broken(instead(request, ...failed, ...exceptionClosed(1), ordered, request, outcome))).toEqual([]);
    expect(broken(instead(request, ...failed, ...exceptionClosed(1), request, outcome))).toEqual(rule);
  });

  it('is missed when nobody decided it', () => {
    expect(broken(instead())).toContain('BUNDLE-CONFIRMED-AS-PLANNED');
    expect(verdictOf(verify(decided()))).toBe('holds');
  });

  it('was wrapped before an interruption was looked into, and the next is ordered again', () => {
    const first = workAt('wrap-key', 'signing');
    const found = { ...events[first + 1], settled: true };
    const opened = exceptionOpened(1, { rule: 'EFFECT-SETTLED-BY-LOOKING' });
    const closed = exceptionClosed(1, {}, ['p2'], opened);
    const then = (...more: Event[]) => forgedLog(events.toSpliced(first + 1, 1, found, opened, ...closed, ...more));
    expect(broken(then(ordered))).toEqual([]);
    expect(broken(then())).toEqual(rule);
  });
});

it('nothing leaves a ceremony that was aborted', () => {
  const aborted: Event = { type: 'ceremony-stopped', step: 'wrap.wrap', reason: 'The alarm went off.' };
  expect(broken(forgedLog(events.toSpliced(workAt('wrap-key', 'store') + 2, 0, aborted)))).toEqual(rule);
});

describe('a key wrapped in the weak way', () => {
  const { files } = cloudBundle();
  const weak = cloudEvents();
  const typedAt = stepAt('wrap.weak', weak);
  const asOf = (input: JsonValue, by = ['p2']) => broken(withLog(files, weak.toSpliced(typedAt - 2, 3, ...approved('wrap.weak', by, input)))); // prettier-ignore
  const typed = { kind: 'key-ids', keyIds: ['tencent'] };

  it('was confirmed by name, by the quorum, between the acceptance and the approval', () => {
    expect(asOf(typed)).toEqual([]);
    expect(asOf(typed, ['p1'])).toEqual(both);
    const without = weak.toSpliced(typedAt - 2, 3);
    expect(broken(withLog(files, without))).toEqual(rule);
    const late = stepAt('wrap.approve', without) + 1;
    expect(broken(withLog(files, without.toSpliced(late, 0, ...weak.slice(typedAt - 2, typedAt + 1))))).toEqual(rule);
    const early = stepAt('bring-in.compare.aws', without);
    expect(broken(withLog(files, without.toSpliced(early, 0, ...weak.slice(typedAt - 2, typedAt + 1))))).toEqual(rule);
  });

  it.each<[string, JsonValue]>([
    ['nothing', { kind: 'none' }],
    ['no id', { kind: 'key-ids', keyIds: [] }],
    ['the id of another', { kind: 'key-ids', keyIds: ['aws'] }],
    ['an id that is hardly another', { kind: 'key-ids', keyIds: ['Tencent'] }],
  ])('was not when %s was typed', (_, input) => {
    expect(asOf(input)).toEqual(rule);
  });

  it('was not when what is no list was typed', () => {
    expect(asOf({ kind: 'key-ids', keyIds: 'tencent' })).toEqual(['BUNDLE-EVENTS-IN-FORM']);
  });
});
