// Called by electron-builder when the application lies unpacked, before an installer is made of it.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fuseForRelease } from './fuses.mjs';

/** What a copied Electron brings along and a package does not have. */
const leftovers = ['version', 'resources/default_app.asar'];

/** @param {{ appOutDir: string, packager: { executableName: string } }} context */
export default async function afterPack({ appOutDir, packager }) {
  for (const leftover of leftovers) rmSync(path.join(appOutDir, leftover), { force: true });
  await fuseForRelease(path.join(appOutDir, packager.executableName));
}
