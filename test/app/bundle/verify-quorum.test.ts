import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { hexGroups } from '../../../app/keys/fingerprint.ts';
import { application, besidesSteps, withLog } from './bundle-maker.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import { approved, askedStep, exceptionClosed, exceptionOpened, failureOf, given, sampleLog, stepAt, workAt, type Event } from './sample-log.ts'; // prettier-ignore

// Every log here is chained and signed anew by everybody in the room: what is missing is what they did not do.

const sample = sampleBundle();
const broken = (events: readonly JsonValue[]) =>
  besidesSteps(
    verifyBundle({ folder: sample.folder, files: withLog(sample.files, events) }, application).flatMap(
      ({ rule, outcome }) => (outcome === 'broken' ? [rule] : []),
    ),
  );
const rule = ['BUNDLE-QUORUM-APPROVED'];
const events = sampleEvents();
const steps = ['roll-call.start', 'bring-in.accept', 'keys.make', 'wrap.approve', 'take-out.write'];

/** What also judges the wraps by the confirmation itself. */
const alsoConfirmed = (step: string) => ['bring-in.accept', 'wrap.approve'].includes(step);
const rulesFor = (step: string) => [...(alsoConfirmed(step) ? ['BUNDLE-CONFIRMED-AS-PLANNED'] : []), ...rule];

describe.each(steps)('%s', (step) => {
  const at = stepAt(step, events);
  const { input = null } = events[at] ?? {};
  const folders = { kind: 'folders', folders: ['/media/other'] };

  it('is refused without an approval, or without anybody asked', () => {
    expect(broken(events.toSpliced(at - 1, 1))).toEqual(rule);
    expect(broken(events.toSpliced(at - 2, 2))).toEqual(rule);
    expect(broken(events.toSpliced(at - 2, 3))).toEqual(rulesFor(step));
  });

  it('is refused where another approved than confirms, and where the quorum is short', () => {
    expect(broken(events.with(at - 1, given(step, 'p1')))).toEqual(rule);
    expect(broken(events.with(at, { ...events[at], confirmedBy: ['p1', 'p2'] }))).toEqual(rule);
    expect(broken(events.toSpliced(at - 2, 3, ...approved(step, ['p1'], input)))).toEqual(rulesFor(step));
    expect(broken(events.toSpliced(at - 2, 3, ...approved(step, ['p1', 'p2'], input)))).toEqual([]);
  });

  it('is refused where what was approved was changed afterwards, and not approved again', () => {
    expect(broken(events.toSpliced(at, 0, askedStep(step, folders)))).toEqual(rule);
    expect(broken(events.toSpliced(at, 0, askedStep(step, folders), askedStep(step, input)))).toEqual(rule);
    const again = [askedStep(step, folders), given(step, 'p2'), askedStep(step, input), given(step, 'p2')];
    expect(broken(events.toSpliced(at, 0, ...again))).toEqual([]);
  });

  it('is refused where it was given something else than was approved', () => {
    expect(broken(events.with(at - 2, askedStep(step, folders)))).toEqual(rule);
    expect(broken(events.with(at, { ...events[at], input: folders }))).toEqual(rule);
  });

  it('is refused where an exception came between, and nobody approved again', () => {
    const between = [exceptionOpened(1, { rule: 'TOKEN-ANSWERS' }), ...exceptionClosed(1)];
    expect(broken(events.toSpliced(at, 0, ...between))).toEqual(rule);
    expect(broken(events.toSpliced(at - 2, 0, ...between))).toEqual([]);
  });
});

describe('the work that follows', () => {
  /** The approval and confirmation of a step, put before what `to` finds in the log without them. */
  const moved = (step: string, to: (without: readonly Event[]) => number) => {
    const first = stepAt(step, events) - 2;
    const without = events.toSpliced(first, 3);
    return without.toSpliced(to(without), 0, ...events.slice(first, first + 3));
  };

  it('is not asked for before it was approved', () => {
    expect(broken(moved('keys.make', (without) => workAt('make-key', 'signing', without)))).toEqual([]);
    expect(broken(moved('keys.make', (without) => workAt('make-key', 'store', without)))).toEqual(rule);
    // The record ends with the order to write it, which is the last thing that could be asked for too early.
    expect(broken(moved('take-out.write', ({ length }) => length))).toEqual(['BUNDLE-LOG-OF-CEREMONY', ...rule]);
  });

  it('begins with the start', () => {
    const first = (without: readonly Event[]) => stepAt('token.identify', without);
    expect(broken(moved('roll-call.start', first))).toEqual([]);
    expect(broken(moved('roll-call.start', (without) => first(without) + 1))).toEqual(rule);
  });

  it('is approved again after a failure', () => {
    const at = workAt('make-key', 'store', events);
    const [request = {}] = events.slice(at, at + 1);
    const failed = [request, failureOf(request), exceptionOpened(1), ...exceptionClosed(1)];
    expect(broken(events.toSpliced(at, 0, ...failed))).toEqual(rule);
    expect(broken(events.toSpliced(at, 0, ...failed, ...approved('keys.make')))).toEqual([]);
  });
});

describe('what was shown of the wraps', () => {
  const at = stepAt('wrap.approve', events);
  const chained = sampleLog(events).map(({ event }) => event as Event);
  const shown = (facts: JsonValue) =>
    events.with(at - 2, { ...events[at - 2], parameters: { plan: null, subject: 'wrap.approve', number: '6.1', title: chained[at]?.['title'] ?? null, says: [], checks: ['seen'], input: { kind: 'none' }, facts } }); // prettier-ignore
  const keks = events.flatMap(({ outcome }) => ((outcome as Event | undefined)?.['keks'] as Event[] | undefined) ?? []);
  const hash = (key: string) => keks.find((kek) => kek['key'] === key)?.['spkiSha256'] as string;
  const rows = (...rows: readonly (readonly string[])[]) => shown([{ kind: 'table', rows }]);
  const [signing, store] = [hash('signing'), hash('store')];

  it('names the wrapping key of each key whole, in whatever way it is written', () => {
    expect(broken(rows(['signing', signing], ['store', hexGroups(store).join(' ')]))).toEqual([]);
  });

  it.each(['number', 'title'])('is of a step that is called so: %s', (name) => {
    const rowed = rows(['signing', signing], ['store', store]);
    const { parameters } = rowed[at - 2] ?? {};
    expect(broken(rowed.with(at - 2, { ...rowed[at - 2], parameters: { ...(parameters as Event), [name]: '6.9' } }))).toEqual(rule); // prettier-ignore
  });

  it.each<[string, readonly Event[]]>([
    ['of one key only', rows(['signing', signing])],
    ['with the wrapping keys exchanged', rows(['signing', store], ['store', signing])],
    ['with the beginning of a hash', rows(['signing', signing.slice(0, 60)], ['store', store])],
    ['with a hash that goes on otherwise', rows(['signing', `${signing}00`], ['store', store])],
    ['with the hashes beside no key', rows(['signing', 'store'], [signing, store])],
    ['with nothing', shown([])],
  ])('is refused %s', (_, log) => {
    expect(broken(log)).toEqual(rule);
  });
});
