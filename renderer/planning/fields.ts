import type { PlanDraft } from '../../app/planning/draft.ts';
import { optionOf } from '../../app/planning/options.ts';
import { roleTitle } from '../words/format.ts';
import { roles } from '../../app/ceremony/roles.ts';

/**
 * Id of the element for a member of the plan.
 * @param field - its path: `keys.0.destination.vault`
 */
export function planFieldId(field: string): string {
  return `plan-${field.replaceAll('.', '-')}`;
}

/** Labels of the fields of a plan, by the path of the member. */
export const planLabels = {
  title: 'Title',
  purpose: 'Purpose',
  copies: 'Copies of the bundle',
  uploadMarginHours: 'Hours for the upload',
  quorum: 'Quorum',
  separate: 'Roles kept apart',
  keys: 'Keys',
} as const;

/** Labels of the fields of a key, by the path of the member. */
export const keyLabels = {
  id: 'Id',
  destination: 'Goes to',
  spec: 'Kind of key',
  after: 'Afterwards',
  'source.existing.ckaId': 'CKA_ID',
} as const;

const labels: Readonly<Record<string, string>> = planLabels;
const labelsOfKey: Readonly<Record<string, string>> = keyLabels;

/**
 * What people call a field.
 * @param field - path of the member
 * @param draft - of which the place of a key says what its members are called
 * @returns `Title`, `Key 2, Vault`
 */
export function labelOf(field: string, draft: PlanDraft): string {
  const [, index, member] = /^keys\.(\d+)\.(.+)$/u.exec(field) ?? [];
  if (index === undefined || member === undefined) return labels[field] ?? countLabel(field);
  const key = draft.keys[Number(index)];
  const name = member.replace(/^destination\./u, '');
  const known = optionOf(key?.place ?? '')?.members.find((each) => each.name === name)?.label;
  return `Key ${Number(index) + 1}, ${(member.startsWith('destination.') ? known : labelsOfKey[member]) ?? member}`;
}

function countLabel(field: string): string {
  const [what = '', name = ''] = field.split('.');
  const role = roles.find((each) => each === name);
  const title = role === undefined ? name : roleTitle(role);
  return what === 'quorum' ? `${title} in the quorum` : title;
}
