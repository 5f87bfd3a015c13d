import { Refused, type Refusal } from '../../app/rules/refusal.ts';
import type { RuleId } from '../../app/rules/index.ts';

/**
 * Does something that should be refused.
 * @returns the rule that refused it, or null when nothing did; any other error passes through and fails the test
 */
export function ruleOf(act: () => unknown): RuleId | null {
  return refusalOf(act)?.rule ?? null;
}

/**
 * Does something that should be refused.
 * @returns the whole refusal, or null when nothing was refused
 */
export function refusalOf(act: () => unknown): Refusal | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** The same for something that takes a while. */
export async function ruleOfAsync(act: () => Promise<unknown>): Promise<RuleId | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.refusal.rule;
    throw error;
  }
}
