import { signWith, type KeyContext } from '../../main/approvals/sealed-key.ts';
import type { SealedKey } from '../../main/approvals/sealed-file.ts';

/** Signs one message with a sealed key. */
export async function signOne(
  sealed: SealedKey,
  passphrase: Uint8Array,
  context: KeyContext,
  message: Uint8Array,
): Promise<string> {
  const [signature = ''] = await signWith(sealed, passphrase, context, [message]);
  return signature;
}
