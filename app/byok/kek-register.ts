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
 *   KEK-ONE-OF-ITS-NAME when two came under one name, since one of them is then somebody else's
 */
export function checkKekRegister(keks: readonly RegisteredKek[]): void {
  const byModulus = new Map<string, { readonly key: string; readonly scope: string }>();
  const byName = new Map<string, { readonly key: string; readonly value: string }>();
  for (const kek of keks) {
    const { key, destination } = kek;
    const scope = `${destination.type} ${formatFor(destination).scope(destination)}`;
    const modulus = modulusOf(kek);
    const reused = byModulus.get(modulus);
    if (reused !== undefined && reused.scope !== scope) {
      refuse('KEK-REUSE-DECIDED', `The same wrapping key came for ${reused.key} and for ${key}, which go to different places.`); // prettier-ignore
    }
    byModulus.set(modulus, { key, scope });
    // Where every call of the cloud makes a wrapping key of its own, a name tells of none.
    if (kek.importToken !== null) continue;
    const name = `${scope} ${kek.id ?? ''}`;
    const value = `${kek.spki} ${kek.nonce ?? ''}`;
    const earlier = byName.get(name);
    if (earlier !== undefined && earlier.value !== value) {
      refuse('KEK-ONE-OF-ITS-NAME', `${earlier.key} and ${key} name one wrapping key, ${kek.id ?? scope}, and bring two.`); // prettier-ignore
    }
    byName.set(name, { key, value });
  }
}

/** Two public keys of one modulus are one key to whoever can factor it, whatever their exponents. */
function modulusOf({ key, spki }: RegisteredKek): string {
  const place = `the wrapping key for ${key}`;
  const found = readSpki(hexToBytes(spki), refuser('INBOUND-DER-CANONICAL', place));
  return found.kind === 'rsa' ? bytesToHex(found.modulus) : refuser('KEK-ALGORITHM-RSA', place)('it is no RSA key');
}
