import { build } from './built.mjs';
import { main } from './run.mjs';
import { prepareTools } from './setup/index.mjs';

await main(async () => {
  prepareTools();
  await build();
  return 0;
});
