import type { Entry } from '../audit/entry.ts';
import type { RuleId } from '../rules/index.ts';
import { Refused } from '../rules/refusal.ts';
import type { Manifest } from './manifest.ts';

/** What a check of one rule found. */
export interface Finding {
  readonly outcome: 'holds' | 'broken' | 'not-checkable';
  /** One sentence: what was found, or why it could not be checked. */
  readonly detail: string;
}

export interface RuleResult extends Finding {
  readonly rule: RuleId;
}

/** What the checks lean on once the parts of a bundle were read. */
export interface Readings {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly manifest: Manifest;
  readonly entries: readonly Entry[];
}

export function holds(detail: string): Finding {
  return { outcome: 'holds', detail };
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
