// The benchmark table: the product against what it stands on, in one run.
import { electronNodeEnvironment } from './electron-node.mjs';
import { electron, inCheckout } from './paths.mjs';
import { foreground, main } from './run.mjs';
import { prepareAll } from './setup/index.mjs';

await main(async () => {
  await prepareAll();
  return foreground(electron, [inCheckout('test/bench/bench.ts')], { env: electronNodeEnvironment() });
});
