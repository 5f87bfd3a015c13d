import { byokExport } from './byok-export/definition.ts';
import type { EffectOutcome } from './effects.ts';
import type { CeremonyEvent, LoggedInput } from './events.ts';
import { parsePlanDocument } from './plan.ts';
import { reworded } from './rewording.ts';
import { currentStep, type CeremonyState } from './state.ts';
import type { Step } from './step.ts';
import { keysToType, remainingWork } from './work.ts';

type Event<T extends CeremonyEvent['type']> = Extract<CeremonyEvent, { type: T }>;

/**
 * Takes one event into account. Never refuses: what is in the log has happened.
 * @param state - the state before, null before the first event
 * @param event - the next event of the log
 * @returns the state after
 * @throws Error when the first event does not open a ceremony; Refused when its plan cannot be read
 */
export function evolve(state: CeremonyState | null, event: CeremonyEvent): CeremonyState {
  if (event.type === 'ceremony-opened') return opened(event);
  if (state === null) throw new Error(`A log begins with ceremony-opened, not with ${event.type}`);
  switch (event.type) {
    case 'step-confirmed':
      return confirmed(state, event);
    case 'effect-requested':
      return requested(state, event);
    case 'effect-completed':
      return completed(state, event);
    case 'effect-interrupted':
      return { ...state, failure: event.refusal };
    case 'effect-failed':
      return { ...state, inFlight: null, failure: event.refusal, input: null };
    case 'token-reopened':
    case 'token-not-reopened':
      return state;
    case 'key-left-out':
      return leftOut(state, event);
    case 'ceremony-stopped':
      return { ...state, stopped: { step: event.step, reason: event.reason } };
  }
}

function opened(event: Event<'ceremony-opened'>): CeremonyState {
  const { plan, document, sha256 } = parsePlanDocument(event.plan);
  return {
    ceremony: event.ceremony,
    mode: event.mode,
    application: event.application,
    tokenSerial: event.tokenSerial,
    plan,
    planDocument: document,
    planSha256: sha256,
    steps: byokExport(plan, event.tokenSerial === null ? 'make-token' : 'find-token'),
    current: 0,
    input: null,
    people: [],
    inFlight: null,
    failure: null,
    effectCount: 0,
    workstation: null,
    token: null,
    probe: null,
    keks: new Map(),
    compared: new Map(),
    targets: new Map(),
    weakAccepted: [],
    wrapped: new Map(),
    bundle: null,
    copies: [],
    destroyed: [],
    leftOut: new Map(),
    stopped: null,
  };
}

function confirmed(state: CeremonyState, event: Event<'step-confirmed'>): CeremonyState {
  const step = currentStep(state);
  const next: CeremonyState = {
    ...state,
    input: event.input,
    failure: null,
    people: event.input.kind === 'people' ? event.input.people : state.people,
    compared: withCompared(state, step),
    weakAccepted: withAccepted(state, step, event.input),
  };
  // A step with work goes on when the work is done, not when it was asked for.
  return step?.work === null ? advance(next) : next;
}

/** Binds what two people confirmed to the very fingerprint that was on the screen. */
function withCompared(state: CeremonyState, step: Step | null): CeremonyState['compared'] {
  const key = step?.key ?? null;
  const kek = key === null ? undefined : state.keks.get(key);
  return key === null || kek === undefined ? state.compared : new Map(state.compared).set(key, kek.spkiSha256);
}

/** At the step that only asks for ids, an empty one says no to the key. */
function withAccepted(
  { weakAccepted }: CeremonyState,
  step: Step | null,
  input: LoggedInput,
): CeremonyState['weakAccepted'] {
  if (step?.kind !== 'type-key-ids' || step.work !== null || input.kind !== 'key-ids') return weakAccepted;
  return input.keyIds.filter((id) => id !== '');
}

function requested(state: CeremonyState, event: Event<'effect-requested'>): CeremonyState {
  const { request } = event;
  return {
    ...state,
    inFlight: { effect: event.effect, step: event.step, request },
    effectCount: event.effect,
    bundle: request.kind === 'write-copy' ? { createdAt: request.createdAt, logSize: request.logSize } : state.bundle,
  };
}

function completed(state: CeremonyState, event: Event<'effect-completed'>): CeremonyState {
  const after = withOutcome({ ...state, inFlight: null, failure: null }, event.outcome);
  const isDone = currentStep(state)?.work?.each === 'once' || remainingWork(after).length === 0;
  if (isDone) return advance(after);
  // After an interruption nothing goes on before the people have confirmed again.
  return event.settled ? { ...after, input: null } : after;
}

/** A step for a key that was left out, or at which only ids of such keys were to be typed: nobody confirms nothing. */
function isNeedless(state: CeremonyState, step: Step | null): boolean {
  if (step === null) return false;
  if (step.key !== null) return state.leftOut.has(step.key);
  return step.kind === 'type-key-ids' && keysToType(state, step).length === 0;
}

/** Whoever is left has been done already, or waits for the people to confirm again. */
function leftOut(state: CeremonyState, { key, reason }: Event<'key-left-out'>): CeremonyState {
  const without = { ...state, leftOut: new Map(state.leftOut).set(key, reason), failure: null, input: null };
  const after = { ...without, steps: reworded(without) };
  return currentStep(after)?.work?.each === 'key' && remainingWork(after).length === 0 ? advance(after) : after;
}

function advance(state: CeremonyState): CeremonyState {
  const after = { ...state, current: state.current + 1, input: null };
  return isNeedless(after, currentStep(after)) ? advance(after) : after;
}

function withOutcome(state: CeremonyState, outcome: EffectOutcome): CeremonyState {
  switch (outcome.kind) {
    case 'inspect-workstation':
      return { ...state, workstation: outcome };
    case 'identify-token':
      return { ...state, token: outcome };
    case 'log-in':
      return state.token === null ? state : { ...state, token: { ...state.token, pin: outcome.pin } };
    case 'probe-token':
      return { ...state, probe: outcome };
    case 'read-inbound':
      return { ...state, keks: new Map(outcome.keks.map((kek) => [kek.key, kek])) };
    case 'make-key':
    case 'find-key':
      return { ...state, targets: new Map(state.targets).set(outcome.key, outcome) };
    case 'wrap-key':
      return { ...state, wrapped: new Map(state.wrapped).set(outcome.key, outcome) };
    case 'write-copy':
      return { ...state, copies: [...state.copies, outcome] };
    case 'destroy-key':
      return { ...state, destroyed: [...state.destroyed, outcome.key] };
    case 'log-out':
      return state;
  }
}
