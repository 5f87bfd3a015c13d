import type { ToldNotice } from './notices.ts';
import type { ToldEntry, ToldEventOf } from './told-events.ts';
import type { OutcomeOf, ToldOutcome } from './told-work.ts';

export type Opened = ToldEventOf<'ceremony-opened'>;
export type KekFacts = OutcomeOf<'read-inbound'>['keks'][number];
export type MadeFacts = OutcomeOf<'make-key' | 'find-key'>;
export type ProofFacts = OutcomeOf<'probe-token'>['proofs'][number];

export type WrapFacts = OutcomeOf<'wrap-key'> & {
  /** When its entry was written. */
  readonly time: string;
  /** What the token had proved when it was last tested before. */
  readonly proven: readonly ProofFacts[];
};

/** The facts by key id; of what was repeated, the last time stands. */
export interface LogFacts {
  /** The first event, when it opens a ceremony. */
  readonly opened: Opened | null;
  readonly workstation: readonly ToldNotice[];
  /** The wrapping keys as they were last read, all at once. */
  readonly keks: ReadonlyMap<string, KekFacts>;
  readonly made: ReadonlyMap<string, MadeFacts>;
  readonly wraps: ReadonlyMap<string, WrapFacts>;
  /** The keys that the people went on without, with what was decided, in the order of the decisions. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** When the bundle was made: the record ends with the request to sign it. */
  readonly createdAt: string | null;
}

/**
 * Collects the facts of a log.
 * @param entries - the log, its chain already followed
 */
export function factsOf(entries: readonly ToldEntry[]): LogFacts {
  const first = entries[0]?.event;
  const outcomes = outcomesIn(entries).map(({ outcome }) => outcome);
  return {
    opened: first?.type === 'ceremony-opened' ? first : null,
    workstation: outcomes.filter((each) => each.kind === 'inspect-workstation').at(-1)?.notices ?? [],
    keks: byKey(outcomes.filter((each) => each.kind === 'read-inbound').at(-1)?.keks ?? []),
    made: byKey(outcomes.filter((each) => each.kind === 'make-key' || each.kind === 'find-key')),
    wraps: byKey(wrapsIn(entries)),
    leftOut: new Map(entries.flatMap(({ event }) => leavingOut(event))),
    createdAt: createdAtIn(entries),
  };
}

/** Work that was done, with the time of its entry. */
function outcomesIn(
  entries: readonly ToldEntry[],
): readonly { readonly outcome: ToldOutcome; readonly time: string }[] {
  return entries.flatMap(({ event, time }) =>
    event.type === 'effect-completed' ? [{ outcome: event.outcome, time }] : [],
  );
}

/** The key that a decision leaves out, with the decision in the people's words; one that names no key leaves out none. */
function leavingOut(event: ToldEntry['event']): [string, string][] {
  if (event.type !== 'exception-closed') return [];
  const { decision, key, decided } = event;
  return decision === 'leave-out' && key !== null ? [[key, decided]] : [];
}

/** Every wrap, with what the last test of the token before it had proved. */
function wrapsIn(entries: readonly ToldEntry[]): WrapFacts[] {
  let proven: readonly ProofFacts[] = [];
  return outcomesIn(entries).flatMap(({ outcome, time }) => {
    if (outcome.kind === 'probe-token') proven = outcome.proofs;
    return outcome.kind === 'wrap-key' ? [{ ...outcome, time, proven }] : [];
  });
}

function createdAtIn(entries: readonly ToldEntry[]): string | null {
  const requests = entries.flatMap(({ event }) => (event.type === 'effect-requested' ? [event.request] : []));
  return requests.filter((request) => request.kind === 'sign-bundle').at(-1)?.createdAt ?? null;
}

function byKey<T extends { readonly key: string }>(facts: readonly T[]): ReadonlyMap<string, T> {
  return new Map(facts.map((fact) => [fact.key, fact]));
}
