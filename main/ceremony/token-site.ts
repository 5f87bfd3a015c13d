import { prepareRehearsalToken } from '../hsm/rehearsal-token.ts';
import type { SiteBinding } from '../audit/site-binding.ts';
import type { ModuleChoice } from '../hsm/port.ts';

/** Where the token of a ceremony comes from. */
export interface TokenSite {
  /** The PKCS#11 module and the environment of its process. */
  readonly module: () => ModuleChoice;
  /** The serial that the site binding names; null when the rehearsal makes its own token. */
  readonly serial: string | null;
}

/** What a rehearsal token is labelled; at most 32 bytes. */
export const rehearsalLabel = 'Keyferry rehearsal';

/**
 * A soft token of its own for one rehearsal.
 * @param folder - the ceremony's folder; the token lives in it
 * @param modulePath - the bundled SoftHSM
 */
export function rehearsalSite(folder: string, modulePath: string): TokenSite {
  return { module: () => prepareRehearsalToken(folder, modulePath), serial: null };
}

/**
 * A token that is there already, by its serial.
 * @param modulePath - its PKCS#11 module
 * @param serial - as the token tells it
 */
export function namedSite(modulePath: string, serial: string): TokenSite {
  return { module: () => ({ path: modulePath, environment: {}, libraryParameters: null }), serial };
}

/**
 * The token of a production ceremony: the module is the very file that was there when it was chosen.
 * @param binding - the site binding of the ceremony
 */
export function boundSite({ module: path, moduleSha256, tokenSerial }: SiteBinding): TokenSite {
  return {
    module: () => ({ path, environment: {}, libraryParameters: null, sha256: moduleSha256 }),
    serial: tokenSerial,
  };
}
