import { logNamesOf } from '../../app/ceremony/log-key.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { refuse } from '../../app/rules/refusal.ts';
import type { Attribute } from './attributes.ts';
import { ckrText, meaningOfCkr } from './ckr.ts';
import { CryptokiError, type CryptokiSession, type ObjectHandle } from './pkcs11.ts';
import type { KeptHead, LogHead, LogKeyName, NamedHead } from './port.ts';
import { differences, differencesText, readBack } from './session.ts';
import * as templates from './templates.ts';

/** What an object holds: 94 bytes at most. A size has 15 digits at most, so that it is a whole number to JavaScript. */
const form = /^keyferry head (?<size>0|[1-9]\d{0,14}) (?<root>[0-9a-f]{64})$/u;

/** The rules by which a token shows that it keeps no data objects, or no more of them. */
const inabilities: ReadonlySet<RuleId> = new Set([
  'TOKEN-POLICY-ALLOWS',
  'TOKEN-MECHANISM-AVAILABLE',
  'TOKEN-WRITABLE',
  'TOKEN-HAS-ROOM',
]);

/** An object with the names of a head; its head is null when it holds none, or did not take the PIN to make. */
interface Found {
  readonly object: ObjectHandle;
  readonly head: LogHead | null;
}

/**
 * Keeps the head of a log in the token, as a private data object (PKCS#11 3.1, "Data objects"). The new one is there, and
 * read back, before the old ones go: a crash in between leaves two, of which {@link readHead} takes the longer log's. The
 * same head twice is kept once.
 * @param session - an open session, logged in
 * @param named - the ceremony, and the head: size in entries, root of 32 bytes in lower-case hex
 * @returns whether it is kept now; when the token takes no data objects or has no room, its code, and what it held stays
 * @throws Refused with LOG-HEAD-ONLY-GROWS when the token holds the head of a longer log, or another one of the same size, and
 *   LOG-HEAD-AS-WRITTEN; CryptokiError when it fails in another way, or does not let go of an old head
 */
export function keepHead(session: CryptokiSession, { ceremony, head }: NamedHead): KeptHead {
  const placed = place(session, ceremony, head);
  if ('code' in placed) return { kept: false, code: placed.code };
  for (const object of placed.stale) session.destroyObject(object);
  return { kept: true };
}

/**
 * Reads the head that the token holds. Destroys nothing.
 * @returns the head of the longest log among those that are kept; null when there is none, or none that needed the PIN
 * @throws Refused with LOG-HEAD-ONLY-GROWS when two heads say different things of a log of the same size
 */
export function readHead(session: CryptokiSession, { ceremony }: LogKeyName): LogHead | null {
  return lastOf(findHeads(session, ceremony));
}

/**
 * Destroys every head of the log of a ceremony, and looks that none is there any more.
 * @returns how many objects were destroyed; 0 when there was none
 * @throws Refused with LOG-HEAD-DROPPED when one is left
 */
export function dropHead(session: CryptokiSession, { ceremony }: LogKeyName): number {
  const found = findHeads(session, ceremony);
  for (const { object } of found) session.destroyObject(object);
  const left = findHeads(session, ceremony).length;
  if (left > 0) refuse('LOG-HEAD-DROPPED', `The token still holds ${left} heads of the log of ${ceremony}.`);
  return found.length;
}

/** Puts a head into the token unless it is there; what is stale after it, or why it could not be done. */
function place(
  session: CryptokiSession,
  ceremony: string,
  head: LogHead,
): { readonly stale: readonly ObjectHandle[] } | { readonly code: string } {
  const text = textOf(head);
  try {
    const found = findHeads(session, ceremony);
    checkGrows(lastOf(found), head);
    const same = found.find((each) => each.head !== null && textOf(each.head) === text);
    if (same === undefined) makeHead(session, logNamesOf(ceremony).headLabel, text);
    return { stale: found.filter((each) => each !== same).map(({ object }) => object) };
  } catch (error) {
    return { code: inabilityIn(error) };
  }
}

function makeHead(session: CryptokiSession, label: string, text: string): void {
  const template = templates.logHead(label, text);
  const object = createHead(session, template);
  const differing = differences(readBack(session, object, template), template);
  if (differing.length === 0) return;
  session.destroyObject(object);
  refuse('LOG-HEAD-AS-WRITTEN', `The head of the log is not as it was written: ${differencesText(differing)}.`);
}

/** A token that refuses the template is asked once more without what can be spared. */
function createHead(session: CryptokiSession, template: readonly Attribute[]): ObjectHandle {
  try {
    return session.createObject(template);
  } catch (error) {
    if (!(error instanceof CryptokiError) || !error.isAboutAttributes) throw error;
    return session.createObject(template.filter(({ dispensable }) => dispensable !== true));
  }
}

function findHeads(session: CryptokiSession, ceremony: string): readonly Found[] {
  const objects = session.findObjects(templates.headNaming(logNamesOf(ceremony).headLabel));
  return objects.map((object) => ({ object, head: headIn(session, object) }));
}

function headIn(session: CryptokiSession, object: ObjectHandle): LogHead | null {
  // A public object can be put into the token by anybody, without the PIN.
  if (session.attribute(object, 'CKA_PRIVATE') !== true) return null;
  const { size, root } = form.exec(String(session.attribute(object, 'CKA_VALUE')))?.groups ?? {};
  return size === undefined || root === undefined ? null : { size: Number(size), root };
}

function lastOf(found: readonly Found[]): LogHead | null {
  const heads = found.flatMap(({ head }) => (head === null ? [] : [head]));
  const [last] = heads.toSorted((one, other) => other.size - one.size);
  if (last === undefined) return null;
  const isOther = ({ size, root }: LogHead): boolean => size === last.size && root !== last.root;
  if (heads.some(isOther)) {
    refuse('LOG-HEAD-ONLY-GROWS', `The token holds two different heads of a log of ${last.size} entries.`);
  }
  return last;
}

function checkGrows(last: LogHead | null, { size, root }: LogHead): void {
  if (last === null || last.size < size || (last.size === size && last.root === root)) return;
  const held = `The token holds the head ${last.root} of ${last.size} entries of this log`;
  refuse('LOG-HEAD-ONLY-GROWS', `${held}; it is not replaced by ${root} of ${size}.`);
}

function textOf({ size, root }: LogHead): string {
  const text = `keyferry head ${size} ${root}`;
  if (!form.test(text)) throw new RangeError('A head has a size that is a whole number, and a root of 32 bytes in hex');
  return text;
}

/** The code of a token that keeps no data objects; whatever else went wrong is thrown on. */
function inabilityIn(error: unknown): string {
  if (error instanceof CryptokiError && error.code !== null && inabilities.has(meaningOfCkr(error.code).rule)) {
    return ckrText(error.code);
  }
  throw error;
}
