import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { application, besidesSteps, withLog } from './bundle-maker.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import {
  aBreak,
  bagOpened,
  exceptionClosed,
  exceptionOpened,
  failureOf,
  interrupted,
  mediumNoted,
  stepAt,
  tokenNotReopened,
  tokenReopened,
  type Event,
} from './sample-log.ts';

// Every log here is chained and signed anew by everybody in the room: what is missing is what they did not do.

const sample = sampleBundle();
const broken = (events: readonly JsonValue[]) =>
  besidesSteps(
    verifyBundle({ folder: sample.folder, files: withLog(sample.files, events) }, application).flatMap(
      ({ rule, outcome }) => (outcome === 'broken' ? [rule] : []),
    ),
  );
const exceptions = ['BUNDLE-EXCEPTIONS-CLOSED'];
const breaks = ['BUNDLE-BREAKS-ENDED'];
const events = sampleEvents();
/** Before the comparison of the first key: work is done, and nothing is asked. */
const quiet = stepAt('bring-in.compare.signing', events);
const inserted = (...more: readonly Event[]) => broken(events.toSpliced(quiet, 0, ...more));
/** Another decision on the first exception is put to the people. */
const [askedOtherwise = {}] = exceptionClosed(1, { decided: 'We stop.' });
const afterwards = (step: string, ...more: readonly Event[]) => broken(events.toSpliced(stepAt(step, events) + 1, 0, ...more)); // prettier-ignore

describe('an exception', () => {
  const opened = exceptionOpened(1);
  const [asking = {}, approval = {}, closed = {}] = exceptionClosed(1);

  it('that the quorum closed leaves a record sound, and so do two', () => {
    expect(inserted(opened, ...exceptionClosed(1))).toEqual([]);
    expect(inserted(opened, exceptionOpened(2), ...exceptionClosed(2), ...exceptionClosed(1))).toEqual([]);
    // Nobody can sign yet: it waits, and is closed by those who have keys.
    const early = events.toSpliced(2, 0, opened);
    const sealed = early.findIndex((event) => event['type'] === 'approval-key-registered') + 2;
    expect(broken(early.toSpliced(sealed, 0, ...exceptionClosed(1)))).toEqual([]);
  });

  it.each<[string, readonly Event[]]>([
    ['closed by nobody', [opened]],
    ['closed before it was opened', [...exceptionClosed(1), opened]],
    ['closed twice', [opened, ...exceptionClosed(1), ...exceptionClosed(1)]],
    ['numbered with a gap', [exceptionOpened(2), ...exceptionClosed(2)]],
    ['numbered like another', [opened, ...exceptionClosed(1), opened, ...exceptionClosed(1)]],
    ['closed by too few', [opened, ...exceptionClosed(1, {}, ['p1'])]],
    ['closed without an approval', [opened, asking, closed]],
    ['closed without asking', [opened, closed]],
    ['closed by one who did not approve', [opened, asking, approval, { ...closed, confirmedBy: ['p1', 'p2'] }]],
    ['closed by another decision than was approved', [opened, asking, approval, { ...closed, decided: 'We stop.' }]],
    ['closed without a decision', [opened, ...exceptionClosed(1, { decided: ' ' })]],
    ['approved with other words than it has', [exceptionOpened(1, { happened: 'Less.' }), ...exceptionClosed(1)]],
    ['approved before another was asked', [opened, asking, approval, askedOtherwise, closed]],
    ['that does not say what happened', [exceptionOpened(1, { happened: '' })]],
    ['that nobody noticed', [exceptionOpened(1, { openedBy: 'p9' }), ...exceptionClosed(1)]],
  ])('is refused: %s', (_, more) => {
    expect(inserted(...more)).toEqual(exceptions);
  });

  it('is not closed by a stranger besides', () => {
    expect(inserted(opened, asking, approval, { ...closed, confirmedBy: ['p2', 'p3'] })).toEqual([...exceptions, ...breaks]); // prettier-ignore
  });

  it('is refused where something was confirmed, or the token opened, before it was closed', () => {
    const at = stepAt('bring-in.compare.store', events);
    const late = events.toSpliced(at, 0, ...exceptionClosed(1));
    expect(broken(late.toSpliced(quiet, 0, opened))).toEqual(exceptions);
    expect(inserted(opened, tokenReopened, ...exceptionClosed(1))).toEqual(exceptions);
    expect(inserted(opened, ...exceptionClosed(1), tokenReopened)).toEqual([]);
  });
});

describe('what did not go as planned', () => {
  const refused: Event = { type: 'passphrase-refused', person: 'p2', subject: 'x' };
  const found: Event = { type: 'effect-completed', effect: 1, settled: true, outcome: { kind: 'log-out' } };
  const exceptionOf = (told: Event): Event[] => {
    const opened = exceptionOpened(1, told);
    return [opened, ...exceptionClosed(1, {}, ['p2'], opened)];
  };

  it.each<[string, readonly Event[], Event]>([
    ['work that failed', [failureOf({ effect: 1 })], { rule: 'TOKEN-ANSWERS', happened: 'The token refuses it.' }],
    [
      'a token that could not be opened again',
      [tokenNotReopened],
      { rule: 'HSM-PROCESS-ALIVE', happened: 'It ended.' },
    ],
    ['work that was found done', [found], { rule: 'EFFECT-SETTLED-BY-LOOKING' }],
    ['a third wrong passphrase', [refused, refused, refused], { rule: 'APPROVAL-PASSPHRASE-ACCEPTED' }],
    ['a bag that was not as listed', [bagOpened(false)], { rule: 'CUSTODY-BAG-AS-LISTED' }],
  ])('is an exception at once, of just that: %s', (_, what, told) => {
    const isException = exceptionOf(told);
    expect(inserted(...what, ...isException)).toEqual([]);
    expect(inserted(...what)).toEqual(exceptions);
    expect(inserted(...what, mediumNoted, ...isException)).toEqual(exceptions);
    expect(inserted(...what, interrupted(1), ...isException)).toEqual(exceptions);
    expect(inserted(...what, ...exceptionOf({ ...told, openedBy: 'p1' }))).toEqual(exceptions);
    expect(inserted(...what, ...exceptionOf({ ...told, rule: 'PLAN-SCHEMA' }))).toEqual(exceptions);
  });

  it('is told in the words of the failure, where there was one', () => {
    const other = exceptionOf({ rule: 'TOKEN-ANSWERS', happened: 'Nothing of note.' });
    expect(inserted(failureOf({ effect: 1 }), ...other)).toEqual(exceptions);
  });

  it('is no exception where it is nothing', () => {
    const other = { ...refused, person: 'p1' };
    expect(inserted(refused, refused, other, bagOpened(true))).toEqual([]);
    expect(inserted(refused, refused, ...aBreak(), refused)).toEqual([]);
    expect(inserted({ type: 'effect-completed', effect: 1, settled: false, outcome: { kind: 'log-out' } })).toEqual([]);
  });
});

describe('a break', () => {
  const [started = {}, first = {}, second = {}, ended = {}] = aBreak();
  const resumed: Event = { type: 'ceremony-resumed', application, log: null };

  it('that everybody came back from leaves a record sound, and so does a restart', () => {
    expect(inserted(...aBreak())).toEqual([]);
    expect(inserted(...aBreak(['p2', 'p1']), resumed, first, second, ended)).toEqual([]);
    // Whoever had come back before the restart comes back once more.
    expect(inserted(started, first, resumed, first, second, ended)).toEqual([]);
    // Nobody is identified again who never was.
    expect(broken(events.toSpliced(2, 0, resumed))).toEqual([]);
    const elsewhere = { ...resumed, log: { size: 3, head: '0'.repeat(64) } };
    expect(broken(events.toSpliced(2, 0, elsewhere))).toContain('BUNDLE-BREAKS-ENDED');
  });

  it.each<[string, readonly Event[]]>([
    ['that somebody did not come back from', [started, first, ended]],
    ['that nobody ended', [started, first, second]],
    ['after a restart that nobody came back from', [resumed, ended]],
    ['that began again before its end', [started, first, started, second, ended]],
    ['that ended twice', [...aBreak(), ended]],
    ['that ended before it began', [ended, ...aBreak()]],
    ['that somebody came back from twice', [started, first, first, second, ended]],
    ['that somebody came back from without one', [first]],
    ['asked for by a stranger', [{ ...started, by: 'p3' }, first, second, ended]],
    ['in which the token was opened', [started, tokenReopened, first, second, ended]],
    ['in which an exception was closed', [exceptionOpened(1), started, ...exceptionClosed(1), first, second, ended]],
    ['in which something was approved', [exceptionOpened(1), ...aBreak(), ...exceptionClosed(1)].toSpliced(2, 0, askedOtherwise)], // prettier-ignore
  ])('is refused: %s', (_, more) => {
    expect(inserted(...more)).toEqual(breaks);
  });

  it.each(['bring-in.compare.signing', 'bring-in.accept', 'wrap.wrap'])(
    'is refused where %s is confirmed in it',
    (step) => {
      const at = stepAt(step, events);
      const log = events.toSpliced(at + 1, 0, first, second, ended).toSpliced(at, 0, started);
      expect(broken(log)).toContain('BUNDLE-BREAKS-ENDED');
    },
  );

  it.each<[string, readonly string[]]>([
    ['a stranger', ['p1', 'p9']],
    ['somebody twice', ['p1', 'p1']],
  ])('is no way for %s to confirm: whoever does is there, once', (_, confirmedBy) => {
    const at = stepAt('token.accept', events);
    expect(broken(events.with(at, { ...events[at], confirmedBy }))).toEqual(breaks);
    expect(inserted({ ...tokenReopened, confirmedBy })).toEqual(breaks);
    expect(inserted(tokenReopened)).toEqual([]);
    const credential = { kind: 'credential', how: 'parts', by: confirmedBy, finalTryAccepted: false };
    expect(inserted({ ...tokenReopened, credential })).toEqual(breaks);
    const login = stepAt('token.log-in', events);
    expect(broken(events.with(login, { ...events[login], input: credential }))).toEqual(breaks);
    // Before the roll call nobody is known.
    expect(broken(events.with(1, { ...events[1], confirmedBy }))).toEqual(breaks);
  });

  it('is refused where somebody left for good who then confirms, or without a reason', () => {
    const left = (reason: string): Event => ({ type: 'person-absent', person: 'p1', reason });
    const opened = exceptionOpened(1, { rule: 'BREAK-ENDED-BY-EVERYBODY' });
    const closed = exceptionClosed(1, {}, ['p2'], opened);
    const without = (reason = 'A child is ill.') => [started, second, left(reason), opened, ended, ...closed];
    // After the last step that needs both of them.
    expect(afterwards('wrap.check', ...without())).toEqual([]);
    expect(afterwards('wrap.check', ...without(' '))).toEqual(breaks);
    expect(inserted(...without())).toEqual(breaks);
    expect(afterwards('wrap.check', left('gone'), opened, ...closed)).toEqual(breaks);
    expect(afterwards('wrap.check', started, second, left('gone'), ended)).toEqual(exceptions);
  });
});
