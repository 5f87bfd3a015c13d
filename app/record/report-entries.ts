import type { Entry } from '../audit/entry.ts';
import type { CeremonyEvent } from '../ceremony/events.ts';
import { repairInWords } from '../ceremony/log-repair.ts';
import { initialsOf, type ReportedPerson } from './report-people.ts';
import type { StepNames } from './step-names.ts';
import type { Timed } from './timed.ts';

/** One entry of the log in one line. */
export interface ReportedEntry {
  readonly entry: number;
  readonly time: string;
  /** Initials of the people, or who else caused it. */
  readonly actor: string;
  readonly what: string;
}

/**
 * Every entry in one line; all its values are in the transcript.
 * @param entries - of the log
 * @param events - the same, as events
 * @param known - the people, and how the steps are called
 */
export function entriesIn(
  entries: readonly Entry[],
  events: readonly Timed[],
  { people, names }: { readonly people: readonly ReportedPerson[]; readonly names: StepNames },
): readonly ReportedEntry[] {
  const who = (id: string): string => initialsOf(people, id);
  return events.map(({ entry, time, event }, at) => ({
    entry,
    time,
    actor: (entries[at]?.actor ?? '').split(' ').map(who).join(', '),
    what: inOneLine(event, who, (subject) => subjectInWords(names, subject, entry)),
  }));
}

function subjectInWords(names: StepNames, subject: string, entry: number): string {
  const [, exception] = /^exception\.(\d+)$/u.exec(subject) ?? [];
  return exception === undefined ? (names.nameAt(subject, entry) ?? subject) : `the decision on exception ${exception}`;
}

type Words = (id: string) => string;

function inOneLine(event: CeremonyEvent, who: Words, subject: Words): string {
  switch (event.type) {
    case 'ceremony-opened':
      return `Ceremony ${event.ceremony} opened`;
    case 'ceremony-resumed':
      return 'Taken up again after a restart';
    case 'log-repaired':
      return repairInWords(event);
    case 'step-confirmed':
      return `Confirmed: ${event.number} ${event.title}`;
    case 'approval-key-registered':
      return `Approval key of ${who(event.person)} registered and proved`;
    case 'approval-asked':
      return `Put to the people: ${subject(event.subject)}`;
    case 'approval-given':
      return `${who(event.person)} approved ${subject(event.subject)}`;
    case 'passphrase-refused':
      return `Wrong passphrase of ${who(event.person)}`;
    case 'exception-opened':
      return `Exception ${event.exception} opened: ${event.happened}`;
    case 'exception-closed':
      return `Exception ${event.exception} closed: ${event.decided}`;
    case 'break-started':
      return `Break: ${event.reason}`;
    case 'person-returned':
      return `${who(event.person)} identified again`;
    case 'person-absent':
      return `${who(event.person)} left for good: ${event.reason}`;
    case 'break-ended':
      return 'Break ended';
    case 'custody-recorded':
      return `Custody register: ${event.record.kind.replaceAll('-', ' ')}`;
    case 'ceremony-stopped':
      return `Aborted: ${event.reason}`;
    default:
      return workInOneLine(event);
  }
}

type WorkEvent = Extract<CeremonyEvent, { type: `effect-${string}` | `token-${string}` }>;

function workInOneLine(event: WorkEvent): string {
  switch (event.type) {
    case 'effect-requested':
      return `Work ${event.effect} requested: ${named(event.request)}`;
    case 'effect-completed':
      return `Work ${event.effect} done${event.settled ? ', as looking showed' : ''}: ${named(event.outcome)}`;
    case 'effect-failed':
      return `Work ${event.effect} failed: ${event.refusal.rule}`;
    case 'effect-interrupted':
      return `Work ${event.effect} interrupted: ${event.refusal.rule}`;
    case 'token-reopened':
      return `Token ${event.serial} opened again`;
    case 'token-not-reopened':
      return `Token not opened: ${event.refusal.rule}`;
  }
}

/** `make key payroll-root` */
function named(work: { readonly kind: string }): string {
  const kind = work.kind.replaceAll('-', ' ');
  return 'key' in work && typeof work.key === 'string' ? `${kind} ${work.key}` : kind;
}
