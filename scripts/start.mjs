import path from 'node:path';
import { ensureBuilt } from './built.mjs';
import { main } from './run.mjs';
import { prepareAll } from './setup/index.mjs';
import { windowPlace } from './window.mjs';

await main(async () => {
  await prepareAll();
  await ensureBuilt();
  const place = windowPlace();
  const electron = path.join(place.checkout, 'node_modules/electron/dist/electron');
  return place.run(electron, ['.', ...process.argv.slice(2)]);
});
