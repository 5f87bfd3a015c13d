// What each command needs. Every step looks first and is over in milliseconds when there is nothing to do.
import { ensureElectron } from './electron.mjs';
import { ensurePackages } from './packages.mjs';
import { ensurePkcs11js } from './pkcs11js.mjs';
import { ensureSystem } from './system.mjs';
import { ensureToken } from './token.mjs';

/** For the tools alone: types, lint, build. */
export function prepareTools() {
  // What root installs stays readable for the ordinary user that runs the window.
  process.umask(0o022);
  ensurePackages();
}

/** For whatever runs in Electron and talks to a token. */
export async function prepareAll() {
  prepareTools();
  await ensureSystem('runtime');
  await ensurePkcs11js();
  await ensureElectron();
  await ensureToken();
}
