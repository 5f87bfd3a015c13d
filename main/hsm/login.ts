import { isUtf8 } from 'node:buffer';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { CryptokiError, users, type CryptokiSession } from './pkcs11.ts';
import type { LoginDecision, PinEntry, PinState } from './port.ts';
import { pinWarning } from './tokens.ts';

/**
 * Refuses a login that the token's flags already rule out, before a try is spent on it.
 * @param pin - the flags as the token tells them now
 * @param entry - how the PIN is given
 * @param decided - what the people have decided about a last try
 * @throws Refused with TOKEN-PIN-TYPED-HERE, TOKEN-PAD-PRESENT, TOKEN-PIN-SET, TOKEN-PIN-NOT-LOCKED or
 *   TOKEN-FINAL-TRY-DECIDED
 */
export function checkPinUsable(pin: PinState, entry: PinEntry, { finalTryAccepted }: LoginDecision): void {
  if (pin.protectedPath && entry !== 'pad') {
    refuse('TOKEN-PIN-TYPED-HERE', 'The token takes its PIN on a pad of its own.');
  }
  if (!pin.protectedPath && entry === 'pad') refuse('TOKEN-PAD-PRESENT', 'The token says that it has no pad.');
  if (!pin.initialised) refuse('TOKEN-PIN-SET', 'The token has no user PIN yet.');
  if (pin.locked) refuse('TOKEN-PIN-NOT-LOCKED', pinWarning(pin));
  if (pin.finalTry && !finalTryAccepted) refuse('TOKEN-FINAL-TRY-DECIDED', pinWarning(pin));
}

/**
 * Logs the user in, by one call of C_Login.
 * @param session - an open session
 * @param pin - UTF-8; handed on where it lies, and the caller overwrites it. Null where the token asks for it on its own
 *   pad (PKCS#11 3.1, section 5.6.8), which takes as long as somebody types there
 * @param readPinState - reads the token's flags after a failure, for the cause
 * @throws Refused with the rule of the token's answer, and what the flags say
 */
export function logIn(session: CryptokiSession, pin: Uint8Array | null, readPinState: () => PinState): void {
  if (pin !== null) checkPinText(pin);
  try {
    session.login(users.user, pin);
  } catch (error) {
    if (!(error instanceof CryptokiError) || error.code === null) throw error;
    throw new Refused(error.toRefusal(warningAfter(readPinState)));
  }
}

/**
 * Looks whether a PIN is text, without making text of it: a string could not be overwritten.
 * @throws Refused with TOKEN-PIN-ACCEPTED
 */
export function checkPinText(pin: Uint8Array): void {
  if (!isUtf8(pin)) refuse('TOKEN-PIN-ACCEPTED', 'The PIN is not valid UTF-8.');
}

/** The answer to the login is what the people must hear, even of a token that tells nothing more. */
function warningAfter(readPinState: () => PinState): string {
  try {
    return pinWarning(readPinState());
  } catch (error) {
    if (!(error instanceof CryptokiError || error instanceof Refused)) throw error;
    return 'The token does not say how many tries are left.';
  }
}
