import { describe, expect, it } from 'vitest';
import { replayLog } from '../../../app/ceremony/replay.ts';
import { currentStep } from '../../../app/ceremony/state.ts';
import { cloudEvents } from './sample-clouds.ts';
import { sampleEvents } from './sample-bundle.ts';
import { sampleLog, type Event } from './sample-log.ts';

// What the tests of the verifier take for sound is sound to the engine too: else they would only show that two mistakes agree.

describe.each<[string, () => Event[]]>([
  ['Azure', sampleEvents],
  ['four clouds', cloudEvents],
])('the log of a ceremony for %s', (_, eventsOf) => {
  it('is one that the engine replays, up to the writing of the bundle', () => {
    const state = replayLog(sampleLog(eventsOf()));
    expect(state && currentStep(state)?.id).toBe('take-out.write');
    expect(state?.inFlight?.request.kind).toBe('sign-bundle');
  });
});
