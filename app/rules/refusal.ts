import { rules, type RuleId } from './index.ts';

/**
 * Why something was not done, as data: it crosses process and IPC borders unchanged and is written to the log.
 * Told apart by `rule`, never by the sentences.
 */
export interface Refusal {
  readonly rule: RuleId;
  /** What was found, in words for the people in the room; names the file, field, key or step. */
  readonly cause: string;
  /** What somebody can do about it now. */
  readonly remedy: string;
  /** The raw code of the part that refused (`CKR_PIN_INCORRECT (0xa0)`, `ENOSPC`), when there is one. */
  readonly code?: string;
  /** Id of the planned key that is concerned, where it is one of several: the people may go on without it. */
  readonly key?: string;
}

/**
 * Builds a refusal; the remedy is the rule's own unless the case has a better one.
 * @param rule - the rule that was violated
 * @param cause - what was found, one sentence
 * @param more - a remedy for this very case, the raw code behind it, and the key that is concerned
 * @returns the refusal, plain data
 */
export function refusal(
  rule: RuleId,
  cause: string,
  more: Partial<Pick<Refusal, 'remedy' | 'code' | 'key'>> = {},
): Refusal {
  return {
    rule,
    cause,
    remedy: more.remedy ?? rules[rule].remedy,
    ...(more.code === undefined ? {} : { code: more.code }),
    ...(more.key === undefined ? {} : { key: more.key }),
  };
}

/**
 * Carries a refusal out of a parser or a port. Parsers throw because a returned boolean gets ignored; the runner and
 * the IPC door turn it back into data. It is for expected failures only: a programming error stays an ordinary Error.
 */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(reason: Refusal) {
    super(`${reason.rule}: ${reason.cause}`);
    this.name = 'Refused';
    this.refusal = reason;
  }
}

/**
 * Refuses: throws {@link Refused}.
 * @param rule - the rule that was violated
 * @param cause - what was found, one sentence
 * @param more - a remedy for this very case, the raw code behind it, and the key that is concerned
 * @throws Refused always
 */
export function refuse(
  rule: RuleId,
  cause: string,
  more: Partial<Pick<Refusal, 'remedy' | 'code' | 'key'>> = {},
): never {
  throw new Refused(refusal(rule, cause, more));
}

/**
 * Does something for one key, and names that key in whatever is refused.
 * @param key - id of the planned key
 * @param act - what is done; a refusal that names a key already keeps it
 */
export async function concerning<T>(key: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused({ key, ...error.refusal });
  }
}
