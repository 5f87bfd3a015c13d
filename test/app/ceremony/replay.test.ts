import { describe, expect, it } from 'vitest';
import { decide } from '../../../app/ceremony/decide.ts';
import { parseEvent, type CeremonyEvent } from '../../../app/ceremony/events.ts';
import { evolve } from '../../../app/ceremony/evolve.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { opened, opening, twoKeys, typedAlone, wholeCeremony } from '../../support/walk.ts';

describe('a log', () => {
  const whole = [opening(twoKeys), ...wholeCeremony(twoKeys).events];
  const sensitive = opened(twoKeys).steps.flatMap((step) => (step.sensitive ? [step.id] : []));
  const indexOf = (type: CeremonyEvent['type'], from = 0): number => whole.findIndex((event, at) => at >= from && event.type === type); // prettier-ignore
  const replaced = (at: number, change: (event: CeremonyEvent) => unknown): RuleId | null =>
    ruleOf(() => replay(whole.map((event, index) => (index === at ? (change(event) as CeremonyEvent) : event))));

  it('begins with ceremony-opened', () => {
    const [, second] = whole;
    if (second === undefined) throw new Error('no second event');
    expect(() => evolve(null, second)).toThrow();
    expect(() =>
      decide(null, { type: 'reopen-token', serial: 'x', credential: typedAlone, confirmedBy: [] }),
    ).toThrow();
    expect(ruleOf(() => replay(whole.slice(1)))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(replay([])).toBeNull();
  });

  it('holds only events that are known', () => {
    expect(ruleOf(() => parseEvent({ type: 'something-else' }))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(ruleOf(() => parseEvent({ type: 'ceremony-stopped', step: 'x', reason: 'y', more: 1 }))).toBe(
      'LOG-HOLDS-A-CEREMONY',
    );
  });

  it('is refused when any one of its events is missing, twice, or in another place', () => {
    expect(ruleOf(() => replay(whole))).toBeNull();
    // The very last one may be missing: a tail that was cut can be seen from outside the log only.
    for (let at = 0; at < whole.length - 1; at++) {
      expect([at, ruleOf(() => replay(whole.toSpliced(at, 1)))]).toEqual([at, 'LOG-HOLDS-A-CEREMONY']);
      const [event, next] = whole.slice(at);
      if (event === undefined) throw new Error('no event');
      // People who confirm a second time before the work began have lost nothing: a crash in between looks like that.
      // What they approve serves once.
      const isRepeat =
        event.type === 'step-confirmed' && next?.type === 'effect-requested' && !sensitive.includes(event.step);
      const rule = isRepeat ? null : 'LOG-HOLDS-A-CEREMONY';
      expect([at, ruleOf(() => replay(whole.toSpliced(at, 0, event)))]).toEqual([at, rule]);
    }
  });

  it('is refused when a plan does not have the hash beside it', () => {
    expect(replaced(0, (event) => ({ ...event, planSha256: '0'.repeat(64) }))).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is refused when a wrapping key or a public key does not have the hash beside it', () => {
    const read = whole.findIndex((event) => event.type === 'effect-completed' && event.outcome.kind === 'read-inbound');
    const made = whole.findIndex((event) => event.type === 'effect-completed' && event.outcome.kind === 'make-key');
    const swapped = (event: CeremonyEvent): unknown =>
      JSON.parse(JSON.stringify(event).replace(/"(spki|publicKey)":"[0-9a-f]{4}/u, '"$1":"ffff'));
    expect(replaced(read, swapped)).toBe('LOG-HOLDS-A-CEREMONY');
    expect(replaced(made, swapped)).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is refused when a step was confirmed by too few or by nobody', () => {
    const approve = whole.findIndex((event) => event.type === 'step-confirmed' && event.step === 'wrap.approve');
    expect(replaced(approve, (event) => ({ ...event, confirmedBy: ['p1'] }))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(replaced(approve, (event) => ({ ...event, confirmedBy: ['ghost'] }))).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is refused when work was never asked for, or ends as something else', () => {
    const requested = indexOf('effect-requested');
    const completed = indexOf('effect-completed');
    expect(replaced(requested, (event) => ({ ...event, effect: 7 }))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(replaced(requested, (event) => ({ ...event, request: { kind: 'log-out' } }))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(replaced(completed, (event) => ({ ...event, effect: 7 }))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(replaced(completed, (event) => ({ ...event, outcome: { kind: 'log-out' } }))).toBe('LOG-HOLDS-A-CEREMONY');
    const failed = { type: 'effect-failed', effect: 7, settled: false, refusal: { rule: 'X', cause: '', remedy: '' } };
    expect(replaced(completed, () => failed)).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is refused when a token was opened that is not the one, by a stranger, when none was needed, or after the end', () => {
    const reopened = {
      type: 'token-reopened' as const,
      serial: 'abc123',
      credential: typedAlone,
      confirmedBy: ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'],
    };
    const wrap = whole.findIndex((event) => event.type === 'step-confirmed' && event.step === 'wrap.wrap');
    const inserted = (at: number, event: CeremonyEvent): RuleId | null =>
      ruleOf(() => replay(whole.toSpliced(at, 0, event)));
    expect(inserted(wrap, reopened)).toBeNull();
    expect(inserted(wrap, { ...reopened, serial: 'other' })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(wrap, { ...reopened, confirmedBy: [] })).toBe('LOG-HOLDS-A-CEREMONY');
    // Nor where PIN-TYPED-BY-NAMED-PEOPLE would have stood against it.
    const stranger = { ...typedAlone, by: ['ghost'] };
    expect(inserted(wrap, { ...reopened, credential: stranger })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(1, reopened)).toBe('LOG-HOLDS-A-CEREMONY');
    const attempt = {
      type: 'token-not-reopened' as const,
      refusal: { rule: 'X', cause: '', remedy: '' },
      credential: typedAlone,
      confirmedBy: reopened.confirmedBy,
    };
    // It causes an exception, which comes next or not at all: a crash in between looks like that.
    expect(ruleOf(() => replay([...whole.slice(0, wrap), attempt]))).toBeNull();
    expect(ruleOf(() => replay([...whole.slice(0, wrap), { ...attempt, credential: stranger }]))).toBe(
      'LOG-HOLDS-A-CEREMONY',
    );
    expect(inserted(wrap, attempt)).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(wrap, { ...attempt, confirmedBy: [] })).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(1, attempt)).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(whole.length, attempt)).toBe('LOG-HOLDS-A-CEREMONY');
    expect(inserted(whole.length, { type: 'ceremony-stopped', step: 'wrap.wrap', reason: 'x' })).toBe(
      'LOG-HOLDS-A-CEREMONY',
    );
  });
});
