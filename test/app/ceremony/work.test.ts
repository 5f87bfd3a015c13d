import { describe, expect, it } from 'vitest';
import { decide, type Command } from '../../../app/ceremony/decide.ts';
import type { EffectOutcome } from '../../../app/ceremony/effects.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { exceptionsClosed } from '../../support/signing.ts';
import {
  after,
  atWork,
  completeOne,
  confirmation,
  failing,
  opened,
  outcomeFor,
  position,
  refusedBy,
  stepOf,
  twoKeys,
  walkTo,
  workDone,
} from '../../support/walk.ts';

describe('work that fails', () => {
  const start = opened(twoKeys);

  it('leaves the step where it is, with the reason, until people confirm it again', () => {
    const at = walkTo(start, 'token.probe');
    const failed = failing(after(at, decide(at, confirmation(at))));
    expect(failed.failure?.rule).toBe('TOKEN-ANSWERS');
    expect(stepOf(failed).id).toBe('token.probe');
    expect(failed.inFlight).toBeNull();
    const again = atWork(exceptionsClosed(failed));
    expect(again.failure).toBeNull();
    expect(stepOf(workDone(again)).id).toBe('token.accept');
  });

  it('does not repeat what was done before it', () => {
    const at = walkTo(start, 'wrap.wrap');
    const first = after(at, decide(at, confirmation(at)));
    const second = completeOne(first);
    const failed = failing(second);
    const again = atWork(exceptionsClosed(failed));
    expect(again.inFlight?.request).toEqual({ kind: 'wrap-key', key: 'constructor' });
  });

  it('writes the missing copy to the medium chosen for it, the same bytes as the first', () => {
    const at = walkTo(start, 'take-out.write');
    const signing = after(at, decide(at, { ...confirmation(at), position: { ...position, size: 40 } }));
    expect(signing.inFlight?.request).toMatchObject({ createdAt: '2026-11-23T14:07:32Z', logSize: 42 });
    const asked = completeOne(signing);
    const first = asked.inFlight?.request;
    const failed = failing(completeOne(asked));
    const later = { ...position, size: 99, time: '2026-11-23T15:00:00.000Z' };
    const input = { kind: 'folders' as const, folders: ['/media/fresh'] };
    const again = atWork(exceptionsClosed(failed), { input, position: later });
    expect(first).toMatchObject({ copy: 1, folder: '/media/b1' });
    expect(again.bundle).toEqual(asked.bundle);
    expect(again.inFlight?.request).toEqual({ ...first, copy: 2, folder: '/media/fresh' });
  });

  it('stamps the bundle anew when it could not be signed, and not when only the medium failed', () => {
    const at = walkTo(start, 'take-out.write');
    const failed = failing(after(at, decide(at, confirmation(at))));
    const later = { ...position, size: 70, time: '2026-11-23T15:00:00.000Z' };
    const again = atWork(exceptionsClosed(failed), { position: later });
    expect(again.inFlight?.request).toMatchObject({ createdAt: '2026-11-23T15:00:00Z', logSize: 72 });
    const unwritten = failing(completeOne(again));
    expect(atWork(exceptionsClosed(unwritten)).inFlight?.request).toMatchObject({ kind: 'write-copy', copy: 1 });
    expect(atWork(exceptionsClosed(unwritten)).bundle).toEqual(unwritten.bundle);
  });
});

describe('work that was interrupted', () => {
  it('does not go on to the next piece without the people', () => {
    const at = walkTo(opened(twoKeys), 'keys.make');
    const settled = completeOne(after(at, decide(at, confirmation(at))), true);
    expect(settled.exceptions).toMatchObject([{ rule: 'EFFECT-SETTLED-BY-LOOKING', closed: null }]);
    expect(settled.inFlight).toBeNull();
    expect([...settled.targets.keys()]).toEqual(['root']);
    expect(stepOf(settled).id).toBe('keys.make');
  });

  it('stays in flight when the HSM is lost, with the reason, and takes no confirmation meanwhile', () => {
    const at = walkTo(opened(twoKeys), 'keys.make');
    const busy = after(at, decide(at, confirmation(at)));
    const refusal = { rule: 'HSM-PROCESS-ALIVE', cause: 'it died', remedy: 'open it again' };
    const lost = after(busy, decide(busy, { type: 'interrupt-work', effect: busy.inFlight?.effect ?? 0, refusal }));
    expect(lost).toMatchObject({ inFlight: busy.inFlight, failure: refusal });
    expect(refusedBy(decide(lost, confirmation(lost)))).toBe('EFFECT-NOT-IN-FLIGHT');
    expect(refusedBy(decide(at, { type: 'interrupt-work', effect: 1, refusal }))).toBe('EFFECT-NOT-IN-FLIGHT');
  });

  it('ends only as what was asked for', () => {
    const at = walkTo(opened(twoKeys), 'keys.make');
    const busy = after(at, decide(at, confirmation(at)));
    const complete = (outcome: EffectOutcome): RuleId | null =>
      refusedBy(decide(busy, { type: 'complete-work', effect: busy.inFlight?.effect ?? 0, outcome, settled: false, then: 'go-on', position })); // prettier-ignore
    const right = outcomeFor(busy, busy.inFlight?.request ?? { kind: 'log-out' });
    expect(complete(right)).toBeNull();
    expect(complete({ kind: 'log-out' })).toBe('OUTCOME-FITS-REQUEST');
    expect(complete({ ...right, key: 'constructor' } as EffectOutcome)).toBe('OUTCOME-FITS-REQUEST');
    expect(complete({ ...right, ckaId: '00' } as EffectOutcome)).toBe('OUTCOME-FITS-REQUEST');
    expect(complete({ ...right, publicKey: null } as EffectOutcome)).toBe('OUTCOME-FITS-REQUEST');
  });

  it('waits for the people when they are about to leave', () => {
    const at = walkTo(opened(twoKeys), 'keys.make');
    const busy = after(at, decide(at, confirmation(at)));
    const { effect, request } = busy.inFlight ?? { effect: 0, request: { kind: 'log-out' as const } };
    const outcome = outcomeFor(busy, request);
    const left = after(
      busy,
      decide(busy, { type: 'complete-work', effect, outcome, settled: false, then: 'wait', position }),
    );
    expect(left.inFlight).toBeNull();
    expect([...left.targets.keys()]).toEqual(['root']);
    expect(atWork(left).inFlight?.request).toMatchObject({ key: 'constructor' });
  });

  it('is only settled for the work that is in flight', () => {
    const at = walkTo(opened(twoKeys), 'token.probe');
    const stray: Command = {
      type: 'fail-work',
      effect: 1,
      settled: true,
      refusal: { rule: 'X', cause: '', remedy: '' },
    };
    expect(refusedBy(decide(at, stray))).toBe('EFFECT-NOT-IN-FLIGHT');
    const outcome = { kind: 'log-out' as const };
    expect(
      refusedBy(decide(at, { type: 'complete-work', effect: 99, outcome, settled: false, then: 'go-on', position })),
    ).toBe('EFFECT-NOT-IN-FLIGHT');
  });
});
