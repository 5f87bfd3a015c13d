import { hexToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import type { EffectOutcome, EffectRequest, OutcomeOf } from './effects.ts';
import { isApprovalKey, isSignedBy } from '../approval/signature.ts';
import { checkpointBytes, originOf } from '../audit/checkpoint.ts';
import { carriedKeys, type CeremonyState } from './state.ts';

/**
 * Says whether an outcome belongs to a request: the same kind, key, copy and folder, and hashes that are those of the
 * bytes beside them. What the people compare is a hash; what the token is given is the bytes.
 * @param state - the ceremony: the wrapping keys of all that it carries must have been read, and the token be the one that the
 *   site binding names
 * @param request - what was asked for
 * @param outcome - what is said to have come of it
 */
export function outcomeFits(state: CeremonyState, request: EffectRequest, outcome: EffectOutcome): boolean {
  if (request.kind !== outcome.kind) return false;
  const carried = carriedKeys(state);
  switch (outcome.kind) {
    case 'read-inbound':
      return (
        outcome.keks.length === carried.length &&
        outcome.keks.every((kek, at) => kek.key === carried[at]?.id && isHashOf(kek.spkiSha256, kek.spki))
      );
    case 'make-key':
    case 'find-key':
      return (
        'ckaId' in request &&
        request.key === outcome.key &&
        request.ckaId === outcome.ckaId &&
        (outcome.publicKey === null
          ? outcome.publicKeySha256 === null
          : isHashOf(outcome.publicKeySha256, outcome.publicKey))
      );
    case 'wrap-key':
    case 'destroy-key':
      return 'key' in request && request.key === outcome.key;
    case 'write-copy':
      return (
        'copy' in request &&
        request.copy === outcome.copy &&
        request.folder === outcome.folder &&
        outcome.manifestSha256 === state.bundle?.signed?.manifestSha256
      );
    case 'make-log-key':
      return isApprovalKey(outcome.publicKey);
    case 'sign-checkpoint':
      return isCheckpointSigned(state, outcome);
    case 'identify-token':
      return state.tokenSerial === null || state.tokenSerial === outcome.identity.serial;
    case 'inspect-workstation':
    case 'log-in':
    case 'probe-token':
    case 'sign-bundle':
    case 'destroy-log-key':
    case 'log-out':
      return true;
  }
}

function isCheckpointSigned(state: CeremonyState, outcome: OutcomeOf<'sign-checkpoint'>): boolean {
  const { logKey, checkpoint, ceremony } = state;
  if (logKey === null || outcome.size <= (checkpoint?.size ?? 0)) return false;
  return isSignedBy(logKey, checkpointBytes({ origin: originOf(ceremony), ...outcome }), outcome.signature);
}

function isHashOf(sha256: string | null, hex: string): boolean {
  return sha256 === sha256Hex(hexToBytes(hex));
}
