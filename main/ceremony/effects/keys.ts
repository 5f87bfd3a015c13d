import type { OutcomeOf, RequestOf } from '../../../app/ceremony/effects.ts';
import type { PlannedKey } from '../../../app/ceremony/plan.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { refuse } from '../../../app/rules/refusal.ts';
import type { TargetKey, TargetKeyRequest } from '../../hsm/port.ts';
import type { WorkPorts } from '../work-ports.ts';

/** Has the token make a target key under the CKA_ID that the log names. */
export async function makeKey(
  { hsm }: WorkPorts,
  request: RequestOf<'make-key'>,
  state: CeremonyState,
): Promise<OutcomeOf<'make-key' | 'find-key'>> {
  return recordOf(request, await hsm.generateTargetKey(asked(request, state)));
}

/** Finds a target key that the plan says is in the token already. */
export async function findKey(
  { hsm }: WorkPorts,
  request: RequestOf<'find-key'>,
  state: CeremonyState,
): Promise<OutcomeOf<'make-key' | 'find-key'>> {
  const target = await hsm.findTargetKey(request.ckaId, planned(state, request.key).spec);
  if (target === null)
    return refuse('TARGET-KEY-PRESENT', `The token holds no key with CKA_ID ${request.ckaId} for ${request.key}.`);
  return recordOf(request, target);
}

/**
 * After an interruption: the key is in the token with every attribute as asked for, or it was not made.
 * @throws Refused with EFFECT-SETTLED-BY-LOOKING only when nothing has its CKA_ID; with the rule that stands against it,
 *   such as TARGET-KEY-ATTRIBUTES-AS-PLANNED, when something has
 */
export async function settleMadeKey(
  { hsm }: WorkPorts,
  request: RequestOf<'make-key'>,
  state: CeremonyState,
): Promise<OutcomeOf<'make-key' | 'find-key'>> {
  const target = await hsm.findGeneratedKey(asked(request, state));
  if (target !== null) return recordOf(request, target);
  return refuse('EFFECT-SETTLED-BY-LOOKING', `The token was searched: the key ${request.key} had not been made yet.`);
}

/** Destroys a target key and looks that it is gone. */
export async function destroyKey(
  { hsm }: WorkPorts,
  request: RequestOf<'destroy-key'>,
  state: CeremonyState,
): Promise<OutcomeOf<'destroy-key'>> {
  const { spec } = planned(state, request.key);
  return { kind: 'destroy-key', key: request.key, destroyed: await hsm.destroyKey(request.ckaId, spec) };
}

/**
 * After an interruption: nothing is left of the key, neither of its halves, or it was not destroyed.
 * @throws Refused with EFFECT-SETTLED-BY-LOOKING when anything has its CKA_ID
 */
export async function settleDestroyedKey(
  { hsm }: WorkPorts,
  request: RequestOf<'destroy-key'>,
): Promise<OutcomeOf<'destroy-key'>> {
  const left = await hsm.countObjects(request.ckaId);
  if (left === 0) return { kind: 'destroy-key', key: request.key, destroyed: 0 };
  const cause = `The token was searched: ${left} objects still have the CKA_ID of the key ${request.key}.`;
  return refuse('EFFECT-SETTLED-BY-LOOKING', cause);
}

function asked({ key, ckaId, label }: RequestOf<'make-key'>, state: CeremonyState): TargetKeyRequest {
  return { ckaId, spec: planned(state, key).spec, label };
}

function planned(state: CeremonyState, id: string): PlannedKey {
  const key = state.plan.keys.find((candidate) => candidate.id === id);
  if (key === undefined) throw new Error(`The log asks for key ${id}, which the plan does not have`);
  return key;
}

function recordOf(request: RequestOf<'make-key' | 'find-key'>, target: TargetKey): OutcomeOf<'make-key' | 'find-key'> {
  return {
    kind: request.kind,
    key: request.key,
    ckaId: target.ckaId,
    attributes: target.attributes.map((attribute) => ({ ...attribute })),
    publicKey: target.publicKey === null ? null : bytesToHex(target.publicKey),
    publicKeySha256: target.publicKey === null ? null : sha256Hex(target.publicKey),
    keyCheckValues: target.keyCheckValues.map((value) => ({ ...value })),
  };
}
