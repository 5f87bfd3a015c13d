import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HsmClient, timeLimits, type TimeLimits } from '../../main/hsm/client.ts';
import { forkHsmProcess } from '../../main/hsm/fork.ts';
import type { ModuleChoice, TokenIdentity } from '../../main/hsm/port.ts';
import { prepareRehearsalToken } from '../../main/hsm/rehearsal-token.ts';

const inCheckout = (path: string): string => join(import.meta.dirname, '../..', path);

/** The bundled software token, built by `npm test`. */
export const tokenModule = inCheckout('dist/token/libsofthsm2.so');

/** The fault shim in front of it; see p11shim.c for its variables. */
const shimModule = inCheckout('dist/token/libp11shim.so');

/** A PIN as the port takes it: every call gets a copy of its own, because it is overwritten. */
export const pin = (text = '738194'): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

/** Makes a scratch folder; `remove` deletes it with everything in it. */
export function scratchFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Puts the fault shim in front of a token.
 * @param choice - the real module
 * @param faults - P11SHIM_ variables
 */
export function withShim(choice: ModuleChoice, faults: Readonly<Record<string, string>> = {}): ModuleChoice {
  const environment = { ...choice.environment, P11SHIM_MODULE: choice.path, ...faults };
  return { ...choice, path: shimModule, environment };
}

/** Makes a store for tokens below a scratch folder. */
export function freshStore(folder: string): ModuleChoice {
  return prepareRehearsalToken(mkdtempSync(join(folder, 'store-')), tokenModule);
}

/** A client whose HSM process runs main/hsm/process.ts from source. */
export function newClient(limits: Partial<TimeLimits> = {}): HsmClient {
  return new HsmClient(forkHsmProcess(inCheckout('main/hsm/process.ts')), { ...timeLimits, ...limits });
}

/** Loads a module, sets up a token with {@link pin}, selects it and logs in. */
export async function openFreshToken(client: HsmClient, choice: ModuleChoice): Promise<TokenIdentity> {
  await client.load(choice);
  const identity = await client.initialiseRehearsalToken('rehearsal', pin());
  await client.select(identity.serial);
  await client.login(pin());
  return identity;
}
