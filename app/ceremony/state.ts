import { noticesFrom } from '../bundle/notices.ts';
import type { EffectKind, EffectRequest, KekRecord, NoticeRecord, OutcomeOf } from './effects.ts';
import type { CustodyRecord, Register } from './custody.ts';
import type { EventOf, ExceptionDecision, LogPosition, LoggedInput, Mode, RefusalRecord } from './events.ts';
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
  readonly siteSha256: string | null;
  /** By whom the plan was approved before the day; null where nobody knows. */
  readonly planApproval: EventOf<'ceremony-opened'>['planApproval'];
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
  /** Ids of the people who had to leave for good. */
  readonly absent: readonly string[];
  /** Public halves of the approval keys, DER SubjectPublicKeyInfo in hex, by person. */
  readonly approvalKeys: ByKey<string>;
  /** What is being approved now, and who has; null while nothing is asked. */
  readonly approval: OpenApproval | null;
  /** How many wrong passphrases in a row, by person. */
  readonly wrongPassphrases: ByKey<number>;
  readonly exceptions: readonly ExceptionRecord[];
  /** The exception that the last event has caused and that comes next in the log, before anything else. */
  /** Those that are owed after it, where the log was repaired before it could be opened. */
  readonly owedThen: readonly EventOf<'exception-opened'>[];
  readonly owed: EventOf<'exception-opened'> | null;
  readonly onBreak: Break | null;
  readonly custody: readonly CustodyRecord[];
  readonly inFlight: WorkInFlight | null;
  /** Why the current step's work did not complete, until it is tried again. */
  readonly failure: RefusalRecord | null;
  readonly effectCount: number;
  /** Kinds of work that were done at the current step. */
  readonly doneHere: readonly EffectKind[];
  /** The key in the token that signs the log, DER SubjectPublicKeyInfo in hex; null before it was made. */
  readonly logKey: string | null;
  readonly isLogKeyDestroyed: boolean;
  /** The last checkpoint that it signed. */
  readonly checkpoint: { readonly size: number; readonly root: string } | null;
  readonly workstation: OutcomeOf<'inspect-workstation'> | null;
  readonly token: OutcomeOf<'identify-token'> | null;
  readonly probe: OutcomeOf<'probe-token'> | null;
  readonly keks: ByKey<KekRecord>;
  /** Per key: the KEK fingerprint that two people compared. */
  readonly compared: ByKey<string>;
  readonly targets: ByKey<OutcomeOf<'make-key' | 'find-key'>>;
  /** Per key: the KEK fingerprint under which the quorum approved that it is wrapped. */
  readonly approvedWraps: ByKey<string>;
  /** Keys whose weak way of wrapping the people have accepted: their ids were typed. */
  readonly weakAccepted: readonly string[];
  readonly wrapped: ByKey<OutcomeOf<'wrap-key'>>;
  /** What the copies that are written have in common, so that all of them are the same bytes. */
  readonly bundle: {
    readonly createdAt: string;
    readonly logSize: number;
    /** What the log key signed of it; null before. */
    readonly signed: OutcomeOf<'sign-bundle'> | null;
  } | null;
  readonly copies: readonly OutcomeOf<'write-copy'>[];
  readonly destroyed: readonly string[];
  /** Keys that the people go on without, and why. */
  readonly leftOut: ByKey<string>;
  /** Why the ceremony was aborted before its end, and the work of which nobody knows what became. */
  readonly stopped: { readonly step: string; readonly reason: string; readonly unsettled: EffectRequest | null } | null;
}

/** What the people are asked to approve: what the screen shows, by its hash, and whose approvals hold for exactly that. */
export interface OpenApproval {
  readonly subject: string;
  readonly sha256: string;
  readonly parameters: unknown;
  readonly by: readonly string[];
}

/** Something that did not go as planned. */
export interface ExceptionRecord {
  readonly exception: number;
  readonly step: string;
  readonly expected: string;
  readonly happened: string;
  readonly openedBy: string;
  readonly rule: string | null;
  /** Null while it is open. */
  readonly closed: {
    readonly decided: string;
    readonly decision: ExceptionDecision;
    readonly key: string | null;
    readonly confirmedBy: readonly string[];
  } | null;
}

/** While nobody works: since a break was asked for, or since the application was started anew. */
export interface Break {
  readonly kind: 'break' | 'restart';
  readonly reason: string;
  /** Id of the person who asked for it; null after a restart. */
  readonly by: string | null;
  /** After a restart: where the log stood when it was found, as the paper must have it; null in a break. */
  readonly found: Pick<LogPosition, 'size' | 'head'> | null;
  /** Ids of the people who have been identified again. */
  readonly returned: readonly string[];
}

/** How a ceremony stands, or ended. */
export type CeremonyOutcome = 'open' | 'suspended' | 'completed' | 'aborted-clean' | 'aborted-with-keys-present';

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
 * @returns the step, or null once every step is done
 */
export function currentStep(state: CeremonyState): Step | null {
  return state.steps[state.current] ?? null;
}

/**
 * The people who are still here: all but those who had to leave for good.
 * @param state - the ceremony
 */
export function presentPeople(state: Pick<CeremonyState, 'people' | 'absent'>): readonly Person[] {
  return state.people.filter(({ id }) => !state.absent.includes(id));
}

/**
 * What a new line of the custody register is checked against.
 * @param state - the ceremony
 */
export function registerOf(state: CeremonyState): Register {
  return { present: presentPeople(state), custody: state.custody, copies: state.copies };
}

/**
 * The name of somebody of the roll call.
 * @param state - the ceremony
 * @param person - id
 * @returns the name; the id where nobody has it
 */
export function nameOf({ people }: Pick<CeremonyState, 'people'>, person: string): string {
  return people.find(({ id }) => id === person)?.name ?? person;
}

/**
 * Says whether everybody of the roll call has an approval key: from then on the people can sign.
 * @param state - the ceremony
 */
export function isEverybodyRegistered(state: Pick<CeremonyState, 'people' | 'approvalKeys'>): boolean {
  return state.people.length > 0 && state.people.every(({ id }) => state.approvalKeys.has(id));
}

/**
 * The exceptions that nobody has closed yet.
 * @param state - the ceremony
 */
export function openExceptions(state: Pick<CeremonyState, 'exceptions'>): readonly ExceptionRecord[] {
  return state.exceptions.filter(({ closed }) => closed === null);
}

/**
 * How the ceremony stands, by the name under which the record has it.
 * @param state - the ceremony
 */
export function outcomeOf(state: CeremonyState): CeremonyOutcome {
  if (!isClosed(state)) return state.onBreak === null ? 'open' : 'suspended';
  if (state.stopped === null) return 'completed';
  return keysPerhapsInToken(state).length === 0 ? 'aborted-clean' : 'aborted-with-keys-present';
}

/**
 * Says whether a ceremony has come to its end: everybody has signed off, or an abort has been brought to its end.
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

/**
 * The key that was being made when the ceremony was aborted: nobody knows whether it is in the token.
 * @param state - the ceremony
 * @returns its id; null when there is none, or it was destroyed since
 */
export function keyInDoubt({ stopped, destroyed }: CeremonyState): string | null {
  const unsettled = stopped?.unsettled ?? null;
  return unsettled?.kind === 'make-key' && !destroyed.includes(unsettled.key) ? unsettled.key : null;
}

/**
 * The keys that this ceremony made and has not destroyed, with the one in doubt: nobody may call a token clean that may
 * hold it.
 * @param state - the ceremony
 * @returns their ids, in the plan's order
 */
export function keysPerhapsInToken(state: CeremonyState): readonly string[] {
  const left = [...keysLeftInToken(state), keyInDoubt(state)];
  return state.plan.keys.map(({ id }) => id).filter((id) => left.includes(id));
}

/**
 * Says whether the key that signs the log is in the token.
 * @param state - the ceremony
 */
export function hasLogKey({ logKey, isLogKeyDestroyed }: CeremonyState): boolean {
  return logKey !== null && !isLogKeyDestroyed;
}

/** The work that a step cannot do without an open token. */
const tokenWork: readonly string[] = [
  'probe-token',
  'make-log-key',
  'sign-checkpoint',
  'destroy-log-key',
  'make-key',
  'wrap-key',
  'sign-bundle',
  'destroy-key',
];

/**
 * Says whether the current step needs an open token: to do its work, or to see what became of it.
 * @param state - the ceremony
 */
export function needsToken(state: CeremonyState): boolean {
  // What became of a copy is seen on the medium.
  if (state.inFlight !== null) return tokenWork.includes(state.inFlight.request.kind);
  const { before = [], work = null, after = [] } = currentStep(state) ?? {};
  return [...before, work?.kind ?? '', ...after].some((kind) => tokenWork.includes(kind));
}
