import type { WrappedParts } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import { utc } from '../../../app/byok/inbound/deadline.ts';
import { wrapPlanOf } from '../../../app/byok/ways.ts';
import { carriedOf, generatorOf, toCarry } from '../../../app/ceremony/bundle-files.ts';
import type { KekRecord, OutcomeOf, RequestOf } from '../../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { hexToBytes } from '../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { refuser } from '../../../app/keys/refuser.ts';
import { readSpki, type PublicKey } from '../../../app/keys/spki.ts';
import { refuse } from '../../../app/rules/refusal.ts';
import type { EncodingProof } from '../../hsm/port.ts';
import type { WorkPorts } from '../work-ports.ts';
import { partNames } from '../workspace.ts';

/**
 * Wraps one target key under the KEK that the people compared, and keeps the wrapped parts in the workspace.
 * @returns the parts' sizes and hashes, and the proof made with throw-away keys just before
 * @throws Refused with IMPORT-TOKEN-IN-FORCE when the import token has ended, KEK-FINGERPRINT-CONFIRMED, TARGET-KEY-IS-THE-RECORDED-ONE, TOKEN-ENCODES-AS-PROBED, BLOB-SHAPE-VALID, or what the token refuses
 */
export async function wrapKey(
  ports: WorkPorts,
  request: RequestOf<'wrap-key'>,
  state: CeremonyState,
): Promise<OutcomeOf<'wrap-key'>> {
  const key = state.plan.keys.find((candidate) => candidate.id === request.key);
  const kek = state.keks.get(request.key);
  const target = state.targets.get(request.key);
  if (key === undefined || kek === undefined || target === undefined) {
    throw new Error(`The log asks to wrap ${request.key} before its keys are known`);
  }
  const format = formatFor(key.destination);
  const carried = carriedOf(kek);
  checkNotEnded(kek, ports.now());
  const wrappingKey = comparedKek(state, key.id, hexToBytes(kek.spki));
  const { parts, proof } = await ports.hsm.wrapTargetKey({
    ckaId: target.ckaId,
    spec: key.spec,
    recorded: {
      publicKey: target.publicKey === null ? null : hexToBytes(target.publicKey),
      keyCheckValues: target.keyCheckValues,
    },
    plan: wrapPlanOf(key.destination, key.spec, kek),
    nonce: carried.nonce,
    kek: { modulus: wrappingKey.modulus, exponent: wrappingKey.exponent },
  });
  checkProof(state, proof);
  const told = toCarry(state, key);
  format.inspect(told, format.assemble(told, parts, carried, generatorOf(state)));
  ports.workspace.keep(key.id, parts);
  return { kind: 'wrap-key', key: key.id, parts: describeParts(parts), proof: { ...proof } };
}

/**
 * Refuses to go on with a key whose import token has ended: it was in force for the planned hours when it was read, but a
 * ceremony may have taken longer than that since.
 * @param kek - the wrapping key as read
 * @param now - the room's clock
 * @throws Refused with IMPORT-TOKEN-IN-FORCE
 */
export function checkNotEnded(kek: KekRecord | undefined, now: Date): void {
  if (kek === undefined || kek.deadline === null || Date.parse(kek.deadline) > now.getTime()) return;
  const { key, deadline } = kek;
  refuse('IMPORT-TOKEN-IN-FORCE', `The import token or import job for ${key} ended at ${utc(deadline)}.`, {
    key,
    remedy: 'Compare the clock of this room. When it is right, go on without this key and carry it in a new ceremony.',
  });
}

/** The wrapping key from the very bytes whose fingerprint two people compared: hashed here once more, just before use. */
function comparedKek(state: CeremonyState, key: string, spki: Uint8Array): Extract<PublicKey, { kind: 'rsa' }> {
  const compared = state.compared.get(key);
  const fingerprint = sha256Hex(spki);
  if (fingerprint !== compared) {
    const before = compared === undefined ? 'none was compared' : `compared was ${compared}`;
    return refuse(
      'KEK-FINGERPRINT-CONFIRMED',
      `The wrapping key for ${key} has the SHA-256 ${fingerprint}; ${before}.`,
    );
  }
  const kek = readSpki(spki, refuser('KEK-ALGORITHM-RSA', `The wrapping key for ${key}`));
  return kek.kind === 'rsa' ? kek : refuse('KEK-ALGORITHM-RSA', `The wrapping key for ${key} is an EC key.`);
}

/** Sizes and hashes of what the token gave out, as the log keeps them. */
export function describeParts({
  wrappedEphemeral,
  wrappedKey,
  sealedNonce,
}: WrappedParts): OutcomeOf<'wrap-key'>['parts'] {
  const describe = (name: string, bytes: Uint8Array): OutcomeOf<'wrap-key'>['parts'][number] => ({
    name,
    sha256: sha256Hex(bytes),
    bytes: bytes.length,
  });
  return [
    ...(wrappedEphemeral === null ? [] : [describe(partNames.ephemeral, wrappedEphemeral)]),
    describe(partNames.key, wrappedKey),
    ...(sealedNonce === null
      ? []
      : [describe(partNames.iv, sealedNonce.iv), describe(partNames.nonce, sealedNonce.sealed)]),
  ];
}

function checkProof(state: CeremonyState, proof: EncodingProof): void {
  const earlier = state.probe?.proofs.find(
    ({ spec, method, oaepHash, nonce }) =>
      spec === proof.spec && method === proof.method && oaepHash === proof.oaepHash && nonce === proof.nonce,
  );
  if (earlier?.kwpMechanism !== proof.kwpMechanism || earlier.performed !== proof.performed) {
    refuse(
      'TOKEN-ENCODES-AS-PROBED',
      `The proof for ${proof.spec} differs from the one made when the token was accepted.`,
    );
  }
}
