import { utf8ToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';

/** How the token names what it holds for the log of a ceremony. */
export interface LogNames {
  /** CKA_ID of both halves of the log key: 16 bytes, lower-case hex. */
  readonly ckaId: string;
  /** CKA_LABEL of both halves. */
  readonly keyLabel: string;
  /** CKA_LABEL of the object that holds the last head. */
  readonly headLabel: string;
}

/**
 * The names in the token, chosen by the ceremony, so that a key made just before a crash is found again. Each has a space,
 * which the id of a planned key never has: none is ever the name of a target key.
 * @param ceremony - the ceremony id
 */
export function logNamesOf(ceremony: string): LogNames {
  return {
    ckaId: sha256Hex(utf8ToBytes(`keyferry ${ceremony} log key`)).slice(0, 32),
    keyLabel: `${ceremony}/log key`,
    headLabel: `${ceremony}/log head`,
  };
}
