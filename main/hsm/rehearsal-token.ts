import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusal, refuse, type Refusal } from '../../app/rules/refusal.ts';
import { checkPinText } from './login.ts';
import { users } from './pkcs11.ts';
import type { ModuleChoice, TokenIdentity } from './port.ts';
import { findBySerial, listTokens, type FoundToken, type LoadedModule } from './tokens.ts';

/**
 * Prepares a folder for the bundled software token: its configuration and its store, readable by this user only.
 * Preparing a folder twice keeps the tokens in it.
 * @param folder - made when absent; it must not hold a line break
 * @param modulePath - the bundled SoftHSM library
 * @returns what {@link Hsm.load} takes
 */
export function prepareRehearsalToken(folder: string, modulePath: string): ModuleChoice {
  const store = join(folder, 'tokens');
  mkdirSync(store, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const configuration = join(folder, 'softhsm2.conf');
  const lines = [`directories.tokendir = ${store}`, 'objectstore.backend = file', 'log.level = ERROR', ''];
  writeFileSync(configuration, lines.join('\n'), { mode: 0o600 });
  return { path: modulePath, environment: { SOFTHSM2_CONF: configuration }, libraryParameters: null };
}

/**
 * What SoftHSM calls its maker. The name keeps a real HSM from being set up with a PIN nobody knows, and SoftHSM, whoever built it
 * and from whatever file, out of a production ceremony.
 */
const rehearsalManufacturer = 'SoftHSM project';

/**
 * Checks that a token does not call itself the software token that rehearsals use. A module that lies about its maker is not found
 * out.
 * @param identity - what the token says of itself
 * @returns null when a production ceremony may use it
 */
export function checkTokenReal({ serial, manufacturer }: TokenIdentity): Refusal | null {
  if (manufacturer !== rehearsalManufacturer) return null;
  return refusal('PRODUCTION-TOKEN-REAL', `The token with the serial ${serial} is software, by the ${manufacturer}.`);
}

/**
 * Sets up the empty slot of the software token: label, a random security officer PIN that is forgotten, the user PIN.
 * @param loaded - the module
 * @param label - at most 32 bytes of UTF-8
 * @param pin - UTF-8; the caller overwrites it
 * @returns the token, found again by its serial
 * @throws Refused with REHEARSAL-TOKEN-EMPTY, or TOKEN-PIN-ACCEPTED for bytes that are not UTF-8; CryptokiError
 */
export function initialiseEmptyToken(loaded: LoadedModule, label: string, pin: Uint8Array): FoundToken {
  const empty = listTokens(loaded).find((token) => !token.isInitialised);
  if (empty?.identity.manufacturer !== rehearsalManufacturer) {
    const cause =
      empty === undefined ? 'has no empty slot' : `is by ${empty.identity.manufacturer}, no rehearsal token`;
    return refuse('REHEARSAL-TOKEN-EMPTY', `The module ${cause}.`);
  }
  checkPinText(pin);
  const securityOfficerPin = randomPin();
  try {
    loaded.cryptoki.initialiseToken(empty.slot, securityOfficerPin, label);
    const { serial } = loaded.cryptoki.tokenInfo(empty.slot);
    const session = loaded.cryptoki.openSession(empty.slot);
    try {
      session.login(users.securityOfficer, securityOfficerPin);
      session.initialisePin(pin);
      session.logout();
    } finally {
      session.close();
    }
    return findBySerial(loaded, serial);
  } finally {
    securityOfficerPin.fill(0);
  }
}

/** 32 letters out of sixteen: 128 random bits, as bytes that can be overwritten. */
function randomPin(): Uint8Array {
  const pin = randomBytes(32);
  for (const [index, byte] of pin.entries()) pin[index] = 0x61 + (byte & 0xf);
  return pin;
}
