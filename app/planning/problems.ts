import * as v from 'valibot';
import { refusesSpec } from '../byok/ways.ts';
import { parsePlanDocument } from '../ceremony/plan.ts';
import { planSchema } from '../ceremony/plan-schema.ts';
import { keySpecNames } from '../keys/specs.ts';
import type { RuleId } from '../rules/index.ts';
import { Refused, type Refusal } from '../rules/refusal.ts';
import { sayIssue } from '../rules/schema-issue.ts';
import { destinationOf, documentOf, type KeyDraft, type PlanDraft } from './draft.ts';
import { formatOf } from './fits.ts';
import { optionOf } from './options.ts';

/** What keeps a form from being a plan, at one field of it. */
export interface Problem {
  /** Path of the member in the plan: `title`, `keys.0.destination.keyId`. */
  readonly field: string;
  /** A sentence. */
  readonly words: string;
  /** Whether the field is empty: that is no mistake, only not done yet. */
  readonly isEmpty: boolean;
}

/**
 * Says everything that keeps a form from being a plan: what the members say first, and what they say together once each
 * of them is sound.
 * @param draft - what was filled in
 * @returns in reading order, one for each field; none when {@link parsePlanDocument} takes the document
 */
export function problemsOf(draft: PlanDraft): readonly Problem[] {
  const document = documentOf(draft);
  const problems = oneForEachField([
    ...schemaProblems(planSchema, document, ''),
    ...draft.keys.flatMap((key, index) => destinationProblems(key, `keys.${index}`)),
  ]);
  return problems.length > 0 ? problems.toSorted(byPlace(draft)) : wholeProblems(draft, document);
}

function schemaProblems(schema: v.GenericSchema, input: unknown, path: string): readonly Problem[] {
  const result = v.safeParse(schema, input);
  return (result.issues ?? []).map((issue) => {
    const member = v.getDotPath(issue);
    const field = [path, member].filter((part) => part !== null && part !== '').join('.');
    const isEmpty = issue.input === undefined || issue.input === '';
    return { field, isEmpty, words: isEmpty ? 'This is not filled in.' : sentence(sayIssue(issue)) };
  });
}

function destinationProblems(key: KeyDraft, path: string): readonly Problem[] {
  const option = optionOf(key.place);
  if (option === undefined) return [];
  const given = destinationOf(key);
  const field = `${path}.destination`;
  const empty = option.members
    .filter(({ name, isOptional }) => !isOptional && !Object.hasOwn(given, name))
    .map(({ name }) => ({ field: `${field}.${name}`, isEmpty: true, words: 'This is not filled in.' }));
  // A rule about several members together has no say before all of them are there.
  const wrong = schemaProblems(formatOf(option).schema, given, field);
  if (empty.length > 0 || wrong.length > 0) {
    return [...empty, ...wrong.filter((problem) => empty.length === 0 || problem.field !== field)];
  }
  const spec = keySpecNames.find((each) => each === key.spec);
  const against = spec === undefined ? null : refusesSpec(v.parse(formatOf(option).schema, given), spec);
  return against === null ? [] : [{ field: `${path}.spec`, isEmpty: false, words: against.cause }];
}

/** What several members say together: the parser of plans refuses it by a rule of its own. */
function wholeProblems(draft: PlanDraft, document: unknown): readonly Problem[] {
  try {
    parsePlanDocument(document);
    return [];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [{ field: fieldOf(error.refusal, draft), isEmpty: false, words: error.refusal.cause }];
  }
}

/** The later of two keys that share what no two may share. */
const repeated = (draft: PlanDraft, of: (key: KeyDraft) => string): number =>
  draft.keys.findIndex((key, index) => draft.keys.findIndex((other) => of(other) === of(key)) < index);

const fieldsOfRules: Readonly<Partial<Record<RuleId, (draft: PlanDraft) => string>>> = {
  'PLAN-ROLES-FIT-QUORUM': () => 'quorum',
  'PLAN-SEPARATION-OF-DIFFERENT-ROLES': () => 'separate',
  'PLAN-KEY-IDS-UNIQUE': (draft) => `keys.${repeated(draft, ({ id }) => id.trim())}.id`,
  'PLAN-EXISTING-KEYS-DISTINCT': (draft) =>
    `keys.${repeated(draft, (key) => (key.source === 'existing' ? key.ckaId.trim().toLowerCase() : `none ${key.id}`))}.source.existing.ckaId`,
};

function fieldOf({ rule }: Refusal, draft: PlanDraft): string {
  return fieldsOfRules[rule]?.(draft) ?? 'keys';
}

/** A field that is wrong in two ways is mended once. */
function oneForEachField(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ field }, index) => problems.findIndex((other) => other.field === field) === index);
}

/** The fields in the order in which a form shows them. */
function byPlace({ keys }: PlanDraft): (one: Problem, other: Problem) => number {
  const ofKey = ['id', 'destination', 'spec', 'after', 'source'];
  const order = [
    'title',
    'purpose',
    'copies',
    'uploadMarginHours',
    'roles',
    'quorum',
    'separate',
    ...keys.flatMap((_, index) => ofKey.map((member) => `keys.${index}.${member}`)),
    'keys',
  ];
  const rank = ({ field }: Problem): number =>
    order.findIndex((member) => field === member || field.startsWith(`${member}.`));
  return (one, other) => rank(one) - rank(other);
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
