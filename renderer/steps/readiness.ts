import type { CeremonyView, StepView } from '../../app/contract/view.ts';
import { counted } from '../words/format.ts';
import type { Gap } from './gap.ts';
import { pinGaps, type PinGiven } from './pin-gaps.ts';
import { seatProblems, type Seat } from './seats.ts';
import { stillToDo, wordsOf, type Confirming } from './turns.ts';

/** What the people have done at the step on screen, before it is confirmed. */
export interface Given {
  readonly ticks: ReadonlySet<string>;
  readonly confirmedBy: ReadonlySet<string>;
  readonly seats: readonly Seat[];
  readonly pin: PinGiven;
  readonly media: ReadonlySet<string>;
  readonly keyIds: readonly string[];
  /** Keys to which the people say no instead of typing the id. */
  readonly declined: ReadonlySet<string>;
}

/** Ids of fields, for labels and for moving the focus to what is missing. */
export const fieldId = {
  tick: (tick: string): string => `tick-${tick}`,
  confirmer: (role: string, person: string): string => `confirmer-${role}-${person}`,
  approval: (role: string, person: string): string => `approval-${role}-${person}`,
  seat: (index: number): string => `seat-${index}`,
  seatInitials: (index: number): string => `seat-${index}-initials`,
  seatIdentified: (index: number): string => `seat-${index}-identified`,
  /** Where whoever seals a key goes on: at the button that says who is there, and in the field after that. */
  passphrase: 'passphrase',
  passphraseAgain: 'passphrase-again',
  keyId: (index: number): string => `key-id-${index}`,
  media: 'media',
} as const;

/**
 * Says what stands between the people and the primary action. Main decides all the same; this only keeps them from
 * being refused for what they can see.
 * @param step - the step on screen
 * @param given - what they have done so far
 * @param by - ids of who has confirmed, or approved what the screen shows
 * @returns the gaps in reading order; none when the step can be confirmed
 */
export function gapsIn(step: StepView, given: Given, by: ReadonlySet<string>): Gap[] {
  return [...gapsBeforeNames(step, given), ...confirmerGaps(step, by)];
}

/**
 * Says what must be filled in and ticked before anybody puts their name to it.
 * @param step - the step on screen
 * @param given - what they have done so far
 * @returns the gaps in reading order
 */
export function gapsBeforeNames(step: StepView, given: Given): Gap[] {
  const [input, ticks] = [inputGaps(step, given), tickGaps(step, given)];
  // It is checked that this is the token before anybody types its PIN.
  return step.asks.pin === null ? [...input, ...ticks] : [...ticks, ...input];
}

/**
 * Says what stands between the people and a token that is opened again.
 * @param reopen - who must confirm
 * @param given - what they have done so far
 * @returns the gaps in reading order
 */
export function reopenGaps(reopen: NonNullable<CeremonyView['reopen']>, given: Given): Gap[] {
  return [...pinGaps(reopen.pin, given.pin, false), ...confirmerGaps(reopen, given.confirmedBy)];
}

function inputGaps(step: StepView, given: Given): Gap[] {
  switch (step.kind) {
    case 'confirm':
      return [];
    case 'name-people':
      return seatGaps(given.seats);
    case 'register-keys':
      return keyGaps(step.asks.keys);
    case 'enter-pin':
      return pinGaps(step.asks.pin, given.pin, false);
    case 'choose-pin':
      return pinGaps(step.asks.pin, given.pin, true);
    case 'choose-inbound':
      return mediaGaps(1, given.media.size);
    case 'choose-outbound':
      return mediaGaps(step.asks.folders, given.media.size);
    case 'type-key-ids':
      return keyIdGaps(step.asks.keyIds, given);
  }
}

function seatGaps(seats: readonly Seat[]): Gap[] {
  return seatProblems(seats).map(({ words, seat, field }) => ({
    words,
    field: { name: fieldId.seat, initials: fieldId.seatInitials, identified: fieldId.seatIdentified }[field](seat),
  }));
}

function keyGaps(keys: StepView['asks']['keys']): Gap[] {
  const open = keys.filter(({ isDone }) => !isDone);
  const [first] = open;
  if (first === undefined) return [];
  const words =
    open.length === 1 ? `${first.name} has no approval key yet` : `${open.length} people have no approval key yet`;
  return [{ words, field: fieldId.passphrase }];
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

/**
 * Says who is still missing of those who must confirm or approve.
 * @param asked - who must
 * @param by - ids of who has
 * @returns the gaps in reading order, each with the field of somebody who could close it
 */
export function confirmerGaps(asked: Confirming, by: ReadonlySet<string>): Gap[] {
  const { verb } = wordsOf(asked);
  const fieldOf = asked.sensitive === true ? fieldId.approval : fieldId.confirmer;
  const gaps = asked.confirmers.flatMap((group) => {
    const words = stillToDo(group, by, verb);
    if (words === null) return [];
    const open = group.people.find(({ id }) => !by.has(id));
    return [{ words, field: fieldOf(group.role, open?.id ?? '') }];
  });
  if (gaps.length > 0 || by.size >= asked.distinctPeople) return gaps;
  const open = asked.confirmers
    .flatMap(({ role, people }) => people.map((person) => ({ role, id: person.id })))
    .find(({ id }) => !by.has(id));
  const words = `${asked.distinctPeople} different people must ${verb}`;
  return [{ words, field: fieldOf(open?.role ?? '', open?.id ?? '') }];
}
