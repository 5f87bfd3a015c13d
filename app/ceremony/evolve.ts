import { byokExport } from './byok-export/definition.ts';
import type { EffectOutcome } from './effects.ts';
import type { CeremonyEvent, EventOf, LoggedInput } from './events.ts';
import { abortSteps, type LeftBehind } from './byok-export/abort.ts';
import { evolvePeople } from './evolve-people.ts';
import { exceptionByItself, settledByLooking } from './exceptions.ts';
import { isOrdinaryRepair, repairInWords } from './log-repair.ts';
import { parsePlanDocument } from './plan.ts';
import { reworded } from './rewording.ts';
import { currentStep, hasLogKey, isEverybodyRegistered, keysPerhapsInToken, type CeremonyState } from './state.ts';
import type { Step } from './step.ts';
import { keysToType, ownWork, remainingWork } from './work.ts';

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
      return failed(state, event);
    case 'token-reopened':
      return state;
    case 'log-repaired':
      return repaired(state, event);
    case 'token-not-reopened':
      return {
        ...withPinState(state, event.pin),
        owed: exceptionByItself(state, event.refusal, 'The token is opened again.'),
      };
    case 'exception-closed':
      return exceptionClosed(state, event);
    case 'ceremony-stopped':
      return stopped(state, event);
    default:
      return evolvePeople(state, event);
  }
}

function opened(event: EventOf<'ceremony-opened'>): CeremonyState {
  const { plan, document, sha256 } = parsePlanDocument(event.plan);
  return {
    ceremony: event.ceremony,
    mode: event.mode,
    application: event.application,
    tokenSerial: event.tokenSerial,
    siteSha256: event.siteSha256,
    planApproval: event.planApproval,
    plan,
    planDocument: document,
    planSha256: sha256,
    steps: byokExport(plan, event.tokenSerial === null ? 'make-token' : 'find-token'),
    current: 0,
    input: null,
    people: [],
    absent: [],
    approvalKeys: new Map(),
    approval: null,
    wrongPassphrases: new Map(),
    exceptions: [],
    owed: null,
    owedThen: [],
    onBreak: null,
    custody: [],
    inFlight: null,
    failure: null,
    effectCount: 0,
    doneHere: [],
    logKey: null,
    isLogKeyDestroyed: false,
    checkpoint: null,
    workstation: null,
    token: null,
    probe: null,
    keks: new Map(),
    compared: new Map(),
    targets: new Map(),
    approvedWraps: new Map(),
    weakAccepted: [],
    wrapped: new Map(),
    bundle: null,
    copies: [],
    destroyed: [],
    leftOut: new Map(),
    stopped: null,
  };
}

/** What a power cut leaves behind is told; anything more the people decide on. */
function repaired(state: CeremonyState, event: EventOf<'log-repaired'>): CeremonyState {
  if (isOrdinaryRepair(event)) return state;
  const told = { rule: event.rule ?? 'LOG-COPIES-AGREE', cause: repairInWords(event) };
  const exception = exceptionByItself(state, told, 'The log and its copy are the same.');
  if (state.owed === null) return { ...state, owed: exception };
  const number = exception.exception + 1 + state.owedThen.length;
  return { ...state, owedThen: [...state.owedThen, { ...exception, exception: number }] };
}

function confirmed(state: CeremonyState, event: EventOf<'step-confirmed'>): CeremonyState {
  const step = currentStep(state);
  const next: CeremonyState = {
    ...state,
    input: event.input,
    failure: null,
    approval: null,
    people: event.input.kind === 'people' ? event.input.people : state.people,
    compared: withCompared(state, step),
    weakAccepted: withAccepted(state, step, event.input),
    approvedWraps: step?.id === 'wrap.approve' ? fingerprintsOf(state) : state.approvedWraps,
  };
  // A step with work goes on when the work is done, not when it was asked for; there may be none, where all is declined.
  return remainingWork(next).length === 0 ? advance(next) : next;
}

/** What the quorum approves of each wrap: the wrapping key that stood beside the key. */
function fingerprintsOf({ keks }: CeremonyState): CeremonyState['approvedWraps'] {
  return new Map([...keks].map(([key, { spkiSha256 }]) => [key, spkiSha256]));
}

function failed(state: CeremonyState, event: EventOf<'effect-failed'>): CeremonyState {
  const owed = exceptionByItself(state, event.refusal);
  return {
    ...withPinState(state, event.pin),
    inFlight: null,
    failure: event.refusal,
    input: null,
    approval: null,
    owed,
  };
}

/** What the token says of its PIN is shown before the next try. */
function withPinState(state: CeremonyState, pin: EventOf<'effect-failed'>['pin']): CeremonyState {
  return pin === undefined || state.token === null ? state : { ...state, token: { ...state.token, pin } };
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

function requested(state: CeremonyState, event: EventOf<'effect-requested'>): CeremonyState {
  const { request } = event;
  return {
    ...state,
    inFlight: { effect: event.effect, step: event.step, request },
    effectCount: event.effect,
    bundle:
      request.kind === 'sign-bundle'
        ? { createdAt: request.createdAt, logSize: request.logSize, signed: null }
        : state.bundle,
  };
}

function completed(state: CeremonyState, event: EventOf<'effect-completed'>): CeremonyState {
  const owed = event.settled ? settledByLooking(state) : null;
  const doneHere = [...state.doneHere, event.outcome.kind];
  const after = withOutcome({ ...state, inFlight: null, failure: null, owed, doneHere }, event.outcome);
  if (remainingWork(after).length === 0) return advance(after);
  // After an interruption nothing goes on before the people have confirmed again.
  return event.settled ? { ...after, input: null } : after;
}

/** A step for a key that was left out, or at which only ids of such keys were to be typed: nobody confirms nothing. */
function isNeedless(state: CeremonyState, step: Step | null): boolean {
  if (step === null) return false;
  if (step.key !== null) return state.leftOut.has(step.key);
  return step.kind === 'type-key-ids' && keysToType(state, step).length === 0;
}

function exceptionClosed(state: CeremonyState, event: EventOf<'exception-closed'>): CeremonyState {
  const { decided, decision, key, confirmedBy } = event;
  const exceptions = state.exceptions.map((record) =>
    record.exception === event.exception ? { ...record, closed: { decided, decision, key, confirmedBy } } : record,
  );
  const after: CeremonyState = { ...state, exceptions, approval: null };
  return key === null ? after : leftOut(after, key, decided);
}

/** Whoever is left has been done already, or waits for the people to confirm again. */
function leftOut(state: CeremonyState, key: string, reason: string): CeremonyState {
  // A bundle without that key is another one: it is signed anew.
  const doneHere = state.doneHere.filter((kind) => kind !== 'sign-bundle');
  const without = { ...state, doneHere, leftOut: new Map(state.leftOut).set(key, reason), failure: null, input: null };
  const after = { ...without, steps: reworded(without) };
  return currentStep(after)?.work?.each === 'key' && ownWork(after).length === 0 ? advance(after) : after;
}

/** An abort is brought to its end in steps of its own, where there is somebody to do them; a second one ends it there. */
function stopped(state: CeremonyState, event: EventOf<'ceremony-stopped'>): CeremonyState {
  const { step, reason } = event;
  const isSecond = state.stopped !== null;
  const done = state.steps.slice(0, state.current);
  const after: CeremonyState = {
    ...state,
    steps: done,
    stopped: isSecond
      ? { ...state.stopped, reason: `${state.stopped.reason}; then: ${reason}` }
      : { step, reason, unsettled: state.inFlight?.request ?? null },
    input: null,
    inFlight: null,
    failure: null,
    approval: null,
    doneHere: [],
  };
  if (isSecond || !isEverybodyRegistered(state)) return { ...after, onBreak: null };
  // Whoever was waited for is waited for still: nobody ends a ceremony of others unidentified.
  return { ...after, steps: [...done, ...abortSteps(state.plan, leftBehindOf(after))] };
}

function leftBehindOf(state: CeremonyState): LeftBehind {
  const isWriting = state.stopped?.unsettled?.kind === 'write-copy';
  return {
    keysInToken: keysPerhapsInToken(state),
    hasLogKey: hasLogKey(state),
    copies: state.copies.length + (isWriting ? 1 : 0),
  };
}

function advance(state: CeremonyState): CeremonyState {
  const after = { ...state, current: state.current + 1, input: null, approval: null, doneHere: [] };
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
    case 'make-log-key':
      return { ...state, logKey: outcome.publicKey };
    case 'sign-checkpoint':
      return { ...state, checkpoint: { size: outcome.size, root: outcome.root } };
    case 'sign-bundle':
      return { ...state, bundle: state.bundle === null ? null : { ...state.bundle, signed: outcome } };
    case 'destroy-log-key':
      return { ...state, isLogKeyDestroyed: true };
    case 'log-out':
      return state;
  }
}
