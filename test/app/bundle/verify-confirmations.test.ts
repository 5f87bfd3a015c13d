import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { sampleBundle, sampleEvents, withLog } from './sample-bundle.ts';

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
