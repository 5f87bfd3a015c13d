import { refusal, type Refusal } from '../rules/refusal.ts';
import {
  checkAttempt,
  checkConfirmation,
  checkGoesOn,
  checkReopening,
  type Attempt,
  type Confirmation,
} from './confirmation.ts';
import { decidePeople, type PeopleCommand } from './decide-people.ts';
import type { EffectOutcome, EffectRequest } from './effects.ts';
import type { CeremonyEvent, EventOf, Mode, RefusalRecord } from './events.ts';
import { evolve } from './evolve.ts';
import { outcomeFits } from './outcome.ts';
import { carriedKeys, currentStep, isClosed, type CeremonyState } from './state.ts';
import { isWeaklyUnaccepted, nextRequest, type Position } from './work.ts';

/** What somebody, or the machine that did some work, asks of the ceremony. Carries no secret. */
export type Command =
  | ({ readonly type: 'open-ceremony' } & Omit<EventOf<'ceremony-opened'>, 'type'> & { readonly mode: Mode })
  | { readonly type: 'resume-ceremony'; readonly application: string; readonly position: Position }
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
  | ({ readonly type: 'fail-work' } & Omit<EventOf<'effect-failed'>, 'type'>)
  | { readonly type: 'interrupt-work'; readonly effect: number; readonly refusal: RefusalRecord }
  | ({ readonly type: 'reopen-token'; readonly serial: string } & Attempt)
  | ({ readonly type: 'refuse-token' } & Attempt & Pick<EventOf<'token-not-reopened'>, 'refusal' | 'pin'>)
  | { readonly type: 'stop-ceremony'; readonly step: string; readonly reason: string }
  | PeopleCommand;

export type Decision =
  { readonly ok: true; readonly events: readonly CeremonyEvent[] } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Decides what a command leads to. Pure: time and the log's size come inside the command.
 * @param state - the ceremony so far; null only for `open-ceremony`
 * @param command - what is asked
 * @returns the events to append, in order, or the rule that stands against it
 */
export function decide(state: CeremonyState | null, command: Command): Decision {
  if (command.type === 'open-ceremony') return { ok: true, events: [{ ...command, type: 'ceremony-opened' }] };
  if (state === null) throw new Error(`${command.type} needs an open ceremony`);
  if (state.owed !== null) return { ok: false, refusal: notTold(state.owed) };
  switch (command.type) {
    case 'resume-ceremony':
      return resume(state, command);
    case 'confirm-step':
      return confirm(state, command);
    case 'complete-work':
      return complete(state, command);
    case 'interrupt-work':
      return inFlightOr(state, command.effect, [
        { type: 'effect-interrupted', effect: command.effect, refusal: command.refusal },
      ]);
    case 'fail-work':
      return inFlightOr(state, command.effect, withExceptions(state, { ...command, type: 'effect-failed' }));
    case 'reopen-token':
      return reopen(state, command);
    case 'refuse-token':
      return notReopened(state, command);
    case 'stop-ceremony':
      return stop(state, command.step, command.reason);
    default: {
      const decided = decidePeople(state, command);
      return Array.isArray(decided) ? { ok: true, events: decided } : { ok: false, refusal: decided };
    }
  }
}

/** The log could not take an exception behind its cause; anything else there would make it one that nobody can read. */
function notTold({ happened }: EventOf<'exception-opened'>): Refusal {
  return refusal('NO-OPEN-EXCEPTION', `The log lacks the exception that tells: ${happened}`, {
    remedy: 'Leave the ceremony and take it up again: the exception is opened then.',
  });
}

function resume(state: CeremonyState, command: Extract<Command, { type: 'resume-ceremony' }>): Decision {
  if (isClosed(state)) return { ok: false, refusal: refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`) };
  const { application, position } = command;
  const log = { size: position.size, head: position.head };
  return { ok: true, events: [{ type: 'ceremony-resumed', application, log }] };
}

function confirm(state: CeremonyState, command: Extract<Command, { type: 'confirm-step' }>): Decision {
  const refused = checkConfirmation(state, command);
  if (refused !== null) return { ok: false, refusal: refused };
  const { step, ticks, confirmedBy, input, position } = command;
  const { number, title } = currentStep(state) ?? { number: '', title: '' };
  const confirmed: CeremonyEvent = {
    type: 'step-confirmed',
    step,
    number,
    title,
    ticks: [...ticks],
    confirmedBy: [...confirmedBy],
    input,
  };
  const after = evolve(state, confirmed);
  // The next step may have work too, and nobody has confirmed that one.
  if (after.current === state.current) return withNextRequest(after, [confirmed], position);
  return { ok: true, events: [confirmed] };
}

function complete(state: CeremonyState, command: Extract<Command, { type: 'complete-work' }>): Decision {
  const { effect, outcome, settled, position } = command;
  const request = state.inFlight?.request;
  if (request !== undefined && !outcomeFits(state, request, outcome)) {
    const cause = `The outcome of work ${effect} is not of the ${request.kind} that was asked for.`;
    return { ok: false, refusal: refusal('OUTCOME-FITS-REQUEST', cause) };
  }
  const completed: CeremonyEvent = { type: 'effect-completed', effect, settled, outcome };
  const decision = inFlightOr(state, effect, [completed]);
  if (!decision.ok) return decision;
  const after = evolve(state, completed);
  if (settled) return { ok: true, events: withExceptions(state, completed) };
  if (after.current !== state.current || command.then === 'wait' || checkGoesOn(after) !== null) return decision;
  return withNextRequest(after, [completed], position);
}

function withNextRequest(state: CeremonyState, events: readonly CeremonyEvent[], position: Position): Decision {
  const step = currentStep(state);
  const request = nextRequest(state, { ...position, size: position.size + events.length });
  if (step === null || request === null) return { ok: true, events };
  const unready = request.kind === 'wrap-key' ? refusesWraps(state) : null;
  if (unready !== null) return { ok: false, refusal: unready };
  const effect = state.effectCount + 1;
  const requested: CeremonyEvent = { type: 'effect-requested', effect, step: step.id, request };
  const against = refusesRequest(state, request);
  if (against === null) return { ok: true, events: [...events, requested] };
  const failed: CeremonyEvent = { type: 'effect-failed', effect, settled: false, refusal: against };
  return { ok: true, events: [...events, requested, ...withExceptions(evolve(state, requested), failed)] };
}

/** Nothing is wrapped under a key that two people have not compared, and that the quorum has not approved. */
function refusesWraps(state: CeremonyState): Refusal | null {
  const keys = carriedKeys(state);
  const under = (id: string): string | undefined => state.keks.get(id)?.spkiSha256;
  const missing = keys.find(({ id }) => under(id) === undefined || state.compared.get(id) !== under(id));
  if (missing !== undefined) {
    return refusal('KEK-FINGERPRINT-CONFIRMED', `The wrapping key for ${missing.id} has not been compared.`);
  }
  const unapproved = keys.find(({ id }) => state.approvedWraps.get(id) !== under(id));
  if (unapproved === undefined) return null;
  const cause = `The quorum has not approved that ${unapproved.id} is wrapped under this wrapping key.`;
  return refusal('APPROVAL-OF-WHAT-IS-SHOWN', cause);
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

/** An event, and the exception that it causes. */
function withExceptions(state: CeremonyState, event: CeremonyEvent): CeremonyEvent[] {
  const { owed } = evolve(state, event);
  return owed === null ? [event] : [event, owed];
}

function inFlightOr(state: CeremonyState, effect: number, events: readonly CeremonyEvent[]): Decision {
  if (state.inFlight?.effect === effect) return { ok: true, events };
  return { ok: false, refusal: refusal('EFFECT-NOT-IN-FLIGHT', `Work ${effect} is not the work that is under way.`) };
}

function reopen(state: CeremonyState, command: Extract<Command, { type: 'reopen-token' }>): Decision {
  const { serial, credential, confirmedBy } = command;
  const refused = checkReopening(state, command);
  if (refused !== null) return { ok: false, refusal: refused };
  if (state.token?.identity.serial === serial) {
    return { ok: true, events: [{ type: 'token-reopened', serial, credential, confirmedBy: [...confirmedBy] }] };
  }
  const cause = `The token found has serial ${serial}; this ceremony uses ${state.token?.identity.serial ?? 'none yet'}.`;
  return { ok: false, refusal: refusal('TOKEN-SERIAL-AS-IDENTIFIED', cause) };
}

function notReopened(state: CeremonyState, command: Extract<Command, { type: 'refuse-token' }>): Decision {
  const refused = checkAttempt(state, command);
  if (refused !== null) return { ok: false, refusal: refused };
  const tried: CeremonyEvent = { ...command, type: 'token-not-reopened', confirmedBy: [...command.confirmedBy] };
  return { ok: true, events: withExceptions(state, tried) };
}

function stop(state: CeremonyState, step: string, reason: string): Decision {
  if (isClosed(state)) return { ok: false, refusal: refusal('CEREMONY-OPEN', `Ceremony ${state.ceremony} is closed.`) };
  if (currentStep(state)?.id === step) return { ok: true, events: [{ type: 'ceremony-stopped', step, reason }] };
  const cause = `Somebody stopped at step "${step}"; the current step is "${currentStep(state)?.id ?? 'none'}".`;
  return { ok: false, refusal: refusal('STEP-IS-CURRENT', cause) };
}
