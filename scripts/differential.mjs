// Both verifiers, that of the application and the one in Python, over thousands of mutants. `--count N`, `--seed N`.
import { electronNodeEnvironment } from './electron-node.mjs';
import { electron, inCheckout } from './paths.mjs';
import { foreground, main } from './run.mjs';
import { prepareAll } from './setup/index.mjs';

await main(async () => {
  await prepareAll();
  const args = [inCheckout('test/differential/run.ts'), ...process.argv.slice(2)];
  return foreground(electron, args, { env: electronNodeEnvironment() });
});
