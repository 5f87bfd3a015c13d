import { ceremonyRules } from './ceremony.ts';
import { inboundRules } from './inbound.ts';
import { logRules } from './log.ts';
import { mediaRules } from './media.ts';
import { peopleRules } from './people.ts';
import { planRules } from './plan.ts';
import { tokenRules } from './token.ts';

/** What a rule claims, and what the people can do when the claim does not hold. */
export interface Rule {
  readonly claim: string;
  readonly remedy: string;
}

/** Every rule of the house. `docs/assurance.md` has one claim for each; a test keeps the two equal. */
export const rules = {
  ...planRules,
  ...ceremonyRules,
  ...peopleRules,
  ...inboundRules,
  ...tokenRules,
  ...mediaRules,
  ...logRules,
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;

/**
 * Says whether a text is a rule id, for texts that come back from a log.
 * @param text - any text
 */
export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(rules, text);
}
