// Simulated power cuts on the log: every cut of whole ceremonies, and every mutant. `--seed N`, `--no-cuts`, `--no-mutants`.
import { electronNodeEnvironment } from './electron-node.mjs';
import { electron, inCheckout } from './paths.mjs';
import { foreground, main } from './run.mjs';
import { prepareAll } from './setup/index.mjs';
import { ensureSystem } from './setup/system.mjs';

await main(async () => {
  await prepareAll();
  // The recorder is compiled.
  await ensureSystem('build');
  const args = [inCheckout('test/powercut/run.ts'), ...process.argv.slice(2)];
  return foreground(electron, args, { env: electronNodeEnvironment() });
});
