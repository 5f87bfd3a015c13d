// Types, lint, format, import rules, unused code: all tools run even when one fails; no window, no token.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { tools } from './guards/tools.mjs';
import { root, toolNode } from './paths.mjs';
import { main } from './run.mjs';
import { prepareTools } from './setup/index.mjs';

/** @param {import('./guards/tools.mjs').Tool} tool @returns {Promise<boolean>} whether it found nothing */
function run(tool) {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(toolNode, [tool.script, ...tool.args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (code !== 0) console.log(`\n${Buffer.concat(output).toString().trim()}`);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${tool.name} (${seconds} s)`);
      resolve(code === 0);
    });
  });
}

await main(async () => {
  prepareTools();
  const waiting = [...tools];
  /** @type {string[]} */
  const failed = [];
  const worker = async () => {
    for (let tool = waiting.shift(); tool; tool = waiting.shift()) if (!(await run(tool))) failed.push(tool.name);
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  console.log(failed.length === 0 ? 'check: nothing found' : `check: failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
});
