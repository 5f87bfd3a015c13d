import { bytesToHex, hexToBytes } from '../keys/bytes.ts';
import { refuser } from '../keys/refuser.ts';
import { readSpki } from '../keys/spki.ts';
import { refuse } from '../rules/refusal.ts';
import { formatFor, type Destination } from './registry.ts';

/** A wrapping key of a ceremony, for one of its keys. */
export interface RegisteredKek {
  /** Id of the planned key. */
  readonly key: string;
  readonly destination: Destination;
  /** DER SubjectPublicKeyInfo, hex. */
  readonly spki: string;
  /** What the cloud calls it; null where it names none. */
  readonly id: string | null;
  /** Hex; null where the cloud hands out none. */
  readonly importToken: string | null;
  readonly nonce: string | null;
}

/**
 * Checks the wrapping keys of one ceremony against each other.
 * @param keks - one for each key
 * @throws Refused with KEK-REUSE-DECIDED when one serves two vaults or instances, since whoever holds it could open both;
 *   KEK-ONE-OF-ITS-NAME when two came under one name of their own, since one of them is then somebody else's
 */
export function checkKekRegister(keks: readonly RegisteredKek[]): void {
  const byModulus = new Map<string, { readonly key: string; readonly scope: string }>();
  const byName = new Map<string, RegisteredKek>();
  for (const kek of keks) {
    const { key, destination } = kek;
    const scope = `${destination.type} ${formatFor(destination).scope(destination)}`;
    const modulus = modulusOf(kek);
    const reused = byModulus.get(modulus);
    if (reused !== undefined && reused.scope !== scope) {
      refuse('KEK-REUSE-DECIDED', `The same wrapping key came for ${reused.key} and for ${key}, which go to different places.`); // prettier-ignore
    }
    byModulus.set(modulus, { key, scope });
    if (kek.id === null || !isNameOfItsOwn(kek)) continue;
    const name = `${scope} ${kek.id}`;
    const earlier = byName.get(name);
    if (earlier !== undefined && earlier.spki !== kek.spki) {
      refuse('KEK-ONE-OF-ITS-NAME', `${earlier.key} and ${key} name one wrapping key, ${kek.id}, and bring two.`);
    }
    byName.set(name, kek);
  }
}

/**
 * A kid and an import job name one public key for ever. What comes with an import token or a nonce was made by a call,
 * and the next call may make another.
 */
function isNameOfItsOwn({ importToken, nonce }: RegisteredKek): boolean {
  return importToken === null && nonce === null;
}

/** Two public keys of one modulus are one key to whoever can factor it, whatever their exponents. */
function modulusOf({ key, spki }: RegisteredKek): string {
  const place = `the wrapping key for ${key}`;
  const found = readSpki(hexToBytes(spki), refuser('INBOUND-DER-CANONICAL', place));
  return found.kind === 'rsa' ? bytesToHex(found.modulus) : refuser('KEK-ALGORITHM-RSA', place)('it is no RSA key');
}
