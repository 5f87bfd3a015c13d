import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { byokExport } from '../../../app/ceremony/byok-export/definition.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { plannedSteps } from '../../../app/bundle/planned-steps.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { application, withLog } from './bundle-maker.ts';
import { plan, sampleBundle, sampleEvents } from './sample-bundle.ts';
import { clouds, cloudBundle, cloudEvents } from './sample-clouds.ts';
import {
  approved,
  confirmed,
  failureOf,
  interrupted,
  numbered,
  sampleLog,
  stepAt,
  tokenReopened,
  workAt,
  type Event,
} from './sample-log.ts';

// Every log here is chained and signed anew by everybody in the room: what is missing is what they did not do.

const sample = sampleBundle();
const rule = 'BUNDLE-STEPS-AS-PLANNED';
const events = sampleEvents();
/** The same as they stand in the log, with number, title and ticks. */
const chained = sampleLog(events).map(({ event }) => event as Event);

function isBroken(log: readonly Event[]): boolean {
  const results = verifyBundle({ folder: sample.folder, files: withLog(sample.files, log) }, application);
  return results.some((result) => result.rule === rule && result.outcome === 'broken');
}

describe('the steps of a record', () => {
  it.each([
    ['one cloud', plan],
    ['four clouds, one by a weak way', clouds.plan],
  ])('are those of the engine, which shares no code with the verifier: %s', (_, document) => {
    const parsed = parsePlanDocument(document).plan;
    const all = byokExport(parsed, 'make-token');
    const engine = all.slice(0, all.findIndex(({ id }) => id === 'take-out.write') + 1);
    const weak = all.some(({ id }) => id === 'wrap.weak');
    const keys = parsed.keys.map(({ id }, index) => ({ id, isWeak: weak && index === 0, ckaId: null }));
    const verifier = plannedSteps(keys);
    expect(verifier.map(({ id, number, checks, isSigned }) => [id, number, checks, isSigned])).toEqual(
      engine.map(({ id, number, ticks, sensitive }) => [id, number, ticks.length, sensitive]),
    );
  });

  it('hold in a record that is sound', () => {
    expect(isBroken(events)).toBe(false);
    const results = verifyBundle({ folder: cloudBundle().folder, files: withLog(cloudBundle().files, cloudEvents()) }, application); // prettier-ignore
    expect(results.find((result) => result.rule === rule)?.outcome).toBe('holds');
  });

  const ids = events.flatMap(({ type, step }) => (type === 'step-confirmed' && typeof step === 'string' ? [step] : []));

  it.each(ids)('%s cannot be left out, come twice, or be confirmed without its checks', (id) => {
    const at = stepAt(id, events);
    const step = chained[at] ?? {};
    expect(isBroken(events.with(at, step))).toBe(false);
    expect(isBroken(events.toSpliced(at, 1))).toBe(true);
    expect(isBroken(events.toSpliced(at, 0, step))).toBe(!mayComeTwice(id));
    expect(isBroken(events.with(at, { ...step, ticks: ['9'] }))).toBe(true);
    expect(isBroken(events.with(at, { ...step, number: '9.9' }))).toBe(true);
  });

  /** A step that orders work may be confirmed again before that begins; whoever signs would be asked again. */
  function mayComeTwice(id: string): boolean {
    const named = (type: string, member: string): boolean => events.some((event) => event['type'] === type && event[member] === id); // prettier-ignore
    return named('effect-requested', 'step') && !named('approval-asked', 'subject');
  }

  it.each([
    ['token.accept', 'token.identify'],
    ['bring-in.accept', 'bring-in.read'],
    ['wrap.check', 'wrap.wrap'],
  ])('%s does not come before %s', (late, early) => {
    const [from, to] = [stepAt(late, events), stepAt(early, events)];
    const moved = events.toSpliced(from, 1).toSpliced(to, 0, events[from] ?? {});
    expect(isBroken(moved)).toBe(true);
  });

  it('have their work done, once it was ordered and before the next step', () => {
    const at = workAt('make-key', 'store', events);
    const [request = {}, outcome = {}] = events.slice(at, at + 2);
    expect(isBroken(events.toSpliced(at, 2))).toBe(true);
    expect(isBroken(events.toSpliced(at + 1, 1))).toBe(true);
    expect(isBroken(events.toSpliced(at, 1))).toBe(true);
    expect(isBroken(events.toSpliced(at + 2, 0, request, outcome))).toBe(true);
    const failed = [request, failureOf(request)];
    expect(isBroken(events.toSpliced(at, 0, ...failed))).toBe(true);
    const again = events.toSpliced(at, 0, ...failed, ...approved('keys.make'));
    expect(isBroken(numbered(again))).toBe(false);
    expect(isBroken(again)).toBe(true);
  });

  it('have their work numbered, and what becomes of it told by its number', () => {
    const asked = workAt('make-key', 'store', events);
    const order = events.length - 1;
    for (const at of [asked, asked + 1, order]) {
      const event = events[at] ?? {};
      for (const by of [-1, 1])
        expect(isBroken(events.with(at, { ...event, effect: Number(event['effect']) + by }))).toBe(true);
    }
    // A failure of the work under way, then approved and asked for once more: sound only by its own number.
    const failing = (effect: number): Event[] => {
      const request = events[asked] ?? {};
      const failed = numbered([...events.slice(0, asked), request, failureOf(request), ...approved('keys.make'), ...events.slice(asked)]); // prettier-ignore
      return failed.map((event, at) => (at === asked + 1 ? { ...event, effect } : event));
    };
    const number = Number(events[asked]?.['effect']);
    expect([number - 1, number, number + 1].map((effect) => isBroken(failing(effect)))).toEqual([true, false, true]);
  });

  it('tell of no work that is not under way, that it failed or that nobody knows what became of it', () => {
    const order = events.length - 1;
    const told = failureOf(events[workAt('wrap-key', 'store', events)] ?? {});
    for (const late of [told, interrupted(told['effect'] ?? null)]) {
      expect(isBroken(events.toSpliced(order, 0, late))).toBe(true);
    }
    expect(isBroken(events.toSpliced(workAt('make-key', 'store', events) + 1, 0, interrupted(99)))).toBe(true);
  });

  it.each([
    ['was interrupted', (effect: JsonValue): Event => interrupted(effect)],
    ['was under way at a restart', (): Event => ({ type: 'ceremony-resumed', application, log: null })],
  ])('tell of work that %s what became of it only once somebody has looked', (_, incident) => {
    const asked = workAt('make-key', 'store', events);
    const { effect = null } = events[asked] ?? {};
    const after = (settled: boolean) => [incident(effect), { ...events[asked + 1], settled }];
    // What was found is confirmed before anything more is done.
    const found = [...after(true), ...approved('keys.make')];
    expect(isBroken(events.toSpliced(asked + 1, 1, ...found))).toBe(false);
    expect(isBroken(events.toSpliced(asked + 1, 1, ...after(false)))).toBe(true);
    const failed = { ...failureOf(events[asked] ?? {}), settled: true };
    const anew = numbered(events.toSpliced(asked + 1, 0, incident(effect), failed, ...approved('keys.make'), events[asked] ?? {})); // prettier-ignore
    expect(isBroken(anew)).toBe(false);
    expect(isBroken(anew.with(asked + 2, { ...failed, settled: false }))).toBe(true);
  });

  it('make a key that the plan generates, and find one that it has', () => {
    const at = workAt('make-key', 'store', events);
    const { request, outcome } = { ...events[at], ...events[at + 1] } as Record<string, Event>;
    const { label, ...found } = { ...request, kind: 'find-key' } as Event;
    expect(label).toBeDefined();
    const log = events
      .with(at, { ...events[at], request: found })
      .with(at + 1, { ...events[at + 1], outcome: { ...outcome, kind: 'find-key' } });
    expect(isBroken(log)).toBe(true);
  });

  it('are held with one token, from the site binding on', () => {
    const [opened = {}] = events;
    const at = stepAt('wrap.wrap', events);
    const again = (serial: string): Event => ({ ...tokenReopened, serial });
    expect(isBroken(events.with(0, { ...opened, tokenSerial: 'abc123' }))).toBe(false);
    expect(isBroken(events.with(0, { ...opened, tokenSerial: 'abc124' }))).toBe(true);
    expect(isBroken(events.toSpliced(at, 0, again('abc123')))).toBe(false);
    expect(isBroken(events.toSpliced(at, 0, again('abc124')))).toBe(true);
    expect(isBroken(events.toSpliced(stepAt('token.identify', events), 0, again('abc123')))).toBe(true);
  });

  it('find the key that the plan has in the token, and no other', () => {
    const found = (planned: string, asked: string, outcome: string): boolean => {
      const keys = plan.keys.map((key) =>
        key.id === 'store' ? { ...key, source: { existing: { ckaId: planned } } } : key,
      );
      const log = events.with(0, { ...events[0], plan: { ...plan, keys } }).map((event) => {
        const [request, done] = [event['request'], event['outcome']] as (Event | undefined)[];
        const isOfStore = (work: Event | undefined): boolean =>
          work?.['kind'] === 'make-key' && work['key'] === 'store';
        if (isOfStore(request)) return { ...event, request: { kind: 'find-key', key: 'store', ckaId: asked } };
        return isOfStore(done) ? { ...event, outcome: { ...done, kind: 'find-key', ckaId: outcome } } : event;
      });
      return isBroken(log);
    };
    expect(found('AB01', 'ab01', 'ab01')).toBe(false);
    expect(found('ab02', 'ab01', 'ab01')).toBe(true);
    expect(found('ab01', 'ab01', 'ab02')).toBe(true);
  });

  it('tick each check once', () => {
    const at = chained.findIndex(({ ticks }) => Array.isArray(ticks) && ticks.length === 2);
    expect(chained[at]?.['ticks']).toEqual(['1', '2']);
    for (const ticks of [['1,2'], ['1', '1,2'], ['1', '1'], ['1', '2', '2'], ['1'], ['1', '3']]) {
      expect(isBroken(events.with(at, { ...chained[at], ticks }))).toBe(true);
    }
    expect(isBroken(events.with(at, { ...chained[at], ticks: ['2', '1'] }))).toBe(false);
  });

  it('end with the order to write the bundle', () => {
    expect(isBroken(events.slice(0, -1))).toBe(true);
    expect(isBroken(events.slice(0, stepAt('wrap.check', events)))).toBe(true);
    expect(isBroken([...events, confirmed('take-out.check')])).toBe(true);
  });

  it('show those who sign the checks that are ticked', () => {
    const at = stepAt('keys.make', events);
    const asking = events.findLastIndex((event, index) => index < at && event['type'] === 'approval-asked');
    const shown = (checks: readonly string[]) => ({ ...events[asking], parameters: { plan: null, subject: 'keys.make', number: '5.1', title: 'Make', says: [], facts: [], input: { kind: 'none' }, checks } }); // prettier-ignore
    expect(isBroken(events.with(asking, shown([])))).toBe(true);
    expect(isBroken(events.with(asking, shown(['one'])))).toBe(false);
  });
});
