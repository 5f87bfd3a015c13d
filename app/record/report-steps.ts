import type { ReportedApproval } from './report-approvals.ts';
import { initialsOf, type ReportedPerson } from './report-people.ts';
import type { Timed } from './timed.ts';

/** A step that was confirmed, once for each time. */
export interface ReportedStep {
  /** Number of the log entry. */
  readonly entry: number;
  readonly step: string;
  readonly number: string;
  readonly title: string;
  /** When whatever came before it had its end. */
  readonly from: string;
  readonly confirmed: string;
  /** When its work had its end, as far as there was any. */
  readonly to: string;
  /** `failed` when a piece of its work failed; `under-way` when the log ends, or Keyferry did, in the middle of it. */
  readonly outcome: 'done' | 'failed' | 'under-way';
  /** How many checks were ticked. */
  readonly checks: number;
  /** Initials with the roles that each of them holds. */
  readonly confirmedBy: readonly { readonly initials: string; readonly roles: readonly string[] }[];
  /** The signatures over what the screen showed; empty for a step that is confirmed by initials alone. */
  readonly approvals: readonly ReportedApproval[];
}

/** Events at which something ends, so that the next step begins. */
const ends: ReadonlySet<string> = new Set([
  'effect-completed',
  'effect-failed',
  'exception-closed',
  'break-ended',
  'ceremony-resumed',
  'ceremony-stopped',
]);

/**
 * The confirmed steps in their order.
 * @param events - the log
 * @param people - of its roll call
 * @param approvals - by the number of the entry that rests on them
 */
export function stepsIn(
  events: readonly Timed[],
  people: readonly ReportedPerson[],
  approvals: ReadonlyMap<number, readonly ReportedApproval[]>,
): readonly ReportedStep[] {
  const steps: ReportedStep[] = [];
  let from = events[0]?.time ?? '';
  const change = (more: Partial<ReportedStep>): void => {
    const last = steps.at(-1);
    if (last !== undefined) steps[steps.length - 1] = { ...last, ...more };
  };
  for (const { entry, time, event } of events) {
    switch (event.type) {
      case 'step-confirmed':
        steps.push({
          entry,
          step: event.step,
          number: event.number,
          title: event.title,
          from,
          confirmed: time,
          to: time,
          outcome: 'done',
          checks: event.ticks.length,
          confirmedBy: event.confirmedBy.map((id) => signatory(people, id)),
          approvals: approvals.get(entry) ?? [],
        });
        from = time;
        break;
      case 'effect-requested':
        change({ outcome: 'under-way' });
        break;
      case 'effect-completed':
        change({ outcome: 'done', to: time });
        break;
      case 'effect-failed':
        change({ outcome: 'failed', to: time });
        break;
      default:
    }
    if (ends.has(event.type)) from = time;
  }
  return steps;
}

function signatory(people: readonly ReportedPerson[], id: string): ReportedStep['confirmedBy'][number] {
  return { initials: initialsOf(people, id), roles: people.find((one) => one.id === id)?.roles ?? [] };
}
