import type { CeremonyView } from '../../app/contract/view.ts';
import type { Gap } from '../steps/gap.ts';
import { confirmerGaps } from '../steps/readiness.ts';
import { decidedField } from './fields.ts';

/**
 * Says why no exception can be noted now.
 * @param view - of a ceremony that is not closed
 * @returns a sentence; null when one can be
 */
export function notingWaits({ room, work, isUnsettled }: CeremonyView): string | null {
  if (room.people.length === 0)
    return 'An exception can be noted once the people are named, since it says who noticed it.';
  if (work !== null) return 'The step is still at work. An exception can be noted as soon as that has ended.';
  return isUnsettled ? 'Look first what became of the interrupted work. Then an exception can be noted.' : null;
}

/**
 * Says what an abort leads to.
 * @param view - of a ceremony that is not closed
 * @returns `steps` when the people first bring it to an end together, `end` when nothing further is done: nobody can sign
 * yet, or it was aborted already
 */
export function abortLeadsTo({ stopped, step, journey }: CeremonyView): 'steps' | 'end' {
  if (stopped !== null) return 'end';
  const registering = journey.flatMap(({ steps }) => steps).find(({ id }) => id === 'roll-call.present');
  const isEverybody = step?.kind === 'register-keys' && step.asks.keys.every(({ isDone }) => isDone);
  return registering?.status === 'done' || isEverybody ? 'steps' : 'end';
}

/**
 * Says what stands between the people and a closed exception.
 * @param closing - who must approve
 * @param decided - what is decided, as it will stand in the log
 * @param by - ids of the people whose approvals hold for it
 * @returns the gaps in reading order
 */
export function closingGaps(
  closing: NonNullable<CeremonyView['closing']>,
  { decided }: { readonly decided: string },
  by: readonly string[],
): Gap[] {
  if (decided === '') return [{ words: 'What was decided is not written down', field: decidedField }];
  return confirmerGaps({ ...closing, sensitive: true }, new Set(by));
}
