import type { PlanCheck } from '../../app/contract/plan-calls.ts';
import type { PlanDraft } from '../../app/planning/draft.ts';
import type { PlanPart } from '../../app/planning/parts.ts';
import type { Problem } from '../../app/planning/problems.ts';
import type { Gap } from '../steps/gap.ts';
import { counted } from '../words/format.ts';
import { labelOf, planFieldId } from './fields.ts';

/** Where people fill in what makes a part of the script empty. */
const fieldOfPart: Readonly<Record<PlanPart, string>> = {
  roles: 'roles.operator',
  approval: 'purpose',
  hardware: 'roles.custodian',
  steps: 'keys',
  physical: 'copies',
  storage: 'keys',
  'sign-off': 'roles.witness',
  deviations: 'quorum.custodian',
};

/**
 * Says what stands between a form and a saved plan.
 * @param draft - what was filled in
 * @param problems - what keeps it from being a plan
 * @param checked - what main says of it; null when it is not a plan, or main has not looked at it
 * @returns in reading order: all that is empty as one gap, then each mistake, then each empty part of the script
 */
export function gapsOf(draft: PlanDraft, problems: readonly Problem[], checked: PlanCheck | null): Gap[] {
  const empty = problems.filter(({ isEmpty }) => isEmpty);
  const wrong = problems
    .filter(({ isEmpty }) => !isEmpty)
    .map(({ field }) => ({ words: `${labelOf(field, draft)}: not as it must be`, field: planFieldId(field) }));
  return [...emptyGap(empty, draft), ...wrong, ...(checked === null ? [] : checkedGaps(checked))];
}

function emptyGap(empty: readonly Problem[], draft: PlanDraft): Gap[] {
  const [first] = empty;
  if (first === undefined) return [];
  const words =
    empty.length === 1
      ? `${labelOf(first.field, draft)}: not filled in`
      : `${counted(empty.length, 'field')} not filled in`;
  return [{ words, field: planFieldId(first.field) }];
}

function checkedGaps({ sound, refusal }: PlanCheck): Gap[] {
  if (refusal !== null) return [{ words: 'The plan is refused', field: planRefusalId }];
  return (sound?.parts ?? [])
    .filter(({ isEmpty }) => isEmpty)
    .map(({ part, title }) => ({ words: `Empty: ${title}`, field: planFieldId(fieldOfPart[part]) }));
}

/** Id of the place where main's refusal of the plan stands. */
export const planRefusalId = 'plan-refused';
