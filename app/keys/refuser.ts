import { refuse } from '../rules/refusal.ts';
import type { RuleId } from '../rules/index.ts';

/**
 * What a parser calls when its input is not what it must be. The parser knows what is wrong; its caller knows which
 * rule that violates and which file it came from. The cause is a clause without a full stop.
 */
export type Refuser = (cause: string) => never;

/**
 * Binds a rule and a place to a {@link Refuser}.
 * @param rule - the rule a malformed input violates
 * @param place - the file or field being read, named in front of every cause
 * @returns a function that throws Refused
 */
export function refuser(rule: RuleId, place: string): Refuser {
  return (cause) => refuse(rule, `${place}: ${cause}.`);
}
