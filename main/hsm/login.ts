import { Refused, refuse } from '../../app/rules/refusal.ts';
import { CryptokiError, users, type CryptokiSession } from './pkcs11.ts';
import type { PinState } from './port.ts';
import { pinWarning } from './tokens.ts';

/**
 * Refuses a login that the token's flags already rule out, before a try is spent on it.
 * @throws Refused with TOKEN-PIN-TYPED-HERE, TOKEN-PIN-SET or TOKEN-PIN-NOT-LOCKED
 */
export function checkPinUsable(pin: PinState): void {
  if (pin.protectedPath) refuse('TOKEN-PIN-TYPED-HERE', 'The token takes its PIN from a PIN pad of its own.');
  if (!pin.initialised) refuse('TOKEN-PIN-SET', 'The token has no user PIN yet.');
  if (pin.locked) refuse('TOKEN-PIN-NOT-LOCKED', pinWarning(pin));
}

/**
 * Logs the user in, once.
 * @param session - an open session
 * @param pin - UTF-8; the caller overwrites it. C_Login takes a JavaScript string, which cannot be overwritten: it lives
 *   until it is collected, in the HSM process only
 * @param readPinState - reads the token's flags after a failure, for the cause
 * @throws Refused with the rule of the token's answer, and what the flags say
 */
export function logIn(session: CryptokiSession, pin: Uint8Array, readPinState: () => PinState): void {
  try {
    session.login(users.user, pinText(pin));
  } catch (error) {
    if (!(error instanceof CryptokiError) || error.code === null) throw error;
    throw new Refused(error.toRefusal(pinWarning(readPinState())));
  }
}

function pinText(pin: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(pin);
  } catch {
    return refuse('TOKEN-PIN-ACCEPTED', 'The PIN is not valid UTF-8.');
  }
}
