import { ensureBuilt } from './built.mjs';
import { main, say } from './run.mjs';
import { electronOrigin } from './setup/electron.mjs';
import { prepareAll } from './setup/index.mjs';

await main(async () => {
  await prepareAll();
  await ensureBuilt();
  // Only now: it imports npm packages, which the first step installs.
  const { makePackage } = await import('./packaging/package.mjs');
  await makePackage();
  if (electronOrigin() !== 'official') {
    say("this package is for tests only: its Electron came from the npm registry, not by Electron's own installer");
  }
  return 0;
});
