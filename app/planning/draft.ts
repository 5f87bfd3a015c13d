import { roles, type Role } from '../ceremony/roles.ts';
import { optionOf } from './options.ts';
import type { RolePair } from './separation.ts';

/** A key as a form has it: every value is text, and may be empty or wrong. */
export interface KeyDraft {
  id: string;
  spec: string;
  source: 'generate' | 'existing';
  /** Hex; stands for something only when the key exists. */
  ckaId: string;
  after: string;
  /** Id of a {@link DestinationOption}; empty while no place is chosen. */
  place: string;
  /** By the name of the member: what was typed or chosen. */
  texts: Record<string, string>;
  /** By the name of the member: what was chosen of a list. */
  lists: Record<string, string[]>;
}

/** A plan as a form has it. */
export interface PlanDraft {
  title: string;
  purpose: string;
  roles: Record<Role, string>;
  quorum: Record<Role, string>;
  copies: string;
  uploadMarginHours: string;
  /** Pairs of roles that nobody combines; null for those of a plan that does not say. */
  separate: RolePair[] | null;
  keys: KeyDraft[];
}

const none: Record<Role, string> = { administrator: '', operator: '', custodian: '', witness: '', auditor: '' };

/** A key before anything is filled in. Whether it is destroyed is for people to say, so nothing is chosen. */
export function emptyKey(): KeyDraft {
  return { id: '', spec: '', source: 'generate', ckaId: '', after: '', place: '', texts: {}, lists: {} };
}

/** A plan before anything is filled in, with the people of a usual room. */
export function emptyPlan(): PlanDraft {
  return {
    title: '',
    purpose: '',
    roles: { ...none, administrator: '1', operator: '1', custodian: '3', witness: '1' },
    quorum: { ...none, custodian: '2', witness: '1' },
    copies: '2',
    uploadMarginHours: '',
    separate: null,
    keys: [emptyKey()],
  };
}

/**
 * Makes the plan document of a form: its members are those that were filled in, and no defaults.
 * @param draft - what was filled in, right or wrong
 * @returns a JSON document; what is no number stays text, so that the parser names the member
 */
export function documentOf(draft: PlanDraft): Record<string, unknown> {
  return {
    keyferryPlan: 1,
    ...filled('title', draft.title.trim()),
    ...filled('purpose', draft.purpose.trim()),
    roles: countsOf(draft.roles),
    quorum: countsOf(draft.quorum),
    ...filled('copies', draft.copies, numberOf),
    ...filled('uploadMarginHours', draft.uploadMarginHours, numberOf),
    ...(draft.separate === null ? {} : { separate: draft.separate }),
    keys: draft.keys.map(keyOf),
  };
}

function keyOf(key: KeyDraft): Record<string, unknown> {
  return {
    ...filled('id', key.id.trim()),
    ...filled('spec', key.spec),
    source: key.source === 'generate' ? 'generate' : { existing: { ckaId: key.ckaId.trim() } },
    ...filled('after', key.after),
    ...(key.place === '' ? {} : { destination: destinationOf(key) }),
  };
}

/**
 * Makes the `destination` member of a key.
 * @param key - one whose place is chosen
 * @returns its type and the members that were filled in; what is left of another place is no part of it
 */
export function destinationOf(key: KeyDraft): Record<string, unknown> {
  const option = optionOf(key.place);
  if (option === undefined) return {};
  const members = option.members.map(({ name, kind }) => {
    if (kind !== 'list') return filled(name, key.texts[name]?.trim() ?? '');
    const chosen = key.lists[name] ?? [];
    return chosen.length === 0 ? {} : { [name]: [...chosen] };
  });
  return Object.assign({ type: option.type }, ...members) as Record<string, unknown>;
}

function countsOf(counts: Readonly<Record<Role, string>>): Record<string, unknown> {
  return Object.assign({}, ...roles.map((role) => filled(role, counts[role], numberOf))) as Record<string, unknown>;
}

function filled(
  name: string,
  value: string,
  meaning: (value: string) => unknown = (text) => text,
): Record<string, unknown> {
  return value.trim() === '' ? {} : { [name]: meaning(value.trim()) };
}

function numberOf(value: string): number | string {
  return /^\d{1,9}(?:\.\d{1,9})?$/u.test(value) ? Number(value) : value;
}
