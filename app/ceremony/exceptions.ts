import { isBlank } from '../keys/text.ts';
import { refusal, type Refusal } from '../rules/refusal.ts';
import { keyToLeaveOut } from './leaving-out.ts';
import type { EventOf, ExceptionDecision } from './events.ts';
import { currentStep, openExceptions, type CeremonyState, type ExceptionRecord } from './state.ts';

/** What the people decide of an exception. */
export interface Closing {
  readonly exception: number;
  /** In their words. */
  readonly decided: string;
  readonly decision: ExceptionDecision;
  /** The key that they go on without; null where the decision is another. */
  readonly key: string | null;
}

/**
 * Makes the event that opens the next exception.
 * @param state - the ceremony
 * @param told - what was expected, what happened, who noticed it, and the rule where Keyferry did
 */
export function exceptionEvent(
  state: CeremonyState,
  told: Pick<ExceptionRecord, 'expected' | 'happened' | 'openedBy' | 'rule'>,
): EventOf<'exception-opened'> {
  return {
    type: 'exception-opened',
    exception: state.exceptions.length + 1,
    step: currentStep(state)?.id ?? 'closed',
    ...told,
  };
}

/**
 * An exception that Keyferry itself opens.
 * @param state - the ceremony
 * @param happened - the rule and what was found
 * @param expected - what should have been; the step that was to be done, where it is left out
 */
export function exceptionByItself(
  state: CeremonyState,
  { rule, cause }: Pick<Refusal, 'cause'> & { readonly rule: string },
  expected?: string,
): EventOf<'exception-opened'> {
  const step = currentStep(state);
  return exceptionEvent(state, {
    expected: expected ?? (step === null ? 'The ceremony is closed.' : `${step.number} ${step.title}`),
    happened: cause,
    openedBy: 'keyferry',
    rule,
  });
}

/**
 * What was found after an interruption is shown to the people and signed by them, like everything that was not planned.
 * @param state - the ceremony, the work still in flight
 */
export function settledByLooking(state: CeremonyState): EventOf<'exception-opened'> {
  const { effect, request } = state.inFlight ?? { effect: 0, request: { kind: 'unknown' } };
  const cause = `Work ${effect} (${request.kind}) was interrupted. Keyferry looked: it was done.`;
  return exceptionByItself(state, { rule: 'EFFECT-SETTLED-BY-LOOKING', cause });
}

/**
 * The open exception with this number.
 * @param state - the ceremony
 * @param exception - its number, from 1
 * @returns the record, or null when it is closed or there is none
 */
export function exceptionToClose(state: CeremonyState, exception: number): ExceptionRecord | null {
  return openExceptions(state).find((record) => record.exception === exception) ?? null;
}

/**
 * Whether the exceptions let the ceremony go on. Before everybody can sign, nobody can close one: they wait until then.
 * @param state - the ceremony
 * @returns null when none is open
 */
export function checkNoOpenException(state: CeremonyState): Refusal | null {
  if (state.owed !== null)
    return refusal('NO-OPEN-EXCEPTION', `An exception is to be opened first: ${state.owed.happened}`);
  const [open] = openExceptions(state);
  if (open === undefined) return null;
  return refusal('NO-OPEN-EXCEPTION', `Exception ${open.exception} is open: ${open.happened}`);
}

/**
 * Checks a decision on an exception, without who decides it.
 * @param state - the ceremony
 * @param closing - the decision
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkClosing(state: CeremonyState, { exception, decided, decision, key }: Closing): Refusal | null {
  if (exceptionToClose(state, exception) === null) {
    return refusal('EXCEPTION-CLOSED-BY-QUORUM', `There is no open exception ${exception}.`);
  }
  if (isBlank(decided)) {
    return refusal('EXCEPTION-CLOSED-BY-QUORUM', `Exception ${exception}: nobody has said what was decided.`);
  }
  const may = keyToLeaveOut(state);
  if (decision === 'leave-out' ? key === null || key !== may : key !== null) {
    const which = may === null ? 'No key may be left out now' : `Only ${may} may be left out now`;
    return refusal('KEY-LEFT-OUT-BY-DECISION', `${which}; it was decided of "${key ?? 'none'}".`);
  }
  return null;
}
