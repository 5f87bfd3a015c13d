import { hexToBytes } from '../../app/keys/bytes.ts';
import { isAsymmetric, type KeySpec } from '../../app/keys/specs.ts';
import { refuse } from '../../app/rules/refusal.ts';
import type { KeyObjects } from './key-objects.ts';
import type { CryptokiSession, ObjectHandle } from './pkcs11.ts';
import { objectClasses } from './templates.ts';

/** Everything with one CKA_ID, by what it is to a key of a spec: attributes are public, so anybody may reuse an id. */
interface Namesakes {
  readonly keys: readonly ObjectHandle[];
  readonly publicHalves: readonly ObjectHandle[];
  readonly others: readonly ObjectHandle[];
}

/**
 * Finds every object with a CKA_ID, whatever it is.
 * @param ckaId - hex
 */
export function withId(session: CryptokiSession, ckaId: string): ObjectHandle[] {
  return session.findObjects([{ name: 'CKA_ID', value: hexToBytes(ckaId) }]);
}

/**
 * Finds the objects of a key by its CKA_ID.
 * @returns null when nothing in the token has this CKA_ID
 * @throws Refused with TARGET-KEY-PRESENT when it is not exactly one such key, or TARGET-KEY-ALONE when something else
 *   has its CKA_ID
 */
export function locateKey(session: CryptokiSession, ckaId: string, spec: KeySpec): KeyObjects | null {
  const { keys, publicHalves, others } = namesakes(session, ckaId, spec);
  const [key, ...moreKeys] = keys;
  if (keys.length + publicHalves.length + others.length === 0) return null;
  if (key === undefined || moreKeys.length > 0 || publicHalves.length > 1) {
    const found = `${keys.length} such keys and ${publicHalves.length} public halves`;
    return refuse('TARGET-KEY-PRESENT', `Looking for the ${spec} key ${ckaId}, the token shows ${found}.`);
  }
  if (others.length > 0) refuseOthers(ckaId, others.length);
  return { key, publicHalf: publicHalves[0] ?? null };
}

/**
 * Finds what is to be destroyed with a key: the key and its public half, or the one that an interruption left.
 * @returns the key first; empty when nothing has this CKA_ID
 * @throws Refused with TARGET-KEY-ALONE when the CKA_ID has anything else: then nobody knows which is meant
 */
export function objectsToDestroy(session: CryptokiSession, ckaId: string, spec: KeySpec): readonly ObjectHandle[] {
  const { keys, publicHalves, others } = namesakes(session, ckaId, spec);
  const surplus = others.length + Math.max(keys.length - 1, 0) + Math.max(publicHalves.length - 1, 0);
  if (surplus > 0) refuseOthers(ckaId, surplus);
  return [...keys, ...publicHalves];
}

/** Sorts everything with a CKA_ID by what it is to a key of a spec. */
export function namesakes(session: CryptokiSession, ckaId: string, spec: KeySpec): Namesakes {
  const { privateKey, secretKey, publicKey } = objectClasses;
  const byClass = Map.groupBy(withId(session, ckaId), (object) => session.attribute(object, 'CKA_CLASS'));
  const take = (objectClass: number): readonly ObjectHandle[] => {
    const found = byClass.get(objectClass) ?? [];
    byClass.delete(objectClass);
    return found;
  };
  const keys = take(isAsymmetric(spec) ? privateKey : secretKey);
  const publicHalves = isAsymmetric(spec) ? take(publicKey) : [];
  return { keys, publicHalves, others: [...byClass.values()].flat() };
}

function refuseOthers(ckaId: string, count: number): never {
  return refuse(
    'TARGET-KEY-ALONE',
    `Besides the key, the token holds ${count} more ${count === 1 ? 'object' : 'objects'} with the CKA_ID ${ckaId}.`,
  );
}
