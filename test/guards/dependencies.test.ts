import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const checkout = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(checkout, file), 'utf8');

type Versions = Readonly<Record<string, string>>;
const manifest = JSON.parse(read('package.json')) as { dependencies: Versions; devDependencies: Versions };
const versions = { ...manifest.dependencies, ...manifest.devDependencies };

test('docs/dependencies.md gives a reason for every dependency, and for nothing else', () => {
  const [fromNpm = ''] = read('docs/dependencies.md').split('## Not from npm');
  const firstCells = fromNpm.split('\n').flatMap((line) => /^\| (`.*?) +\|/.exec(line)?.[1] ?? []);
  const explained = firstCells.flatMap((cell) => cell.split(', ').map((name) => name.replaceAll('`', '').trim()));
  expect(explained.sort()).toEqual(Object.keys(versions).sort());
});

test('every version is exact', () => {
  const loose = Object.entries(versions).filter(([, version]) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/.test(version));
  expect(loose).toEqual([]);
});

test('the lockfile names no host and holds nothing left over', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Readonly<Record<string, { resolved?: string; extraneous?: boolean; integrity?: string }>>;
  };
  const others = Object.entries(packages).filter(([name]) => name !== '');
  const wrong = others.filter(([, entry]) => entry.resolved ?? entry.extraneous ?? entry.integrity === undefined);
  expect(wrong.map(([name]) => name)).toEqual([]);
});
