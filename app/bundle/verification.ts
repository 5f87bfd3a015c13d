import { canonicalJson } from '../audit/canonical-json.ts';
import type { Entry } from '../audit/entry.ts';
import type { RuleId } from '../rules/index.ts';
import { Refused, refuse } from '../rules/refusal.ts';
import type { Manifest } from './manifest.ts';
import type { ToldEntry } from './told-events.ts';

/** What a check of one rule found. */
export interface Finding {
  readonly outcome: 'holds' | 'broken' | 'not-checkable';
  /** One sentence: what was found, or why it could not be checked. */
  readonly detail: string;
}

/** A rule about bundles. */
export type BundleRule = Extract<RuleId, `BUNDLE-${string}`>;

export interface RuleResult extends Finding {
  readonly rule: RuleId;
}

/** What no check of this version, without clock or network, can decide: the reader does. */
const leftToTheReader: ReadonlySet<RuleId> = new Set<RuleId>([
  'BUNDLE-NAMED-AS-CEREMONY',
  'BUNDLE-REPORT-AS-LOGGED',
  'BUNDLE-UPLOAD-AS-LOGGED',
  'BUNDLE-DEADLINE-AHEAD',
  'BUNDLE-CHECKPOINT-AS-ON-PAPER',
  'BUNDLE-LOG-KEY-TRUSTED',
  'BUNDLE-MANIFEST-AS-ON-PAPER',
]);

/**
 * Sums a check up.
 * @param results - one for each rule
 * @param asked - rules of which the reader wants to know
 * @returns `broken` when any rule is; `not-checkable` when one stayed open that decides whether the bundle is sound
 */
export function verdictOf(results: readonly RuleResult[], asked: ReadonlySet<RuleId> = new Set()): Finding['outcome'] {
  if (results.some(({ outcome }) => outcome === 'broken')) return 'broken';
  const isDecisive = (rule: RuleId): boolean => asked.has(rule) || !leftToTheReader.has(rule);
  const isOpen = results.some(({ outcome, rule }) => outcome === 'not-checkable' && isDecisive(rule));
  return isOpen ? 'not-checkable' : 'holds';
}

/** What the checks lean on once the parts of a bundle were read. */
export interface Readings<E extends Entry = ToldEntry> {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly manifest: Manifest;
  readonly entries: readonly E[];
}

/**
 * A file that a bundle must have.
 * @param path - its path from the top
 * @throws Refused with BUNDLE-FILES-AS-LISTED when it is missing
 */
export function fileOf(files: Readings['files'], path: string): Uint8Array {
  return files.get(path) ?? refuse('BUNDLE-FILES-AS-LISTED', `${path} is missing.`);
}

/**
 * Refuses when a bundle says something else than it should.
 * @param place - what says it, for the cause
 * @throws Refused with the rule
 */
export function requireEqual(rule: BundleRule, place: string, said: unknown, expected: unknown): void {
  const [found, wanted] = [canonicalJson(said), canonicalJson(expected)];
  if (found !== wanted) refuse(rule, `${place}: the bundle says ${found}; it should be ${wanted}.`);
}

export function holds(detail: string): Finding {
  return { outcome: 'holds', detail };
}

/**
 * Text as one line of what can be seen, whatever the names in a bundle may hold.
 * @param text - any
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

export function notCheckable(detail: string): Finding {
  return { outcome: 'not-checkable', detail };
}

/**
 * Checks one rule.
 * @param rule - the rule
 * @param find - finds out; a refusal means that the rule is broken
 * @returns the result; any other error passes through
 */
export function check(rule: RuleId, find: () => Finding): RuleResult {
  try {
    return { rule, ...find() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { rule, outcome: 'broken', detail: error.refusal.cause };
  }
}

/**
 * Checks one rule on what is in memory already, where nothing but what was read can go wrong: a bundle must not get past a rule by
 * breaking it.
 * @returns as {@link check}; broken for any other error too
 */
export function checkRead(rule: RuleId, find: () => Finding): RuleResult {
  try {
    return check(rule, find);
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    return { rule, outcome: 'broken', detail: `It could not be read (${name}).` };
  }
}
