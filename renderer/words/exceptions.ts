import type { CeremonyView } from '../../app/contract/view.ts';
import { rules } from '../../app/rules/index.ts';
import { listed } from './format.ts';

type Exceptions = CeremonyView['exceptions'];
type Refusal = NonNullable<CeremonyView['refusal']>;

const known: Readonly<Record<string, { readonly claim: string; readonly remedy: string }>> = rules;

/**
 * Says which exceptions are open.
 * @param exceptions - all of them
 * @returns `Exception 2 is open`, `Exceptions 2 and 3 are open`; null when none is
 */
export function openInWords(exceptions: Exceptions): string | null {
  const open = exceptions.filter(({ closed }) => closed === null).map(({ exception }) => String(exception));
  if (open.length === 0) return null;
  return open.length === 1 ? `Exception ${open.join('')} is open` : `Exceptions ${listed(open)} are open`;
}

/**
 * Finds the exception that a failure has opened.
 * @param exceptions - all of them, in their order
 * @param refusal - why the work of the step did not complete
 * @returns the latest one that tells of it; undefined when it opened none
 */
export function exceptionOf(exceptions: Exceptions, { rule, cause }: Refusal): Exceptions[number] | undefined {
  return exceptions.findLast((one) => one.rule === rule && one.happened === cause);
}

/** The rule that did not hold, and what to do about it. */
export interface RuleToldOf {
  readonly rule: string;
  readonly claim: string | null;
  readonly remedy: string | null;
  readonly code: string | null;
  /** Whether the work of the current step did not complete for it. */
  readonly isOfStep: boolean;
}

/**
 * Tells of the rule that Keyferry gave when it opened an exception.
 * @param exception - the exception
 * @param refusal - what the current step was refused for: where it is the same, its remedy is the more exact one
 * @returns null when people opened it, who name no rule
 */
export function ruleTold({ rule, happened }: Exceptions[number], refusal: Refusal | null): RuleToldOf | null {
  if (rule === null) return null;
  const entry = Object.hasOwn(known, rule) ? known[rule] : undefined;
  const same = refusal?.rule === rule && refusal.cause === happened ? refusal : null;
  return {
    rule,
    claim: entry?.claim ?? null,
    remedy: same?.remedy ?? entry?.remedy ?? null,
    code: same?.code ?? null,
    isOfStep: same !== null,
  };
}
