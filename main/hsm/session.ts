import { Refused } from '../../app/rules/refusal.ts';
import { attributeText, untold, type Attribute } from './attributes.ts';
import {
  CryptokiError,
  type CryptokiModule,
  type CryptokiSession,
  type ObjectHandle,
  type SlotHandle,
} from './pkcs11.ts';
import type { AttributeReadBack } from './port.ts';

/** A session for one operation, and what must be gone when the operation ends. */
export interface Work {
  readonly session: CryptokiSession;
  /** Marks an object of this session as temporary; it is destroyed however the operation ends. */
  readonly temporary: (object: ObjectHandle) => ObjectHandle;
}

/**
 * Performs one operation in a session of its own, so that neither objects nor a half-finished PKCS#11 operation outlive
 * it. The login belongs to the process, not to a session.
 * @param module - the loaded module
 * @param slot - the slot of the token
 * @param operation - what to do; its own failure goes before one of the clean-up
 * @throws Refused with TOKEN-LEFT-CLEAN when something temporary may be left. Where nothing temporary was made, a session
 *   that does not close takes nothing back: a key that was made or destroyed stays so, and is told
 */
export function inSession<T>(module: CryptokiModule, slot: SlotHandle, operation: (work: Work) => T): T {
  const session = module.openSession(slot);
  const temporaries: ObjectHandle[] = [];
  const work: Work = { session, temporary: (object) => (temporaries.push(object), object) };
  let result: T;
  try {
    result = operation(work);
  } catch (error) {
    cleanUp(session, temporaries);
    throw error;
  }
  const failure = cleanUp(session, temporaries);
  const leavesNothing = temporaries.length === 0 && failure instanceof CryptokiError;
  if (failure !== undefined && !leavesNothing) throw asLeftover(failure);
  return result;
}

/** Destroys the temporaries and closes the session, each whatever happens to the others; returns the first failure. */
function cleanUp(session: CryptokiSession, temporaries: readonly ObjectHandle[]): Error | undefined {
  const failures = temporaries.toReversed().map((object) => attempt(() => session.destroyObject(object)));
  // Session objects end with their session: even when destroying failed, this removes them.
  failures.push(attempt(() => session.close()));
  return failures.find((each) => each !== undefined);
}

function asLeftover(failure: Error): Error {
  if (!(failure instanceof CryptokiError) || failure.code === null) return failure;
  const refusal = failure.toRefusal('The operation succeeded, but the clean-up after it did not.');
  return new Refused({ ...refusal, rule: 'TOKEN-LEFT-CLEAN' });
}

function attempt(perform: () => void): Error | undefined {
  try {
    perform();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/**
 * Reads back every attribute an object was asked to have.
 * @param session - an open session
 * @param object - the object
 * @param asked - the template, and what the token must say by itself
 * @returns each attribute as asked and as found; `not told` when the token does not tell it
 */
export function readBack(
  session: CryptokiSession,
  object: ObjectHandle,
  asked: readonly Attribute[],
): readonly AttributeReadBack[] {
  return asked.map(({ name, value }) => ({
    name,
    asked: attributeText(name, value),
    found: attributeText(name, session.attribute(object, name)),
  }));
}

/**
 * Finds what differs in a read-back.
 * @param found - the read-back, in the order of `asked`
 * @param asked - the attributes; an untold one is no difference when it is dispensable
 * @returns the attributes that differ
 */
export function differences(
  found: readonly AttributeReadBack[],
  asked: readonly Attribute[],
): readonly AttributeReadBack[] {
  return found.filter((each, index) => {
    if (each.found === untold) return asked[index]?.dispensable !== true;
    return each.found !== each.asked;
  });
}

/** Writes differences for the cause of a refusal. */
export function differencesText(differing: readonly AttributeReadBack[]): string {
  return differing.map(({ name, asked, found }) => `${name} was asked as ${asked} and reads ${found}`).join('; ');
}
