import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const checkout = join(import.meta.dirname, '..', '..');

/** Where a checkout keeps what the packaged application has beside it. */
export function developmentPaths() {
  return {
    hsmProcess: join(checkout, 'main', 'hsm', 'process.ts'),
    rehearsalModule: join(checkout, 'dist', 'token', 'libsofthsm2.so'),
    samples: join(checkout, 'resources', 'samples'),
  };
}

/** Name and version of this checkout, and the runtime it runs on. */
export function applicationInfo(): { readonly name: string; readonly version: string; readonly electron: string } {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  return { name: 'Keyferry', version, electron: process.versions.electron };
}
