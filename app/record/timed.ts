import type { Entry } from '../audit/entry.ts';
import { parseEvent, type CeremonyEvent, type EventOf } from '../ceremony/events.ts';
import type { EffectKind, EffectOutcome, OutcomeOf } from '../ceremony/effects.ts';

/** An event with where and when it stands in the log. */
export interface Timed<E extends CeremonyEvent = CeremonyEvent> {
  /** Number of the entry, from 1. */
  readonly entry: number;
  /** ISO 8601 with Z. */
  readonly time: string;
  readonly event: E;
}

/**
 * Reads the events of a log.
 * @param entries - in order
 * @returns each with its entry
 * @throws Refused with LOG-HOLDS-A-CEREMONY
 */
export function timedEvents(entries: readonly Entry[]): readonly Timed[] {
  return entries.map(({ sequence, time, event }) => ({ entry: sequence, time, event: parseEvent(event) }));
}

/** Those events that are of a type, in order. */
export function ofType<T extends CeremonyEvent['type']>(
  events: readonly Timed[],
  type: T,
): readonly Timed<EventOf<T>>[] {
  return events.filter((timed): timed is Timed<EventOf<T>> => timed.event.type === type);
}

/** The outcomes of these kinds of work, in order. */
export function outcomesOf<K extends EffectKind>(
  events: readonly Timed[],
  ...kinds: readonly K[]
): readonly { readonly entry: number; readonly time: string; readonly outcome: OutcomeOf<K> }[] {
  const isOfKind = (outcome: EffectOutcome): outcome is OutcomeOf<K> => kinds.some((kind) => kind === outcome.kind);
  return ofType(events, 'effect-completed').flatMap(({ entry, time, event: { outcome } }) =>
    isOfKind(outcome) ? [{ entry, time, outcome }] : [],
  );
}
