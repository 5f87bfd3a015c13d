import { checkPassphrase } from '../../app/approval/passphrase.ts';
import { statementBytes } from '../../app/approval/statement.ts';
import { checkpointToCosign, statementOf } from '../../app/ceremony/approvals.ts';
import type { LogPosition } from '../../app/ceremony/events.ts';
import type { CeremonyState } from '../../app/ceremony/state.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import type { KeyFolder } from '../approvals/key-folder.ts';
import { sealNewKey, signFirst, signWith, type SealingCost } from '../approvals/sealed-key.ts';

/** What somebody has signed. */
export interface Signatures {
  readonly signature: string;
  readonly cosignature: string | null;
}

/** The approval keys of one ceremony, and what is done with them. Whoever calls overwrites the passphrases. */
export interface Signers {
  /**
   * Makes an approval key for somebody, seals it with the first entry of the passphrase and signs with the second.
   * @returns the public key (DER SubjectPublicKeyInfo) and the signature (DER), both hex
   * @throws Refused with APPROVAL-PASSPHRASE-STRONG or APPROVAL-PASSPHRASE-AGAIN; nothing is kept then
   */
  register(
    state: CeremonyState,
    person: string,
    entries: { readonly passphrase: Uint8Array; readonly again: Uint8Array },
    log: LogPosition,
  ): Promise<{ readonly publicKey: string; readonly signature: string }>;
  /**
   * Signs what stands in the state for somebody; whoever approves cosigns the last checkpoint of the log besides.
   * @returns the signatures, DER in hex; `cosignature` is null where there is no checkpoint to sign, or nothing is approved
   * @throws Refused with APPROVAL-PASSPHRASE-ACCEPTED or APPROVAL-KEY-FILE-INTACT
   */
  sign(
    state: CeremonyState,
    purpose: 'approval' | 'return',
    person: string,
    passphrase: Uint8Array,
    log: LogPosition,
  ): Promise<Signatures>;
  /** Destroys every sealed key: the ceremony is over. */
  destroy(): void;
}

/**
 * Puts the sealed keys of a ceremony to use.
 * @param keys - their folder
 * @param cost - how dear a guess at a passphrase is made
 */
export function createSigners(keys: KeyFolder, cost: SealingCost): Signers {
  return {
    async register(state, person, { passphrase, again }, log) {
      const name = state.people.find(({ id }) => id === person)?.name;
      if (name === undefined) return refuse('APPROVAL-KEY-AT-ROLL-CALL', `"${person}" was not named at roll call.`);
      const weak = checkPassphrase(passphrase, name);
      if (weak !== null) throw new Refused(weak);
      const context = { ceremony: state.ceremony, person };
      const { sealed, publicKey } = await sealNewKey(passphrase, context, cost);
      const message = statementBytes(statementOf(state, 'roll-call', person, log));
      const signature = await signFirst(sealed, again, context, message);
      // A key that was sealed just before a crash was never registered: nobody can have signed with it.
      if (!state.approvalKeys.has(person)) keys.remove(person);
      keys.keep(person, sealed);
      return { publicKey, signature };
    },
    async sign(state, purpose, person, passphrase, log) {
      const message = statementBytes(statementOf(state, purpose, person, log));
      const checkpoint = purpose === 'approval' ? checkpointToCosign(state) : null;
      const messages = checkpoint === null ? [message] : [message, checkpoint];
      const context = { ceremony: state.ceremony, person };
      const [signature = '', cosignature = null] = await signWith(keys.sealed(person), passphrase, context, messages);
      return { signature, cosignature };
    },
    destroy: () => keys.clear(),
  };
}
