import type { Command } from '../../app/ceremony/decide.ts';
import type { CeremonyEvent } from '../../app/ceremony/events.ts';
import { Refused, refusal, type Refusal } from '../../app/rules/refusal.ts';

/**
 * Who an entry names as its cause.
 * @param command - what led to it
 * @param event - what is logged: an exception that Keyferry opens is its own, whoever caused it
 * @returns ids of the people who acted, `room` where it is not known which of them did, or `keyferry`
 */
export function actorOf(command: Command, event: CeremonyEvent): string {
  if (event.type === 'exception-opened') return event.openedBy;
  switch (command.type) {
    case 'register-approval-key':
    case 'give-approval':
    case 'refuse-passphrase':
    case 'return-person':
      return command.person;
    case 'start-break':
      return command.by;
    case 'record-custody':
      return command.record.by;
    case 'confirm-step':
    case 'reopen-token':
    case 'refuse-token':
    case 'close-exception':
      return command.confirmedBy.length === 0 ? 'room' : command.confirmedBy.join(' ');
    case 'stop-ceremony':
    case 'ask-step-approval':
    case 'ask-exception-approval':
    case 'mark-absent':
      return 'room';
    default:
      return 'keyferry';
  }
}

/** An unforeseen error becomes a refusal too; only its kind is kept, since its text could hold anything. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  const name = error instanceof Error ? error.name : typeof error;
  return refusal('WORK-COMPLETED', 'Something failed that should not have failed.', { code: name });
}
