import type { ReportedApproval } from './report-approvals.ts';
import { initialsOf, type ReportedPerson } from './report-people.ts';
import type { ReportedPlace, StepNames } from './step-names.ts';
import { ofType, type Timed } from './timed.ts';

/** Something that did not go as planned. */
export interface ReportedException {
  readonly exception: number;
  readonly time: string;
  readonly at: ReportedPlace;
  readonly expected: string;
  readonly happened: string;
  /** A name, or Keyferry. */
  readonly openedBy: string;
  readonly rule: string | null;
  /** Null while it is open. */
  readonly closed: {
    readonly time: string;
    readonly decided: string;
    /** The key that the people went on without; null where they decided otherwise. */
    readonly without: string | null;
    /** Initials of those who approved the decision. */
    readonly by: readonly string[];
    readonly approvals: readonly ReportedApproval[];
  } | null;
}

/** An abort: a second one ends what the first began. */
export interface ReportedAbort {
  readonly time: string;
  readonly at: ReportedPlace;
  readonly reason: string;
}

/** What the parts of a report are made from besides the events. */
interface Known {
  readonly people: readonly ReportedPerson[];
  readonly names: StepNames;
  /** By the number of the entry that rests on them. */
  readonly approvals: ReadonlyMap<number, readonly ReportedApproval[]>;
}

/** The exceptions in their order, each with its end. */
export function exceptionsIn(
  events: readonly Timed[],
  { people, names, approvals }: Known,
): readonly ReportedException[] {
  const ends = new Map(ofType(events, 'exception-closed').map((closed) => [closed.event.exception, closed]));
  return ofType(events, 'exception-opened').map(({ entry, time, event }) => {
    const { exception, step, expected, happened, openedBy, rule } = event;
    const end = ends.get(exception);
    return {
      exception,
      time,
      at: names.placeAt(step, entry),
      expected,
      happened,
      openedBy: openedBy === 'keyferry' ? 'Keyferry' : (people.find(({ id }) => id === openedBy)?.name ?? openedBy),
      rule,
      closed:
        end === undefined
          ? null
          : {
              time: end.time,
              decided: end.event.decided,
              without: end.event.key,
              by: end.event.confirmedBy.map((id) => initialsOf(people, id)),
              approvals: approvals.get(end.entry) ?? [],
            },
    };
  });
}

/** Why and where it was aborted, in the order in which somebody said so. */
export function abortsIn(events: readonly Timed[], names: StepNames): readonly ReportedAbort[] {
  return ofType(events, 'ceremony-stopped').map(({ entry, time, event: { step, reason } }) => ({
    time,
    at: names.placeAt(step, entry),
    reason,
  }));
}
