import { formatFor } from '../../byok/registry.ts';
import { plannedWays, wayOf, wrapInWords } from '../../byok/ways.ts';
import type { Fact } from '../../contract/view.ts';
import { countOf } from '../byok-export/draft.ts';
import type { KekRecord } from '../effects.ts';
import type { Plan, PlannedKey } from '../plan.ts';
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
    values('The plan', [
      ['Title', plan.title],
      ['Purpose', plan.purpose === '' ? 'not stated' : plan.purpose],
      ['People', list(people)],
      ['Sensitive steps need', list(quorum)],
      ['Roles that nobody combines', separationOf(plan)],
      ['Copies of the bundle', String(plan.copies)],
      ['Hours for the upload', `${plan.uploadMarginHours} at least, before a wrapping key or import token ends`],
    ]),
    keysOfPlan(plan),
    destinationsOf(plan),
    fingerprint('SHA-256 of the plan', sha256),
    ...noticeFacts(plan.notices),
  ];
}

/** Only what somebody here could combine: a role that the plan does not fill is nobody's. */
function separationOf({ separate, roles }: Plan): string {
  const filled = separate.filter((apart) => apart.every((role) => roles[role] > 0));
  return filled.map((apart) => apart.join(' and ')).join('; ') || 'none';
}

/** The keys of a plan, where they come from and what becomes of them. */
export function keysOfPlan(plan: Plan): Fact {
  return {
    kind: 'table',
    caption: 'Keys of the plan',
    columns: ['Key', 'Kind', 'Comes from', 'Afterwards'],
    rows: plan.keys.map((key) => [
      key.id,
      key.spec,
      key.source === 'generate' ? 'made in the token' : `token, CKA_ID ${key.source.existing.ckaId}`,
      key.after === 'destroy' ? 'destroyed in the token' : 'kept in the token',
    ]),
  };
}

/** All that the plan says of each destination: nobody approves what is not on the screen. */
function destinationsOf(plan: Plan): Fact {
  return {
    kind: 'table',
    caption: 'Where each key goes',
    columns: ['Key', 'Goes to', 'Named there', 'For', 'Wrapped by'],
    rows: plan.keys.map((key) => [key.id, ...placeNameAndUses(key), wayInWords(key)]),
  };
}

/** Where a key goes, what it is called there and what it is for: cells of a table. */
export function placeNameAndUses({ destination }: PlannedKey): string[] {
  const { place, name, uses } = formatFor(destination).describe(destination);
  return [place, name, uses];
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
