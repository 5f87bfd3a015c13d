import { createRequire } from 'node:module';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { found, mirror, removeMirrors, run } from './mirror.ts';

// Every guard of `npm run check` must find each planted violation, and nothing in the innocent files beside them.
// A planted file says in its first line what must be found in it.

// The tools share two cores with the other test files.
vi.setConfig({ testTimeout: 60_000 });
afterAll(removeMirrors);

const lines = (text: string, start: string): string => `${start}\n${text.repeat(301)}`;
const longFunction = `export function long(n: number): number {\n  let sum = n;\n${'  sum += n;\n'.repeat(48)}  return sum;\n}\n`;

describe('import rules', () => {
  const planted = mirror('imports');
  const report = run('import rules', planted, ['--output-type', 'json']);
  const { summary } = JSON.parse(report.stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };

  test('find every forbidden import, of values and of types, in .ts and in .svelte files', () => {
    const violations = summary.violations.map(({ from, rule }) => [from, rule.name] as const);
    expect(found(planted, violations)).toEqual(planted.expected);
  });

  test('make the check fail', () => {
    expect(run('import rules', planted).status).not.toBe(0);
  });

  test('have a planted violation each', () => {
    const require = createRequire(import.meta.url);
    const { forbidden } = require('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };
    const names = new Set(planted.expected.map((finding) => finding.split(': ')[1]));
    expect(names).toEqual(new Set(forbidden.map(({ name }) => name)));
  });
});

test('ESLint finds every violation, typed rules and .svelte files included', () => {
  const planted = mirror('lint', {
    'app/long-file.ts': lines('export {};\n', '// planted: max-lines'),
    'app/long-function.ts': `// planted: max-lines-per-function\n${longFunction}`,
  });
  const report = run('ESLint', planted, ['--format', 'json']);
  const files = JSON.parse(report.stdout) as { filePath: string; messages: { ruleId: string | null }[] }[];
  const messages = files.flatMap((file) =>
    file.messages.map(({ ruleId }) => [file.filePath, ruleId ?? 'unused-directive'] as const),
  );
  expect(found(planted, messages)).toEqual(planted.expected);
  expect(report.status).not.toBe(0);
});

test.each(['app', 'main', 'renderer'])('the types of %s/ know only the platform it may use', (folder) => {
  const planted = mirror('types');
  const report = run(`types of ${folder}/`, planted, ['--pretty', 'false']);
  const errors = [...report.stdout.matchAll(/^(\S+?)\(\d+,\d+\): error (TS\d+)/gm)];
  expect(
    found(
      planted,
      errors.map(([, file = '', code = '']) => [file, code] as const),
    ),
  ).toEqual(planted.expected.filter((finding) => finding.startsWith(`${folder}/`)));
  expect(report.status).not.toBe(0);
});

test('svelte-check finds wrong types and what a screen reader could not read', () => {
  const planted = mirror('svelte');
  const report = run('svelte-check', planted, ['--output', 'machine-verbose']);
  const findings = [...report.stdout.matchAll(/"filename":"([^"]+)".*?"code":"?([\w-]+)/g)];
  expect(
    found(
      planted,
      findings.map(([, file = '', code = '']) => [file, code] as const),
    ),
  ).toEqual(planted.expected);
  expect(report.status).not.toBe(0);
});

test('Prettier finds ragged .ts and .svelte files', () => {
  const planted = mirror('format');
  const report = run('Prettier', planted);
  const files = [...report.stderr.matchAll(/^\[warn\] (\S+\.(?:ts|svelte))$/gm)];
  expect(
    found(
      planted,
      files.map(([, file = '']) => [file, 'format'] as const),
    ),
  ).toEqual(planted.expected);
  expect(report.status).not.toBe(0);
});

test('unused code is found: files and exports, uses from .svelte counted', () => {
  const planted = mirror('unused');
  const report = run('unused code', planted, ['--reporter', 'json']);
  const { issues } = JSON.parse(report.stdout) as {
    issues: { file: string; files: unknown[]; exports: { name: string }[] }[];
  };
  const findings = issues.flatMap(({ file, files, exports }) => [
    ...files.map(() => [file, 'files'] as const),
    ...exports.map(({ name }) => [file, `exports ${name}`] as const),
  ]);
  expect(found(planted, findings)).toEqual(planted.expected);
  expect(report.status).not.toBe(0);
});

test('forbidden words and file names are found', () => {
  const planted = mirror('words', {
    // Not in the repository: a search for tests that do not run must find none.
    'test/left-out.test.ts': `// planted: every test runs\n${['it', 'skip'].join('.')}('is left out', () => undefined);\n`,
  });
  const report = run('forbidden words', planted, [planted.folder]);
  const findings = [...report.stdout.matchAll(/^([^:]+):(?:\d+:)? (.*)$/gm)];
  const named = findings.map(([, file = '', rule = '']) => [file, rule] as const);
  const [packageFile] = named.filter(([file]) => file === 'app/package.json');
  expect(packageFile).toBeDefined();
  expect(
    found(
      planted,
      named.filter((finding) => finding !== packageFile),
    ),
  ).toEqual(planted.expected);
  expect(report.status).not.toBe(0);
});
