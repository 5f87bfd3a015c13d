import type { Timed } from './timed.ts';
import { initialsOf, type ReportedPerson } from './report-people.ts';

/** One signature. */
export interface ReportedApproval {
  readonly initials: string;
  readonly time: string;
  /** Number of the log entry. */
  readonly entry: number;
  /** SHA-256 of the parameters that were approved, hex. */
  readonly parametersSha256: string;
  /** ECDSA P-256 over SHA-256, DER, hex. */
  readonly signature: string;
}

/**
 * The approvals on which confirmations and decisions rest: those that were given to what was asked last before, by the people
 * who are named with it. Whatever was approved before something else was asked is void and not among them.
 * @param events - the log
 * @param people - of its roll call
 * @returns by the number of the entry that rests on them
 */
export function approvalsIn(
  events: readonly Timed[],
  people: readonly ReportedPerson[],
): ReadonlyMap<number, readonly ReportedApproval[]> {
  const found = new Map<number, readonly ReportedApproval[]>();
  let given: { readonly person: string; readonly subject: string; readonly approval: ReportedApproval }[] = [];
  for (const { entry, time, event } of events) {
    if (event.type === 'approval-asked') given = [];
    if (event.type === 'approval-given') {
      const { person, subject, parametersSha256, signature } = event;
      const initials = initialsOf(people, person);
      given.push({ person, subject, approval: { initials, time, entry, parametersSha256, signature } });
    }
    if (event.type !== 'step-confirmed' && event.type !== 'exception-closed') continue;
    const subject = event.type === 'step-confirmed' ? event.step : `exception.${event.exception}`;
    const own = given.filter((each) => each.subject === subject && event.confirmedBy.includes(each.person));
    found.set(
      entry,
      own.map(({ approval }) => approval),
    );
    given = [];
  }
  return found;
}
