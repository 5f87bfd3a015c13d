import type { StepView } from '../../app/contract/view.ts';
import { counted } from '../words/format.ts';
import { sameRoleTwice, type Seat } from './seats.ts';
import { stillToConfirm, type Confirming } from './turns.ts';

/** What the people have done at the step on screen, before it is confirmed. */
export interface Given {
  readonly ticks: ReadonlySet<string>;
  readonly confirmedBy: ReadonlySet<string>;
  readonly seats: readonly Seat[];
  readonly pin: string;
  readonly pinAgain: string;
  readonly media: ReadonlySet<string>;
  readonly keyIds: readonly string[];
  /** Keys to which the people say no instead of typing the id. */
  readonly declined: ReadonlySet<string>;
}

/** Something that is still to be done: in words, and the id of the field where it is done. */
export interface Gap {
  readonly words: string;
  readonly field: string;
}

/** Ids of fields, for labels and for moving the focus to what is missing. */
export const fieldId = {
  tick: (tick: string): string => `tick-${tick}`,
  confirmer: (role: string, person: string): string => `confirmer-${role}-${person}`,
  seat: (index: number): string => `seat-${index}`,
  keyId: (index: number): string => `key-id-${index}`,
  pin: 'pin',
  pinAgain: 'pin-again',
  media: 'media',
  leaveOutReason: 'leave-out-reason',
  leaveOutConfirmer: (role: string, person: string): string => `leave-out-${role}-${person}`,
} as const;

/**
 * Says what stands between the people and the primary action. Main decides all the same; this only keeps them from
 * being refused for what they can see.
 * @param step - the step on screen
 * @param given - what they have done so far
 * @returns the gaps in reading order; none when the step can be confirmed
 */
export function gapsIn(step: StepView, given: Given): Gap[] {
  return [...inputGaps(step, given), ...tickGaps(step, given), ...confirmerGaps(step, given.confirmedBy)];
}

/**
 * Says what stands between the people and a token that is opened again.
 * @param reopen - who must confirm
 * @param given - what they have done so far
 * @returns the gaps in reading order
 */
export function reopenGaps(reopen: Confirming, given: Given): Gap[] {
  return [...pinGaps(given.pin), ...confirmerGaps(reopen, given.confirmedBy)];
}

/**
 * Says what stands between the people and a ceremony that goes on without a key.
 * @param asked - who must confirm: the people of the step whose work has failed
 * @param reason - as it will stand in the log; empty while there is none
 * @param confirmedBy - ids of who has confirmed that, which is another thing than the step
 * @returns the gaps in reading order
 */
export function leaveOutGaps(asked: Confirming, reason: string, confirmedBy: ReadonlySet<string>): Gap[] {
  const noReason = { words: 'The reason is not given', field: fieldId.leaveOutReason };
  return [...(reason === '' ? [noReason] : []), ...confirmerGaps(asked, confirmedBy, fieldId.leaveOutConfirmer)];
}

function inputGaps(step: StepView, given: Given): Gap[] {
  switch (step.kind) {
    case 'confirm':
      return [];
    case 'name-people':
      return seatGaps(given.seats);
    case 'enter-pin':
      return pinGaps(given.pin);
    case 'choose-pin':
      return [...newPinGaps(given.pin), ...repeatGaps(given)];
    case 'choose-inbound':
      return mediaGaps(1, given.media.size);
    case 'choose-outbound':
      return mediaGaps(step.asks.folders, given.media.size);
    case 'type-key-ids':
      return keyIdGaps(step.asks.keyIds, given);
  }
}

function seatGaps(seats: readonly Seat[]): Gap[] {
  const empty = seats.filter((seat) => seat.name.trim() === '');
  const first = empty[0];
  const twice = sameRoleTwice(seats).map(({ words, seat }) => ({ words, field: fieldId.seat(seat) }));
  if (first === undefined) return twice;
  const words = empty.length === 1 ? '1 name is missing' : `${empty.length} names are missing`;
  return [{ words, field: fieldId.seat(seats.indexOf(first)) }, ...twice];
}

/** A PIN is 1 to 255 bytes of UTF-8. */
function pinGaps(pin: string): Gap[] {
  const bytes = new TextEncoder().encode(pin).length;
  if (bytes === 0) return [{ words: 'The PIN is not typed', field: fieldId.pin }];
  return bytes > 255 ? [{ words: 'The PIN is longer than 255 bytes', field: fieldId.pin }] : [];
}

/** SoftHSM, which holds the rehearsal token, takes no shorter PIN. */
export const shortestNewPin = 4;

function newPinGaps(pin: string): Gap[] {
  const length = Array.from(pin).length;
  if (length === 0 || length >= shortestNewPin) return pinGaps(pin);
  return [{ words: `The PIN is shorter than ${shortestNewPin} characters`, field: fieldId.pin }];
}

function repeatGaps({ pin, pinAgain }: Given): Gap[] {
  if (pin === '' || pin === pinAgain) return [];
  const words = pinAgain === '' ? 'The PIN is not typed a second time' : 'The two PINs differ';
  return [{ words, field: fieldId.pinAgain }];
}

function mediaGaps(asked: number, chosen: number): Gap[] {
  if (chosen === asked) return [];
  const media = counted(Math.abs(asked - chosen), 'medium', 'media');
  const words =
    chosen === 0 ? `${media} must be chosen` : chosen < asked ? `${media} more must be chosen` : `${media} too many`;
  return [{ words, field: fieldId.media }];
}

function keyIdGaps(asked: readonly string[], { keyIds, declined }: Given): Gap[] {
  const wrong = asked
    .map((id, index) => ({ id, index }))
    .filter(({ id, index }) => !declined.has(id) && keyIds[index] !== id);
  const first = wrong[0];
  if (first === undefined) return [];
  const words =
    wrong.length === 1 ? '1 key id is not typed as shown' : `${wrong.length} key ids are not typed as shown`;
  return [{ words, field: fieldId.keyId(first.index) }];
}

function tickGaps(step: StepView, given: Given): Gap[] {
  const open = step.ticks.filter((tick) => !given.ticks.has(tick.id));
  const first = open[0];
  if (first === undefined) return [];
  const words = open.length === 1 ? '1 check is not ticked' : `${open.length} checks are not ticked`;
  return [{ words, field: fieldId.tick(first.id) }];
}

function confirmerGaps(
  asked: Confirming,
  confirmedBy: ReadonlySet<string>,
  fieldOf: (role: string, person: string) => string = fieldId.confirmer,
): Gap[] {
  const gaps = asked.confirmers.flatMap((group) => {
    const words = stillToConfirm(group, confirmedBy);
    if (words === null) return [];
    const open = group.people.find(({ id }) => !confirmedBy.has(id));
    return [{ words, field: fieldOf(group.role, open?.id ?? '') }];
  });
  if (gaps.length > 0 || confirmedBy.size >= asked.distinctPeople) return gaps;
  const open = asked.confirmers
    .flatMap(({ role, people }) => people.map((person) => ({ role, id: person.id })))
    .find(({ id }) => !confirmedBy.has(id));
  const words = `${asked.distinctPeople} different people must confirm`;
  return [{ words, field: fieldOf(open?.role ?? '', open?.id ?? '') }];
}
