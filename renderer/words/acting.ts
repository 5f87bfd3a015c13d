import type { StepView } from '../../app/contract/view.ts';
import { oneOf } from './format.ts';

type Acts = StepView['acts'];

/** More names than this nobody reads at a glance. */
const fewNames = 3;

/**
 * Names who acts, to stand at the beginning of a sentence.
 * @param acts - the role, and who holds it
 * @returns `Ada Lindqvist (administrator)`, `One custodian (Kim, Sam or Noor)`, `The operator` while nobody is named
 */
export function actorOf({ role, names }: Acts): string {
  if (names.length === 0) return `The ${role}`;
  if (names.length === 1) return `${names.join('')} (${role})`;
  return names.length > fewNames ? `One ${role}` : `One ${role} (${oneOf(names)})`;
}

/**
 * Says that nothing is missing any more, and who does the step now.
 * @param acts - see {@link actorOf}
 */
export function inPlace({ role, names }: Acts): string {
  const who = names.length > 1 ? `one ${role}` : names.length === 1 ? names.join('') : `the ${role}`;
  return `Everything is in place: ${who} presses Enter`;
}

/**
 * Names whoever follows what another one reads out: who confirms, and does not act.
 * @param step - a step at which two people compare
 * @returns `Lin Wei (witness)`, `One witness (Lin or Ike)`; `The other person` where both hold one role
 */
export function followerOf({ acts, confirmers }: Pick<StepView, 'acts' | 'confirmers'>): string {
  const other = confirmers.find(({ role }) => role !== acts.role);
  return other === undefined
    ? 'The other person'
    : actorOf({ role: other.role, names: other.people.map(({ name }) => name) });
}
