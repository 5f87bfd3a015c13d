import { formatFor } from '../../byok/registry.ts';
import { plannedWays, wayOf, wrapInWords } from '../../byok/ways.ts';
import type { Fact } from '../../contract/view.ts';
import { specInWords } from '../../keys/specs.ts';
import { countOf } from '../byok-export/draft.ts';
import type { KekRecord } from '../effects.ts';
import type { Plan, PlannedKey } from '../plan.ts';
import type { CeremonyState } from '../state.ts';
import { keysToDestroy } from '../work.ts';
import { fingerprint, noticeFacts, values } from './fact-forms.ts';

/**
 * What a plan says, before and during a ceremony.
 * @param plan - the plan
 * @param sha256 - its hash, hex
 */
export function planFacts(plan: Plan, sha256: string): Fact[] {
  const people = Object.entries(plan.roles).filter(([, count]) => count > 0);
  const quorum = Object.entries(plan.quorum).filter(([, count]) => count > 0);
  const list = (counts: readonly (readonly [string, number])[]): string =>
    counts.map(([role, count]) => countOf(count, role)).join(', ');
  return [
    values('In short', [
      ['Carries', carriesInWords(plan)],
      ['Notices', plan.notices.length === 0 ? 'none' : `${plan.notices.length}, below`],
    ]),
    ...noticeFacts(plan.notices),
    values('The plan', [
      ['Title', plan.title],
      ['Purpose', plan.purpose === '' ? 'not stated' : plan.purpose],
      ['People', list(people)],
      ['Sensitive steps need', list(quorum)],
      ['Roles that nobody combines', separationOf(plan)],
      ['Copies of the bundle', String(plan.copies)],
      ['Time for the upload', `at least ${countOf(plan.uploadMarginHours, 'hour')} must be left on every import token`],
    ]),
    keysOfPlan(plan.keys),
    destinationsOf(plan),
    fingerprint('SHA-256 of the plan', sha256),
  ];
}

/**
 * Who approved the plan before the ceremony was opened, as this workstation knows it: whoever signs the start has it on the screen,
 * and can say that it is not so.
 * @param state - the ceremony, for the approval in its first event
 */
export function approvalFact({ planApproval }: Pick<CeremonyState, 'planApproval'>): Fact {
  const caption = 'Approval of the plan on this workstation';
  if (planApproval === null) return values(caption, [['Approved by', 'not approved']]);
  const { approver, role, time } = planApproval;
  return values(caption, [
    ['Approved by', approver],
    ['As', role],
    ['At', `${time.slice(0, 19).replace('T', ' ')} UTC`],
  ]);
}

/** Only what somebody here could combine: a role that the plan does not fill is nobody's. */
function separationOf({ separate, roles }: Plan): string {
  const filled = separate.filter((apart) => apart.every((role) => roles[role] > 0));
  return filled.map((apart) => apart.join(' and ')).join('; ') || 'none';
}

/** `5 keys to 4 services: AWS KMS, Azure Key Vault`. */
function carriesInWords({ keys }: Plan): string {
  const services = [...new Set(keys.map(({ destination }) => formatFor(destination).describe(destination).service))];
  const where = services.length === 1 ? '' : `${countOf(services.length, 'service')}: `;
  return `${countOf(keys.length, 'key')} to ${where}${services.join(', ')}`;
}

/**
 * The keys of a plan, where they come from and what becomes of them.
 * @param keys - of the plan
 * @param leftOut - those that the people went on without
 */
export function keysOfPlan(keys: readonly PlannedKey[], leftOut: CeremonyState['leftOut'] = new Map()): Fact {
  const fateOf = ({ id, after }: PlannedKey): string => {
    if (leftOut.has(id)) return 'left out';
    return after === 'destroy' ? 'destroyed in the token' : 'kept in the token';
  };
  return {
    kind: 'table',
    caption: 'Keys of the plan',
    columns: ['Key', 'Kind', 'Comes from', 'Afterwards'],
    rows: keys.map((key) => [key.id, specInWords(key.spec), sourceOf(key), fateOf(key)]),
  };
}

function sourceOf({ source }: PlannedKey): string {
  return source === 'generate' ? 'made in the token' : `token, CKA_ID ${source.existing.ckaId}`;
}

/** The keys that are destroyed, and no others: what stands here is gone after the step. */
export function doomedKeys(state: CeremonyState): Fact[] {
  const doomed = new Set([...state.destroyed, ...keysToDestroy(state).map(({ id }) => id)]);
  const standing = (id: string): string => {
    if (state.destroyed.includes(id)) return 'destroyed';
    return state.leftOut.has(id) ? 'in the token; left out, so there is no copy' : 'in the token';
  };
  const rows = state.plan.keys
    .filter(({ id }) => doomed.has(id))
    .map((key) => [key.id, specInWords(key.spec), sourceOf(key), standing(key.id)]);
  return [{ kind: 'table', caption: 'Keys that are destroyed', columns: ['Key', 'Kind', 'Came from', 'Now'], rows }];
}

/** All that the plan says of each destination: nobody approves what is not on the screen. */
function destinationsOf(plan: Plan): Fact {
  return {
    kind: 'table',
    caption: 'Where each key goes',
    columns: ['Key', 'Goes to', 'Named there', 'For', 'Ends there', 'Wrapped by'],
    rows: plan.keys.map((key) => [key.id, ...destinationInWords(key), wayInWords(key)]),
  };
}

/** Where a key goes, what it is called there, what it is for and when it ends there: cells of a table. */
export function destinationInWords({ destination }: PlannedKey): string[] {
  const { service, place, name, uses, end } = formatFor(destination).describe(destination);
  return [`${service}, ${place}`, name, uses, end ?? 'no end'];
}

/**
 * How a key is wrapped.
 * @param key - of the plan
 * @param kek - its wrapping key, which may decide what the plan leaves open; undefined before it was read
 */
export function wayInWords({ destination, spec }: PlannedKey, kek?: KekRecord): string {
  const ways = kek === undefined ? plannedWays(destination, spec) : [wayOf(destination, spec, kek)];
  const words = ways.map((way) => (way === undefined ? 'in no way that this version has' : wrapInWords(way.wrap)));
  return [...new Set(words)].join(', or ');
}
