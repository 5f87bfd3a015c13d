import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../app/audit/entry.ts';
import { checkClock } from '../../../app/bundle/verify-clock.ts';
import { parseManifest } from '../../../app/bundle/manifest.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import { exceptionClosed, exceptionOpened, failureOf, sampleLog, stepAt, workAt, type Event } from './sample-log.ts';

const files = sampleBundle().files;
const manifest = parseManifest(files.get(layout.manifest) ?? new Uint8Array());
const events = sampleEvents();
const told = exceptionOpened(1, { rule: 'CLOCK-NOT-SET-BACK', happened: 'The clock says less.' });
const closed = exceptionClosed(1, {}, ['p2'], told);

/** The rule against these events, whose times are moved by so many seconds from an index on. */
function refusedBy(log: readonly Event[], ...moves: readonly (readonly [from: number, seconds: number])[]) {
  const entries = sampleLog(log).map((entry, index): Entry => {
    const seconds = moves.findLast(([from]) => index >= from)?.[1] ?? 0;
    return { ...entry, time: new Date(Date.parse(entry.time) + seconds * 1000).toISOString() };
  });
  return ruleOf(() => checkClock({ files, manifest, entries: toldIn(entries) }));
}

const rule = 'BUNDLE-CLOCK-TOLD';
/** Before the comparison of the first key: work is done, and nothing is asked. */
const quiet = stepAt('bring-in.compare.signing', events);

describe('the times of a record', () => {
  it('go forward, by whatever', () => {
    expect(refusedBy(events)).toBeNull();
    expect(refusedBy(events, [quiet, 86_400])).toBeNull();
  });

  it('may jitter by two seconds, and not by more', () => {
    // One second passes from each entry to the next.
    expect(refusedBy(events, [quiet, -3])).toBeNull();
    expect(refusedBy(events, [quiet, -4])).toBe(rule);
    expect(refusedBy(events, [quiet, -86_400])).toBe(rule);
  });

  it('count anew from where an exception tells of a clock that was set back', () => {
    const log = events.toSpliced(quiet, 0, told, ...closed);
    expect(refusedBy(log, [quiet, -3600])).toBeNull();
    expect(refusedBy(log, [quiet, -3600], [quiet + 5, -7200])).toBe(rule);
  });

  it.each<[string, Event]>([
    ['of another rule', exceptionOpened(1)],
    ['that somebody else opened', { ...told, openedBy: 'p1' }],
  ])('are not explained by an exception %s', (_, other) => {
    expect(refusedBy(events.toSpliced(quiet, 0, other, ...closed), [quiet, -3600])).toBe(rule);
  });

  it('are told of before anybody does anything more', () => {
    const log = events.toSpliced(quiet + 1, 0, told, ...closed);
    expect(refusedBy(log, [quiet, -3600])).toBeNull();
    expect(refusedBy(events.toSpliced(quiet + 2, 0, told, ...closed), [quiet, -3600])).toBe(rule);
    // The log is repaired before anybody can look at the clock.
    const repaired: Event = { type: 'log-repaired', kept: 'log', other: 'extended', missing: 1, cut: 0, rule: null, aside: null }; // prettier-ignore
    expect(refusedBy(events.toSpliced(quiet + 1, 0, repaired, repaired, told, ...closed), [quiet, -3600])).toBeNull();
  });

  it('are told of after the outcome of work that was under way, which must not be lost', () => {
    const at = workAt('make-key', 'store', events);
    const request = events[at] ?? {};
    const ends = [failureOf(request), exceptionOpened(1), told].map((event, index) => index === 2 ? { ...event, exception: 2 } : event); // prettier-ignore
    expect(refusedBy(events.toSpliced(at + 1, 1, ...ends), [at + 1, -3600])).toBeNull();
    expect(refusedBy(events.toSpliced(at + 2, 0, told), [at + 1, -3600])).toBeNull();
    expect(refusedBy(events, [at + 1, -3600])).toBe(rule);
  });
});
