import { refuse } from '../../app/rules/refusal.ts';
import { ckrText } from './ckr.ts';
import type { KeyObjects, KeyPlan } from './key-objects.ts';
import { CryptokiError, type CryptokiSession } from './pkcs11.ts';
import type { AttributeReadBack } from './port.ts';
import { differences, readBack } from './session.ts';

/** What every key of our own making has in common, whatever it is for: it is read back, and does not stay when it differs. */

/**
 * Reads a key back.
 * @param plan - what was asked of it
 * @returns the key's attributes, what the token says by itself, then those of the public half, named as such
 */
export function readBackKey(
  session: CryptokiSession,
  objects: KeyObjects,
  plan: KeyPlan,
): readonly AttributeReadBack[] {
  const key = readBack(session, objects.key, [...plan.key, ...plan.consequences]);
  if (objects.publicHalf === null || plan.publicHalf === null) return key;
  const half = readBack(session, objects.publicHalf, plan.publicHalf);
  return [...key, ...half.map((each) => ({ ...each, name: `public half ${each.name}` }))];
}

/**
 * Finds what differs from the plan in what {@link readBackKey} gave for it.
 */
export function differencesFrom(plan: KeyPlan, found: readonly AttributeReadBack[]): readonly AttributeReadBack[] {
  return differences(found, [...plan.key, ...plan.consequences, ...(plan.publicHalf ?? [])]);
}

/**
 * Removes a key that must not stay; when even that fails, people must know before anything else.
 * @param named - the rule of a key that stays, and what the key is called
 * @param reason - why it must not stay
 */
export function discardKey(
  session: CryptokiSession,
  objects: KeyObjects,
  named: { readonly rule: 'TARGET-KEY-DESTROYED' | 'LOG-KEY-DESTROYED'; readonly key: string },
  reason: unknown,
): void {
  try {
    session.destroyObject(objects.key);
    if (objects.publicHalf !== null) session.destroyObject(objects.publicHalf);
  } catch (error) {
    if (!(error instanceof CryptokiError)) throw error;
    const code = error.code === null ? {} : { code: ckrText(error.code) };
    const why = reason instanceof Error ? reason.message : 'it was not made as planned';
    refuse(named.rule, `The new ${named.key} must not stay (${why}), and it could not be destroyed.`, code);
  }
}
