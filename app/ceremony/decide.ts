import { refusal, type Refusal } from '../rules/refusal.ts';
import { checkConfirmation, checkReopening, type Confirmation } from './confirmation.ts';
import type { EffectOutcome, EffectRequest } from './effects.ts';
import type { CeremonyEvent, Mode, RefusalRecord } from './events.ts';
import { evolve } from './evolve.ts';
import { checkLeavingOut, type LeavingOut } from './leaving-out.ts';
import { outcomeFits } from './outcome.ts';
import { carriedKeys, currentStep, isClosed, type CeremonyState } from './state.ts';
import { isWeaklyUnaccepted, nextRequest, type Position } from './work.ts';

/** What somebody, or the machine that did some work, asks of the ceremony. Carries no secret. */
export type Command =
  | {
      readonly type: 'open-ceremony';
      readonly ceremony: string;
      readonly mode: Mode;
      readonly application: string;
      readonly tokenSerial: string | null;
      readonly plan: unknown;
      readonly planSha256: string;
    }
  | ({ readonly type: 'confirm-step'; readonly position: Position } & Confirmation)
  | {
      readonly type: 'complete-work';
      readonly effect: number;
      readonly outcome: EffectOutcome;
      /** True when the outcome was found by looking after an interruption. */
      readonly settled: boolean;
      /** Whether the next piece of the step's work follows at once; people who leave want it to wait. */
      readonly then: 'go-on' | 'wait';
      readonly position: Position;
    }
  | { readonly type: 'fail-work'; readonly effect: number; readonly refusal: RefusalRecord; readonly settled: boolean }
  | { readonly type: 'interrupt-work'; readonly effect: number; readonly refusal: RefusalRecord }
  | { readonly type: 'reopen-token'; readonly serial: string; readonly confirmedBy: readonly string[] }
  | { readonly type: 'refuse-token'; readonly refusal: RefusalRecord; readonly confirmedBy: readonly string[] }
  | ({ readonly type: 'leave-out-key' } & LeavingOut)
  | { readonly type: 'stop-ceremony'; readonly step: string; readonly reason: string };

export type Decision =
  { readonly ok: true; readonly events: readonly CeremonyEvent[] } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Decides what a command leads to. Pure: time and the log's size come inside the command.
 * @param state - the ceremony so far; null only for `open-ceremony`
 * @param command - what is asked
 * @returns the events to append, in order, or the rule that stands against it
 */
export function decide(state: CeremonyState | null, command: Command): Decision {
  if (command.type === 'open-ceremony') return open(command);
  if (state === null) throw new Error(`${command.type} needs an open ceremony`);
  switch (command.type) {
    case 'confirm-step':
      return confirm(state, command);
    case 'complete-work':
      return complete(state, command);
    case 'interrupt-work':
      return inFlightOr(state, command.effect, [
        { type: 'effect-interrupted', effect: command.effect, refusal: command.refusal },
      ]);
    case 'fail-work':
      return inFlightOr(state, command.effect, [
        { type: 'effect-failed', effect: command.effect, settled: command.settled, refusal: command.refusal },
      ]);
    case 'reopen-token':
      return reopen(state, command);
    case 'refuse-token':
      return {
        ok: true,
        events: [{ type: 'token-not-reopened', refusal: command.refusal, confirmedBy: [...command.confirmedBy] }],
      };
    case 'leave-out-key':
      return leaveOut(state, command);
    case 'stop-ceremony':
      return stop(state, command.step, command.reason);
  }
}

function open(command: Extract<Command, { type: 'open-ceremony' }>): Decision {
  return { ok: true, events: [{ ...command, type: 'ceremony-opened' }] };
}

function confirm(state: CeremonyState, command: Extract<Command, { type: 'confirm-step' }>): Decision {
  const refused = checkConfirmation(state, command);
  if (refused !== null) return { ok: false, refusal: refused };
  const { step, ticks, confirmedBy, input, position } = command;
  const confirmed: CeremonyEvent = {
    type: 'step-confirmed',
    step,
    ticks: [...ticks],
    confirmedBy: [...confirmedBy],
    input,
  };
  const after = evolve(state, confirmed);
  if (currentStep(state)?.work !== null) return withNextRequest(after, [confirmed], position);
  return { ok: true, events: [confirmed] };
}

function complete(state: CeremonyState, command: Extract<Command, { type: 'complete-work' }>): Decision {
  const { effect, outcome, settled, position } = command;
  const request = state.inFlight?.request;
  if (request !== undefined && !outcomeFits(carriedKeys(state), request, outcome)) {
    const cause = `The outcome of work ${effect} is not of the ${request.kind} that was asked for.`;
    return { ok: false, refusal: refusal('OUTCOME-FITS-REQUEST', cause) };
  }
  const completed: CeremonyEvent = { type: 'effect-completed', effect, settled, outcome };
  const decision = inFlightOr(state, effect, [completed]);
  if (!decision.ok) return decision;
  const after = evolve(state, completed);
  // The step is done, or it was interrupted: after an interruption nothing goes on without the people.
  if (after.current !== state.current || settled || command.then === 'wait') return decision;
  return withNextRequest(after, [completed], position);
}

function withNextRequest(state: CeremonyState, events: readonly CeremonyEvent[], position: Position): Decision {
  const step = currentStep(state);
  const request = nextRequest(state, { ...position, size: position.size + events.length });
  if (step === null || request === null) return { ok: true, events };
  const missing = carriedKeys(state).find(
    ({ id }) => state.compared.get(id) === undefined || state.compared.get(id) !== state.keks.get(id)?.spkiSha256,
  );
  if (request.kind === 'wrap-key' && missing !== undefined) {
    const cause = `The wrapping key for ${missing.id} has not been compared.`;
    return { ok: false, refusal: refusal('KEK-FINGERPRINT-CONFIRMED', cause) };
  }
  const effect = state.effectCount + 1;
  const requested: CeremonyEvent = { type: 'effect-requested', effect, step: step.id, request };
  const against = refusesRequest(state, request);
  if (against === null) return { ok: true, events: [...events, requested] };
  return {
    ok: true,
    events: [...events, requested, { type: 'effect-failed', effect, settled: false, refusal: against }],
  };
}

/** Work that fails before the machine is asked: the people said no to the weak way of this key. */
function refusesRequest(state: CeremonyState, request: EffectRequest): Refusal | null {
  const key = request.kind === 'wrap-key' ? carriedKeys(state).find(({ id }) => id === request.key) : undefined;
  if (key === undefined || !isWeaklyUnaccepted(state, key)) return null;
  return refusal('WEAK-WRAP-CONFIRMED-BY-NAME', `${key.id} would be wrapped in a weak way, and its id was not typed.`, {
    remedy: 'Have the quorum of the plan go on without this key, or stop here.',
    key: key.id,
  });
}

function inFlightOr(state: CeremonyState, effect: number, events: readonly CeremonyEvent[]): Decision {
  if (state.inFlight?.effect === effect) return { ok: true, events };
  return { ok: false, refusal: refusal('EFFECT-NOT-IN-FLIGHT', `Work ${effect} is not the work that is under way.`) };
}

function reopen(state: CeremonyState, command: Extract<Command, { type: 'reopen-token' }>): Decision {
  const { serial, confirmedBy } = command;
  const refused = checkReopening(state, confirmedBy);
  if (refused !== null) return { ok: false, refusal: refused };
  if (state.token?.identity.serial === serial) {
    return { ok: true, events: [{ type: 'token-reopened', serial, confirmedBy: [...confirmedBy] }] };
  }
  const cause = `The token found has serial ${serial}; this ceremony uses ${state.token?.identity.serial ?? 'none yet'}.`;
  return { ok: false, refusal: refusal('TOKEN-SERIAL-AS-IDENTIFIED', cause) };
}

function leaveOut(state: CeremonyState, { step, key, reason, confirmedBy }: LeavingOut): Decision {
  const refused = checkLeavingOut(state, { step, key, reason, confirmedBy });
  if (refused !== null) return { ok: false, refusal: refused };
  return { ok: true, events: [{ type: 'key-left-out', step, key, reason, confirmedBy: [...confirmedBy] }] };
}

function stop(state: CeremonyState, step: string, reason: string): Decision {
  if (isClosed(state)) return { ok: false, refusal: refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`) };
  if (currentStep(state)?.id === step) return { ok: true, events: [{ type: 'ceremony-stopped', step, reason }] };
  const cause = `Somebody stopped at step "${step}"; the current step is "${currentStep(state)?.id ?? 'none'}".`;
  return { ok: false, refusal: refusal('STEP-IS-CURRENT', cause) };
}
