import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The commands run from a checkout: the packaged application is the window alone. */
export const checkout = join(import.meta.dirname, '..', '..');

/** The HSM process as source: the same code that the application has bundled. */
export const hsmProcessSource = join(checkout, 'main', 'hsm', 'process.ts');

/** Name and version of this checkout, and the runtime it runs on. */
export function applicationInfo(): { readonly name: string; readonly version: string; readonly electron: string } {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  return { name: 'Keyferry', version, electron: process.versions.electron };
}
