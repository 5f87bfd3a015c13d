// Counting what the two test runners report. A test that did not run has not passed: it counts as failed.
import { existsSync, readFileSync } from 'node:fs';
import { say } from './run.mjs';

/** @typedef {{ passed: number, failed: number }} Totals */

/**
 * A runner that ended badly without naming a failed test (coverage too low, a crash) still counts as one failure.
 * @param {Totals} totals
 * @param {number} code the runner's exit code
 * @returns {Totals}
 */
function withExit({ passed, failed }, code) {
  if (code === 0 || failed > 0) return { passed, failed };
  say('a test runner failed without naming a test (coverage below its threshold, perhaps): one failure');
  return { passed, failed: 1 };
}

/** @param {string} file a JSON report; null when the runner never wrote it */
const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);

/** @param {string} file @param {number} code @returns {Totals} */
export function vitestTotals(file, code) {
  const report = read(file);
  if (!report) return withExit({ passed: 0, failed: 0 }, code || 1);
  /** @type {{ status: string, assertionResults: unknown[] }[]} */
  const files = report.testResults;
  const neverRan = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  const passed = report.numPassedTests;
  return withExit({ passed, failed: report.numTotalTests - passed + neverRan.length }, code);
}

/** @param {string} file @param {number} code @returns {Totals} */
export function playwrightTotals(file, code) {
  const report = read(file);
  if (!report) return withExit({ passed: 0, failed: 0 }, code || 1);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return withExit({ passed: expected, failed: unexpected + flaky + skipped }, code);
}
