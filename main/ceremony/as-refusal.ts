import type { Command } from '../../app/ceremony/decide.ts';
import { Refused, refusal, type Refusal } from '../../app/rules/refusal.ts';

/** Who an entry names as its cause: the people who confirmed, or the application. */
export function actorOf(command: Command): string {
  if (command.type === 'stop-ceremony') return 'room';
  if (!('confirmedBy' in command)) return 'keyferry';
  return command.confirmedBy.length === 0 ? 'room' : command.confirmedBy.join(' ');
}

/** An unforeseen error becomes a refusal too; only its kind is kept, since its text could hold anything. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  const name = error instanceof Error ? error.name : typeof error;
  return refusal('WORK-COMPLETED', 'Something failed that should not have failed.', { code: name });
}
