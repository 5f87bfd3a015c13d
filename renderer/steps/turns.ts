import type { StepView } from '../../app/contract/view.ts';
import { countedRole, listed, roleWord } from '../words/format.ts';

/** Who must confirm: a step, that the token is opened again, or the end of an exception. */
export type Confirming = Pick<StepView, 'confirmers' | 'distinctPeople'> & {
  /** They sign what the screen shows, which is called to approve. */
  readonly sensitive?: boolean;
};

/** Nobody: there is nothing to confirm. */
export const nobody: Confirming = { confirmers: [], distinctPeople: 0 };

/** More names than this nobody reads at a glance. */
const fewNames = 3;

/** What is asked of somebody in the room. */
export type Turn = 'must' | 'can' | 'done';

/**
 * How it is called what the people do.
 * @param asked - who must confirm, and how
 */
export function wordsOf({ sensitive }: Pick<Confirming, 'sensitive'>): {
  readonly verb: 'approve' | 'confirm';
  readonly done: 'approved' | 'confirmed';
} {
  return sensitive === true ? { verb: 'approve', done: 'approved' } : { verb: 'confirm', done: 'confirmed' };
}

/**
 * Says whose turn it is.
 * @param asked - who must confirm
 * @param confirmedBy - ids of who has
 * @returns the turn of each person who is asked, by id; nobody else is in it
 */
export function turnsOf(asked: Confirming, confirmedBy: ReadonlySet<string>): ReadonlyMap<string, Turn> {
  return new Map(idsOf(asked).map((id) => [id, confirmedBy.has(id) ? 'done' : turnOf(id, asked)]));
}

/** Without whom the others are too few, in a role or in all, must; of the others some can. */
function turnOf(id: string, asked: Confirming): Turn {
  const isMissed = asked.confirmers.some(({ needed, people }) => people.filter((one) => one.id !== id).length < needed);
  return isMissed || idsOf(asked).length <= asked.distinctPeople ? 'must' : 'can';
}

/**
 * Counts the people whom the roles alone call for: somebody who holds two of them confirms once, for both.
 * @param confirmers - who must confirm, by role
 */
export function peopleForRoles(confirmers: StepView['confirmers']): number {
  const seats = confirmers.flatMap(({ people }) => people).length;
  const shared = seats - idsOf({ confirmers }).length;
  const needed = confirmers.map((group) => group.needed);
  return Math.max(0, ...needed, needed.reduce((sum, count) => sum + count, 0) - shared);
}

/**
 * Says whether everybody in the room must confirm, and they are several.
 * @param confirmers - who must confirm, by role
 * @param inRoom - how many people there are
 */
export function asksEverybody(confirmers: StepView['confirmers'], inRoom: number): boolean {
  const isAll = confirmers.every(({ needed, people }) => needed >= people.length);
  return inRoom > 1 && isAll && idsOf({ confirmers }).length === inRoom;
}

/**
 * Says whom a step needs.
 * @param confirmers - who must confirm, by role
 * @param inRoom - how many people there are
 * @returns `everybody`, `2 custodians and 1 witness`; empty when it needs nobody
 */
export function whomItNeeds(confirmers: StepView['confirmers'], inRoom: number): string {
  if (asksEverybody(confirmers, inRoom)) return 'everybody';
  return listed(confirmers.map(({ role, needed }) => countedRole(needed, role)));
}

/**
 * Says who puts their names to a step, to stand beside who acts.
 * @param asked - who must confirm
 * @param inRoom - how many people there are
 * @returns `everybody approves`, `Ada and Lin confirm` where nobody else could, `2 custodians and 1 witness approve`;
 * empty where nobody is asked
 */
export function whoConfirms(asked: Confirming, inRoom: number): string {
  const { confirmers } = asked;
  const { verb } = wordsOf(asked);
  if (confirmers.length === 0) return '';
  if (asksEverybody(confirmers, inRoom)) return `everybody ${verb}s`;
  const people = new Map(confirmers.flatMap((group) => group.people.map(({ id, name }) => [id, name] as const)));
  const isChosen = confirmers.some(({ needed, people: of }) => needed < of.length);
  const isOne = isChosen ? confirmers.length === 1 && confirmers[0]?.needed === 1 : people.size === 1;
  const who = isChosen || people.size > fewNames ? whomItNeeds(confirmers, inRoom) : listed([...people.values()]);
  return `${who} ${isOne ? `${verb}s` : verb}`;
}

/**
 * Says who is enough, where more people can confirm than must.
 * @param confirmers - who must confirm, by role
 * @returns `any 2 custodians, 1 witness`; null where nobody can be spared
 */
export function whoIsEnough(confirmers: StepView['confirmers']): string | null {
  if (confirmers.every(({ needed, people }) => needed >= people.length)) return null;
  return confirmers
    .map(({ role, needed, people }) => `${needed < people.length ? 'any ' : ''}${countedRole(needed, role)}`)
    .join(', ');
}

/**
 * Says who of a role must still confirm or approve.
 * @param group - the role, how many of whom
 * @param by - ids of who has
 * @param verb - what they do
 * @returns `Grace Okafor (operator) must still confirm`, `2 of Kim, Sam, Noor must still confirm`; null when enough have
 */
export function stillToDo(
  { role, needed, people }: StepView['confirmers'][number],
  by: ReadonlySet<string>,
  verb: 'approve' | 'confirm',
): string | null {
  const open = people.filter(({ id }) => !by.has(id)).map(({ name }) => name);
  const missing = needed - (people.length - open.length);
  if (missing <= 0) return null;
  if (open.length < missing) return `${countedRole(missing, role)} must still ${verb}`;
  const who =
    missing === open.length ? `${listed(open)} (${roleWord(open.length, role)})` : `${missing} of ${open.join(', ')}`;
  return `${who} must still ${verb}`;
}

function idsOf({ confirmers }: Pick<Confirming, 'confirmers'>): string[] {
  return [...new Set(confirmers.flatMap(({ people }) => people.map(({ id }) => id)))];
}
