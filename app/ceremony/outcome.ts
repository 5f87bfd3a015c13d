import { hexToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import type { EffectOutcome, EffectRequest } from './effects.ts';
import type { PlannedKey } from './plan.ts';

/**
 * Says whether an outcome belongs to a request: the same kind, key, copy and folder, and hashes that are those of the
 * bytes beside them. What the people compare is a hash; what the token is given is the bytes.
 * @param carried - the keys that are carried: their wrapping keys must have been read
 * @param request - what was asked for
 * @param outcome - what is said to have come of it
 */
export function outcomeFits(carried: readonly PlannedKey[], request: EffectRequest, outcome: EffectOutcome): boolean {
  if (request.kind !== outcome.kind) return false;
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
      return 'copy' in request && request.copy === outcome.copy && request.folder === outcome.folder;
    case 'inspect-workstation':
    case 'identify-token':
    case 'log-in':
    case 'probe-token':
    case 'log-out':
      return true;
  }
}

function isHashOf(sha256: string | null, hex: string): boolean {
  return sha256 === sha256Hex(hexToBytes(hex));
}
