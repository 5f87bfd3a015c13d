import type { HostHandlers } from '../app/contract/calls.ts';
import { Refused, refuse, refusal, type Refusal } from '../app/rules/refusal.ts';
import type { SiteBinding } from './audit/site-binding.ts';
import { checkModule } from './hsm/module-file.ts';
import type { Hsm, TokenIdentity } from './hsm/port.ts';
import { checkTokenReal } from './hsm/rehearsal-token.ts';

/** What the site binding needs of the machine. */
export interface SiteDeskPorts {
  readonly createHsm: () => Hsm;
  /** The system's dialog for a file that is a PKCS#11 module; null when nobody chooses one. */
  readonly chooseModule: () => Promise<string | null>;
  /** Path of the soft token that rehearsals use. */
  readonly rehearsalModule: string;
}

type Chosen = Awaited<ReturnType<HostHandlers['site.chooseModule']>>;

/** Where a production ceremony is held: the modules chosen so far, and the tokens that they have shown. */
export class SiteDesk {
  readonly #ports: SiteDeskPorts;
  readonly #modules = new Map<string, { readonly path: string; readonly tokens: readonly TokenIdentity[] }>();

  constructor(ports: SiteDeskPorts) {
    this.#ports = ports;
  }

  /**
   * Asks for a module, loads it in a process of its own and lists its tokens; the process ends again.
   * @returns the module under an id, and why a production ceremony cannot use it; null when nobody chooses one
   * @throws Refused with MODULE-FILE-WHOLE, or what the module answers
   */
  async chooseModule(): Promise<Chosen> {
    const path = await this.#ports.chooseModule();
    if (path === null) return null;
    const sha256 = checkModule(path, null);
    const tokens = await this.#tokensOf(path, sha256);
    const module = `module-${this.#modules.size + 1}`;
    this.#modules.set(module, { path, tokens });
    return {
      module,
      path,
      sha256,
      tokens: tokens.map(({ serial, label, manufacturer, model, firmware }) => ({
        serial,
        label,
        manufacturer,
        model,
        firmware,
      })),
      refusal: this.#refuses(sha256, tokens),
    };
  }

  /**
   * The site binding for a token that was listed.
   * @param chosen - the module's id and the serial number
   * @throws Refused with PRODUCTION-TOKEN-REAL for the rehearsal token, and for a module or token that was not listed; MODULE-AS-IDENTIFIED
   */
  bindingOf(chosen: { readonly module: string; readonly serial: string }): SiteBinding {
    const found = this.#modules.get(chosen.module);
    const token = found?.tokens.find(({ serial }) => serial === chosen.serial);
    if (found === undefined || token === undefined) {
      return refuse('PRODUCTION-TOKEN-REAL', `No token with the serial ${chosen.serial} was listed.`);
    }
    // Read again: the file may be another one by now.
    const moduleSha256 = checkModule(found.path, token.moduleSha256);
    const against = this.#refuses(moduleSha256, [token]);
    if (against !== null) throw new Refused(against);
    return { keyferrySite: 1, module: found.path, moduleSha256, tokenSerial: token.serial };
  }

  async #tokensOf(path: string, sha256: string): Promise<readonly TokenIdentity[]> {
    const hsm = this.#ports.createHsm();
    try {
      return await hsm.load({ path, environment: {}, libraryParameters: null, sha256 });
    } finally {
      await hsm.close();
    }
  }

  /** The very file of the rehearsal token, under whatever name it was put; and any other that shows nothing but such tokens. */
  #refuses(sha256: string, tokens: readonly TokenIdentity[]): Refusal | null {
    if (checkModule(this.#ports.rehearsalModule, null) === sha256) {
      return refusal('PRODUCTION-TOKEN-REAL', 'This module is the soft token that comes with Keyferry for rehearsals.');
    }
    const refusals = tokens.map(checkTokenReal);
    return refusals.every((against) => against !== null) ? (refusals[0] ?? null) : null;
  }
}
