import { isBlank } from '../keys/text.ts';
import { refuse } from '../rules/refusal.ts';
import { followRoom, waitedFor, type Moment, type Room } from './room.ts';
import type { ToldEvent } from './told-events.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-BREAKS-ENDED';

/** What nobody does while others are away. */
const acts: ReadonlySet<ToldEvent['type']> = new Set<ToldEvent['type']>([
  'step-confirmed',
  'approval-asked',
  'approval-given',
  'exception-closed',
  'token-reopened',
  'break-started',
  'effect-requested',
]);

/**
 * Whether nothing was done while somebody was away: every break, and every restart once the people can be identified, ends
 * only when each of them has returned or was declared absent for good, who then takes part in nothing more. That whoever
 * returned signed it is another rule's.
 * @throws Refused with BUNDLE-BREAKS-ENDED
 */
export function checkBreaks({ entries }: Readings): Finding {
  let breaks = 0;
  const after = followRoom(entries, (moment) => {
    checkMoment(moment);
    if (moment.event.type === 'break-ended') breaks += 1;
  });
  if (after.returned !== null) refuse(rule, 'The last break was never ended.');
  return holds(`${breaks} breaks, ${after.absent.size} people absent for good`);
}

/** Whoever confirms is there, and is one person. */
function checkThere(ids: readonly string[], { people, absent }: Room, place: string): void {
  const odd = ids.find((id, at) => !people.has(id) || absent.has(id) || ids.indexOf(id) !== at);
  if (odd !== undefined) refuse(rule, `${place}: ${odd} is not there, or confirms twice.`);
}

/** Who gave the PIN; nobody where it was not asked for. */
function typistsIn(event: ToldEvent): readonly string[] {
  if (event.type === 'step-confirmed') return event.input.kind === 'credential' ? event.input.by : [];
  return 'credential' in event ? event.credential.by : [];
}

function checkMoment({ entry, event, room }: Moment): void {
  const place = `Entry ${entry.sequence} (${event.type})`;
  if (room.returned !== null && acts.has(event.type)) {
    refuse(rule, `${place}: it happened in a break, without ${waitedFor(room).join(', ') || 'its end'}.`);
  }
  if ('confirmedBy' in event) checkThere(event.confirmedBy, room, place);
  checkThere(typistsIn(event), room, place);
  switch (event.type) {
    case 'ceremony-resumed':
      if (event.log.size !== entry.sequence - 1 || event.log.head !== entry.previous) {
        refuse(rule, `${place}: it tells of another place of a log.`);
      }
      return;
    case 'person-returned':
    case 'person-absent':
      if (!waitedFor(room).includes(event.person)) refuse(rule, `${place}: nobody waited for ${event.person}.`);
      if (event.type === 'person-absent' && isBlank(event.reason)) refuse(rule, `${place}: it has no reason.`);
      return;
    case 'break-started':
      if (!room.keys.has(event.by) || room.absent.has(event.by)) refuse(rule, `${place}: ${event.by} was not there.`);
      return;
    case 'break-ended':
      if (room.returned === null) refuse(rule, `${place}: there was no break.`);
      if (waitedFor(room).length > 0) refuse(rule, `${place}: it did not wait for ${waitedFor(room).join(', ')}.`);
      return;
    default:
  }
}
