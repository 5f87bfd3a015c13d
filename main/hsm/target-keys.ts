import { sha256Hex } from '../../app/keys/fingerprint.ts';
import { formatKcv } from '../../app/keys/kcv.ts';
import { encodeSpki } from '../../app/keys/spki.ts';
import type { KeySpec } from '../../app/keys/specs.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { makeKey, planKey, readCheckValues, readPublicHalf, type KeyObjects, type KeyPlan } from './key-objects.ts';
import { differencesFrom, discardKey, readBackKey } from './made-keys.ts';
import { locateKey, objectsToDestroy, withId } from './locate-key.ts';
import type { CryptokiSession, ObjectHandle } from './pkcs11.ts';
import type { TargetKey, TargetKeyRequest, WrapRequest } from './port.ts';
import { checkMaySeal } from './seal-nonce.ts';
import { differencesText } from './session.ts';
import { checkMayLeave } from './wrap.ts';

/**
 * Makes a target key in the token and reads every attribute back.
 * @param session - an open session, logged in
 * @param request - CKA_ID (hex), spec and label
 * @throws Refused with TARGET-KEY-ID-FREE, TARGET-KEY-LABEL-FREE, TARGET-KEY-ATTRIBUTES-AS-PLANNED,
 *   TARGET-KEY-SPEC-AS-PLANNED or TARGET-KEY-HALVES-MATCH; after a failure nothing of the key is left
 */
export function generateTargetKey(session: CryptokiSession, request: TargetKeyRequest): TargetKey {
  checkIsFree(session, request);
  const plan = planKey(request.spec, { ...request, lives: 'in-token' });
  const objects = makeKey(session, request.spec, plan);
  try {
    return describeMade(session, objects, request, plan);
  } catch (error) {
    discardKey(session, objects, { rule: 'TARGET-KEY-DESTROYED', key: `key ${request.ckaId}` }, error);
    throw error;
  }
}

/**
 * Looks for a key that {@link generateTargetKey} may have made before an answer was lost, with the same checks.
 * @param request - what was asked for
 * @returns null when nothing has its CKA_ID
 * @throws Refused as {@link generateTargetKey} and {@link locateKey} do; nothing is destroyed by looking
 */
export function findGeneratedKey(session: CryptokiSession, request: TargetKeyRequest): TargetKey | null {
  const objects = locateKey(session, request.ckaId, request.spec);
  if (objects === null) return null;
  return describeMade(session, objects, request, planKey(request.spec, { ...request, lives: 'in-token' }));
}

/**
 * Finds a target key that is older than this ceremony and reads it back. Attributes that differ from the templates are
 * told, not refused, but those that decide whether it may leave.
 * @returns null when nothing has its CKA_ID
 * @throws Refused with TARGET-KEY-MAY-LEAVE, TARGET-KEY-SPEC-AS-PLANNED, TARGET-KEY-HALVES-MATCH, or as {@link locateKey}
 */
export function findTargetKey(session: CryptokiSession, ckaId: string, spec: KeySpec): TargetKey | null {
  const objects = locateKey(session, ckaId, spec);
  if (objects === null) return null;
  checkMayLeave(session, objects.key);
  const label = session.attribute(objects.key, 'CKA_LABEL');
  const request = { ckaId, spec, label: typeof label === 'string' ? label : '' };
  return describe(session, objects, request, planKey(spec, { ...request, lives: 'in-token' }));
}

/**
 * Finds a target key for the wrap and makes sure that it is the one in the log: by its public key, which the private half
 * proves to be its own, or by the check values of a secret key.
 * @param request - CKA_ID (hex), spec, the key as recorded, and how it is to be wrapped
 * @returns the key that was looked at, for the wrap in the same session
 * @throws Refused with TARGET-KEY-IS-THE-RECORDED-ONE, TARGET-KEY-MAY-LEAVE, NONCE-SEALED-IN-TOKEN, or as
 *   {@link findTargetKey}
 */
export function locateRecorded(
  session: CryptokiSession,
  { ckaId, spec, recorded, plan }: Pick<WrapRequest, 'ckaId' | 'spec' | 'recorded' | 'plan'>,
): ObjectHandle {
  const objects = locateKey(session, ckaId, spec);
  if (objects === null) return refuse('TARGET-KEY-PRESENT', `The token holds no ${spec} key with the CKA_ID ${ckaId}.`);
  checkMayLeave(session, objects.key);
  checkMaySeal(session, objects.key, plan);
  const { publicKey, keyCheckValues } = identify(session, objects, spec);
  const isSame =
    spkiText(publicKey) === spkiText(recorded.publicKey) &&
    checkText(keyCheckValues) === checkText(recorded.keyCheckValues);
  if (!isSame) {
    const found = `${spkiText(publicKey)}, ${checkText(keyCheckValues)}`;
    const inLog = `${spkiText(recorded.publicKey)}, ${checkText(recorded.keyCheckValues)}`;
    refuse(
      'TARGET-KEY-IS-THE-RECORDED-ONE',
      `The ${spec} key ${ckaId} in the token has ${found}; the log has ${inLog}.`,
    );
  }
  return objects.key;
}

/** What a key is known by. */
function identify(session: CryptokiSession, objects: KeyObjects, spec: KeySpec): WrapRequest['recorded'] {
  const publicKey = readPublicHalf(session, objects, spec);
  return {
    publicKey: publicKey === null ? null : encodeSpki(publicKey),
    keyCheckValues: readCheckValues(session, objects.key, spec),
  };
}

function spkiText(publicKey: Uint8Array | null): string {
  return publicKey === null ? 'no public key' : `the public key with SHA-256 ${sha256Hex(publicKey)}`;
}

function checkText(values: WrapRequest['recorded']['keyCheckValues']): string {
  return values.length === 0 ? 'no check value' : values.map(formatKcv).join(', ');
}

/**
 * Destroys a key with its public half and looks that neither is left.
 * @returns how many objects were destroyed; 0 when there was nothing
 * @throws Refused with TARGET-KEY-ALONE, nothing destroyed, when something else has its CKA_ID; TARGET-KEY-DESTROYED when
 *   something is left
 */
export function destroyKey(session: CryptokiSession, ckaId: string, spec: KeySpec): number {
  const objects = objectsToDestroy(session, ckaId, spec);
  for (const object of objects) session.destroyObject(object);
  const left = withId(session, ckaId).length;
  if (left > 0) refuse('TARGET-KEY-DESTROYED', `The token still holds ${left} objects with the CKA_ID ${ckaId}.`);
  return objects.length;
}

function checkIsFree(session: CryptokiSession, { ckaId, label }: TargetKeyRequest): void {
  const sameId = withId(session, ckaId).length;
  if (sameId > 0) refuse('TARGET-KEY-ID-FREE', `The token already holds ${sameId} objects with the CKA_ID ${ckaId}.`);
  const sameLabel = session.findObjects([{ name: 'CKA_LABEL', value: label }]).length;
  if (sameLabel > 0) {
    refuse('TARGET-KEY-LABEL-FREE', `The token already holds ${sameLabel} objects with the label "${label}".`);
  }
}

function describe(
  session: CryptokiSession,
  objects: KeyObjects,
  { ckaId, spec, label }: TargetKeyRequest,
  plan: KeyPlan,
): TargetKey {
  return {
    ckaId,
    spec,
    label,
    ...identify(session, objects, spec),
    attributes: readBackKey(session, objects, plan),
  };
}

/** Describes a key of our own making, which must be as it was asked for. */
function describeMade(
  session: CryptokiSession,
  objects: KeyObjects,
  request: TargetKeyRequest,
  plan: KeyPlan,
): TargetKey {
  const key = describe(session, objects, request, plan);
  const differing = differencesFrom(plan, key.attributes);
  if (differing.length > 0) {
    const what = differencesText(differing);
    refuse('TARGET-KEY-ATTRIBUTES-AS-PLANNED', `The key ${request.ckaId} is not as it was asked for: ${what}.`);
  }
  return key;
}
