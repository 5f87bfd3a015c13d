import { describe, expect, it } from 'vitest';
import { decide } from '../../../app/ceremony/decide.ts';
import { parsePlanDocument } from '../../../app/ceremony/plan.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { currentStep, type CeremonyState } from '../../../app/ceremony/state.ts';
import { viewOf } from '../../../app/ceremony/view/view.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { exceptionsClosed } from '../../support/signing.ts';
import {
  atWork,
  azureKey,
  confirmation,
  eventsOf,
  opened,
  planWith,
  refusedBy,
  stepDone,
  walkTo,
  wholeCeremony,
  workDone,
} from '../../support/walk.ts';

/** A key for a cloud that still takes RSAES-PKCS1-v1_5. */
function tencentKey(id: string, wrappingAlgorithm: string): Record<string, unknown> {
  const destination = { type: 'tencent-kms', region: 'ap-guangzhou', keyId: `kms-${id}`, wrappingAlgorithm };
  return azureKey(id, { spec: 'aes-256', destination });
}

const weak = planWith([azureKey('strong'), tencentKey('old', 'RSAES_PKCS1_V1_5'), tencentKey('new', 'RSAES_OAEP_SHA_256')]); // prettier-ignore

describe('a plan that wraps with RSAES-PKCS1-v1_5', () => {
  it('says first that this is weak, of each such key and of no other', () => {
    const { notices } = parsePlanDocument(weak).plan;
    expect(notices.filter(({ rule }) => rule === 'PLAN-WRAP-STRONG').map(({ text }) => text.split(':')[0])).toEqual([
      'old',
    ]);
  });

  it('has the quorum type the id of each such key before the wrap', () => {
    const state = walkTo(opened(weak), 'wrap.weak');
    const { step } = viewOf(state, {
      log: { size: 1, head: '00'.repeat(32) },
      workingSince: null,
      isTokenOpen: true,
      trouble: null,
      airGap: 'closed',
    });
    expect(step?.asks.keyIds).toEqual(['old']);
    expect(step?.asks.typing).not.toBeNull();
    const asking = (keyIds: string[]) =>
      refusedBy(decide(state, { type: 'ask-step-approval', step: 'wrap.weak', input: { kind: 'key-ids', keyIds } }));
    for (const wrong of [[], ['new'], ['Old'], ['old', 'new'], ['strong']]) {
      expect(asking(wrong)).toBe('WEAK-WRAP-CONFIRMED-BY-NAME');
    }
    const tooFew = { ...confirmation(state), confirmedBy: ['p3'] };
    expect(refusedBy(decide(state, tooFew))).toBe('STEP-CONFIRMED-BY-NAMED-ROLES');
    // Nobody approves a wrap before it is known whether the weak ways are accepted.
    expect(currentStep(stepDone(state))?.id).toBe('wrap.approve');
  });
});

describe('a weak wrap that the people decline', () => {
  const two = planWith([azureKey('strong'), tencentKey('old', 'RSAES_PKCS1_V1_5'), tencentKey('older', 'RSAES_PKCS1_V1_5')]); // prettier-ignore

  /** After ids were typed at the step that asks for them, the wraps were approved, and the wrap was confirmed. */
  function wrapping(keyIds: string[]): CeremonyState {
    const typed = atWork(walkTo(opened(two), 'wrap.weak'), { input: { kind: 'key-ids', keyIds } });
    return atWork(stepDone(workDone(typed)));
  }

  it('is refused before any key is wrapped, and the quorum goes on without the key', () => {
    const state = wrapping(['old', '']);
    expect(state.failure).toMatchObject({ rule: 'WEAK-WRAP-CONFIRMED-BY-NAME', key: 'older' });
    expect(state.exceptions).toMatchObject([{ rule: 'WEAK-WRAP-CONFIRMED-BY-NAME', closed: null }]);
    expect([...state.wrapped.keys()]).toEqual([]);
    // Trying again ends in the same way.
    const again = atWork(exceptionsClosed(state));
    expect(again.failure?.key).toBe('older');
    const without = exceptionsClosed(again, 'older');
    expect([...stepDone(without).wrapped.keys()]).toEqual(['strong', 'old']);
  });

  it('leaves a log that replays, in which its wrap could not have been done', () => {
    const state = wrapping(['', 'older']);
    const log = eventsOf(state);
    expect(replay(log)).toEqual(state);
    const done = wholeCeremony(two).events.flatMap((event) =>
      event.type === 'effect-completed' && event.outcome.kind === 'wrap-key' && event.outcome.key === 'old'
        ? [event]
        : [],
    );
    const asked = log.findLast((event) => event.type === 'effect-requested');
    if (asked?.type !== 'effect-requested') throw new Error('nothing was asked for');
    const until = log.slice(0, log.indexOf(asked) + 1);
    expect(replay(until)?.inFlight?.request).toEqual({ kind: 'wrap-key', key: 'old' });
    const forged = [...until, ...done.map((event) => ({ ...event, effect: asked.effect }))];
    expect(done).toHaveLength(1);
    expect(ruleOf(() => replay(forged))).toBe('LOG-HOLDS-A-CEREMONY');
  });
});

describe('a plan without it', () => {
  it('has no such step and no such notice', () => {
    const strong = planWith([azureKey('strong'), tencentKey('new', 'RSAES_OAEP_SHA_1')]);
    const state = opened(strong);
    expect(state.steps.map(({ id }) => id)).not.toContain('wrap.weak');
    expect(state.plan.notices.map(({ rule }) => rule)).not.toContain('PLAN-WRAP-STRONG');
    expect(currentStep(stepDone(walkTo(state, 'wrap.approve')))?.id).toBe('wrap.wrap');
  });
});
