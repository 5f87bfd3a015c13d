import { noticesFrom } from '../bundle/notices.ts';
import type { EffectRequest, KekRecord, NoticeRecord, OutcomeOf } from './effects.ts';
import type { LoggedInput, Mode, RefusalRecord } from './events.ts';
import type { Plan, PlannedKey } from './plan.ts';
import type { Person } from './roles.ts';
import type { Step } from './step.ts';

/** Everything a ceremony has come to, as far as the log says; made by replaying it. */
export interface CeremonyState {
  readonly ceremony: string;
  readonly mode: Mode;
  /** Name and version of the application that opened the ceremony. */
  readonly application: string;
  /** The serial that the site binding names; null when a rehearsal makes its own token. */
  readonly tokenSerial: string | null;
  readonly plan: Plan;
  readonly planDocument: unknown;
  readonly planSha256: string;
  /** Their words count the keys that are left. */
  readonly steps: readonly Step[];
  /** Index of the step that waits for people; `steps.length` once all are done and the ceremony is closed. */
  readonly current: number;
  /** What the current step was given when it was confirmed; null while its work waits for people to confirm it. */
  readonly input: LoggedInput | null;
  readonly people: readonly Person[];
  readonly inFlight: WorkInFlight | null;
  /** Why the current step's work did not complete, until it is tried again. */
  readonly failure: RefusalRecord | null;
  readonly effectCount: number;
  readonly workstation: OutcomeOf<'inspect-workstation'> | null;
  readonly token: OutcomeOf<'identify-token'> | null;
  readonly probe: OutcomeOf<'probe-token'> | null;
  readonly keks: ByKey<KekRecord>;
  /** Per key: the KEK fingerprint that two people compared. */
  readonly compared: ByKey<string>;
  readonly targets: ByKey<OutcomeOf<'make-key' | 'find-key'>>;
  /** Keys whose weak way of wrapping the people have accepted: their ids were typed. */
  readonly weakAccepted: readonly string[];
  readonly wrapped: ByKey<OutcomeOf<'wrap-key'>>;
  /** What the copies that are written have in common, so that all of them are the same bytes. */
  readonly bundle: { readonly createdAt: string; readonly logSize: number } | null;
  readonly copies: readonly OutcomeOf<'write-copy'>[];
  readonly destroyed: readonly string[];
  /** Keys that the people go on without, and why. */
  readonly leftOut: ByKey<string>;
  /** Why the ceremony was stopped for good before its end. */
  readonly stopped: { readonly step: string; readonly reason: string } | null;
}

export interface WorkInFlight {
  readonly effect: number;
  readonly step: string;
  readonly request: EffectRequest;
}

/** One record per key id of the plan. A map, since a key may be called `constructor`. */
export type ByKey<T> = ReadonlyMap<string, T>;

/**
 * The step that waits for people.
 * @param state - the ceremony
 * @returns the step, or null once every step is done or the ceremony was stopped
 */
export function currentStep(state: CeremonyState): Step | null {
  return state.stopped === null ? (state.steps[state.current] ?? null) : null;
}

/**
 * Says whether a ceremony has come to its end: everybody has signed off, or somebody has stopped it.
 * @param state - the ceremony
 */
export function isClosed(state: CeremonyState): boolean {
  return currentStep(state) === null;
}

/**
 * The keys of the plan that the ceremony still carries: all but those that the people left out.
 * @param state - the ceremony
 */
export function carriedKeys(state: CeremonyState): readonly PlannedKey[] {
  return state.plan.keys.filter(({ id }) => !state.leftOut.has(id));
}

/**
 * Every notice so far, in the order in which it came up: for the screen, the command line and the online desk alike.
 * @param state - the ceremony
 */
export function noticesOf(state: CeremonyState): readonly NoticeRecord[] {
  return noticesFrom({
    plan: state.plan.notices,
    workstation: state.workstation?.notices ?? [],
    keks: carriedKeys(state).flatMap(({ id }) => state.keks.get(id)?.notices ?? []),
    leftOut: state.leftOut,
  });
}

/**
 * The keys that this ceremony made and has not destroyed.
 * @param state - the ceremony
 * @returns their ids, in the plan's order
 */
export function keysLeftInToken(state: CeremonyState): readonly string[] {
  return state.plan.keys
    .map((key) => key.id)
    .filter((id) => state.targets.get(id)?.kind === 'make-key' && !state.destroyed.includes(id));
}

/** The work that a step cannot do without an open token. */
const tokenWork: readonly string[] = ['probe-token', 'make-key', 'wrap-key', 'destroy-key'];

/**
 * Says whether the current step needs an open token: to do its work, or to see what became of it.
 * @param state - the ceremony
 */
export function needsToken(state: CeremonyState): boolean {
  return tokenWork.includes(currentStep(state)?.work?.kind ?? '');
}
