import * as v from 'valibot';
import { canonicalBytes } from '../audit/canonical-json.ts';
import type { DestinationFormat, Notice } from '../byok/format.ts';
import { destinationOf, formatFor, type Destination } from '../byok/registry.ts';
import { isWeak, plannedWays, refusesSpec } from '../byok/ways.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import type { KeySpec } from '../keys/specs.ts';
import { refuser } from '../keys/refuser.ts';
import { parseStrictJson } from '../keys/strict-json.ts';
import { Refused, refuse, type Refusal } from '../rules/refusal.ts';
import { sayIssue } from '../rules/schema-issue.ts';
import { planSchema } from './plan-schema.ts';
import { defaultSeparation, roles, type Role, type RoleCounts } from './roles.ts';

/** Where a target key comes from: made in the token, or already there under a CKA_ID (hex). */
export type KeySource = 'generate' | { readonly existing: { readonly ckaId: string } };

export interface PlannedKey {
  readonly id: string;
  readonly spec: KeySpec;
  readonly source: KeySource;
  readonly after: 'destroy' | 'keep';
  /** With the destination's defaults filled in. */
  readonly destination: Destination;
}

/** A plan after parsing, defaults filled in. Its hash is over the document as given, see {@link ParsedPlan}. */
export interface Plan {
  readonly title: string;
  readonly purpose: string;
  readonly roles: RoleCounts;
  readonly quorum: RoleCounts;
  readonly copies: number;
  readonly keys: readonly PlannedKey[];
  /** An import token that ends within this many hours is refused. */
  readonly uploadMarginHours: number;
  /** Sets of roles of which one person may hold only one. */
  readonly separate: readonly (readonly Role[])[];
  /** What the people should know before they begin; it does not stop them. */
  readonly notices: readonly Notice[];
}

export interface ParsedPlan {
  readonly plan: Plan;
  /** The JSON document as given: what is logged, hashed and put into the record. */
  readonly document: unknown;
  /** SHA-256 over the RFC 8785 form of `document`, lower-case hex. */
  readonly sha256: string;
}

/** The largest plan file that is read, in bytes. */
export const maxPlanBytes = 256 * 1024;

/**
 * Parses a plan file strictly.
 * @param bytes - the file: UTF-8 JSON, at most 256 KiB
 * @returns the plan with defaults, the document as given and its hash
 * @throws Refused with PLAN-READABLE, PLAN-SCHEMA (naming the member), PLAN-ROLES-FIT-QUORUM, PLAN-KEY-IDS-UNIQUE,
 * PLAN-SEPARATION-OF-DIFFERENT-ROLES, PLAN-EXISTING-KEYS-DISTINCT, PLAN-DESTINATION-KNOWN, PLAN-DESTINATION-TAKES-SPEC
 */
export function parsePlan(bytes: Uint8Array): ParsedPlan {
  if (bytes.length > maxPlanBytes) {
    refuse('PLAN-READABLE', `The plan has ${bytes.length} bytes; at most ${maxPlanBytes} are read.`);
  }
  return parsePlanDocument(parseStrictJson(bytes, refuser('PLAN-READABLE', 'The plan file')));
}

/**
 * Checks a plan that has been read already, for example from the log.
 * @param document - the JSON document
 * @returns see {@link parsePlan}
 * @throws Refused, see {@link parsePlan}
 */
export function parsePlanDocument(document: unknown): ParsedPlan {
  const given = parseMembers(planSchema, document, 'PLAN-SCHEMA', '');
  checkQuorum(given.roles, given.quorum);
  checkIds(given.keys.map((key) => key.id));
  checkSeparation(given.separate ?? []);
  const keys = given.keys.map((key, index) => ({
    ...key,
    source: key.source === 'generate' ? key.source : { existing: { ckaId: key.source.existing.ckaId.toLowerCase() } },
    destination: parseDestination(key.destination, key.spec, `keys.${index}.destination`, key.id),
  }));
  const plan: Plan = {
    title: given.title,
    purpose: given.purpose,
    roles: given.roles,
    quorum: given.quorum,
    copies: given.copies,
    uploadMarginHours: given.uploadMarginHours,
    separate: given.separate ?? defaultSeparation,
    keys,
    notices: noticesOf(keys, given.roles),
  };
  checkSources(plan.keys);
  return { plan, document, sha256: sha256Hex(canonicalBytes(document)) };
}

function parseMembers<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  rule: 'PLAN-SCHEMA',
  path: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const member = [path, v.getDotPath(issue)].filter((part) => part !== null && part !== '').join('.');
  return refuse(rule, `Member "${member === '' ? 'plan' : member}": ${sayIssue(issue)}.`);
}

function checkQuorum(has: RoleCounts, asks: RoleCounts): void {
  if (roles.every((role) => asks[role] === 0)) refuse('PLAN-ROLES-FIT-QUORUM', 'The quorum names no role.');
  const short = roles.find((role) => asks[role] > has[role]);
  if (short !== undefined) {
    refuse('PLAN-ROLES-FIT-QUORUM', `The quorum asks for ${asks[short]} of role ${short}; the plan has ${has[short]}.`);
  }
}

function checkIds(ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) refuse('PLAN-KEY-IDS-UNIQUE', `Two keys have the id "${twice}".`);
}

function checkSeparation(lists: readonly (readonly Role[])[]): void {
  const repeating = lists.find((list) => new Set(list).size !== list.length);
  if (repeating === undefined) return;
  refuse('PLAN-SEPARATION-OF-DIFFERENT-ROLES', `Member "separate" has the list ${repeating.join(', ')}.`);
}

function checkSources(keys: readonly PlannedKey[]): void {
  const earlier = new Map<string, string>();
  for (const { id, source } of keys) {
    if (source === 'generate') continue;
    const { ckaId } = source.existing;
    const other = earlier.get(ckaId);
    if (other !== undefined)
      refuse('PLAN-EXISTING-KEYS-DISTINCT', `Keys ${other} and ${id} both name CKA_ID ${ckaId}.`);
    earlier.set(ckaId, id);
  }
}

/** What stands in a plan that may be meant and may be a mistake: the people are told before anything begins. */
function noticesOf(keys: readonly PlannedKey[], counts: RoleCounts): readonly Notice[] {
  const seats = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const lonely: Notice = {
    rule: 'PLAN-SEATS-TWO-PEOPLE',
    text: 'This plan seats one person: nobody else compares what that person confirms.',
  };
  return [...(seats < 2 ? [lonely] : []), ...cautionsOf(keys), ...weakWraps(keys), ...sharedTargets(keys)];
}

function cautionsOf(keys: readonly PlannedKey[]): readonly Notice[] {
  return keys.flatMap(({ id, destination, spec }) =>
    formatFor(destination)
      .cautions(destination, spec)
      .map(({ rule, text }) => ({ rule, text: `${id}: ${text}` })),
  );
}

function weakWraps(keys: readonly PlannedKey[]): readonly Notice[] {
  return keys.filter(isWrappedWeakly).map(({ id }) => ({
    rule: 'PLAN-WRAP-STRONG',
    text: `${id}: RSAES-PKCS1-v1_5 is weak: who can ask the cloud's key to open forgeries learns what it wrapped. Take OAEP if the cloud allows it.`,
  }));
}

/** Whether the plan wraps a key with RSAES-PKCS1-v1_5. */
export function isWrappedWeakly({ destination, spec }: PlannedKey): boolean {
  return plannedWays(destination, spec).some(({ wrap }) => isWeak(wrap));
}

/**
 * What stands against a plan at this moment: a plan is pure, and an end that it names may have passed since it was made.
 * @param plan - the plan, or the keys of it that are carried
 * @param nowIso - the room's clock, ISO 8601 with `Z`
 * @returns null when nothing does, otherwise the first refusal, naming the key
 */
export function refusesPlanNow(plan: Pick<Plan, 'keys'>, nowIso: string): Refusal | null {
  for (const { id, destination } of plan.keys) {
    const against = formatFor(destination).refusesNow(destination, nowIso);
    if (against !== null) return { ...against, key: id, cause: `${id}: ${against.cause}` };
  }
  return null;
}

function sharedTargets(keys: readonly PlannedKey[]): readonly Notice[] {
  const earlier = new Map<string, string>();
  return keys.flatMap(({ id, destination }) => {
    const format = formatFor(destination);
    const target = `${destination.type} ${format.target(destination)}`;
    const other = earlier.get(target);
    earlier.set(target, id);
    const { place, name } = format.describe(destination);
    const sequel = 'the service refuses the second, hides the first, or keeps two under one name';
    const text = `Keys ${other ?? ''} and ${id} both go to ${format.title}, ${place}, as ${name}: ${sequel}.`;
    return other === undefined ? [] : [{ rule: 'PLAN-TARGETS-DISTINCT' as const, text }];
  });
}

function parseDestination(given: { type: string }, spec: KeySpec, path: string, id: string): Destination {
  const format: DestinationFormat<Destination> | undefined = destinationOf(given.type);
  if (format === undefined) {
    return refuse(
      'PLAN-DESTINATION-KNOWN',
      `Member "${path}.type": "${given.type}" of key "${id}" is not a destination of this version.`,
    );
  }
  const destination = parseMembers(format.schema, given, 'PLAN-SCHEMA', path);
  const reason = refusesSpec(destination, spec);
  if (reason !== null) throw new Refused({ ...reason, cause: `Key "${id}" to ${format.title}, ${reason.cause}` });
  return destination;
}
