import { runCommand } from './electron-node.mjs';
import { main } from './run.mjs';
import { prepareAll } from './setup/index.mjs';

await main(async () => {
  await prepareAll();
  return runCommand('paper');
});
