import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect, History } from './effects.ts';

const checkout = join(import.meta.dirname, '..', '..');

/** One change of the source of the log by which it would be less durable, or not. */
export interface SourceMutant {
  /** Stays the same when other lines of the file change. */
  readonly name: string;
  /** Below main/audit. */
  readonly file: string;
  /** What stands there, at which of its occurrences, and what comes in its place. */
  readonly text: string;
  readonly occurrence: number;
  readonly instead: string;
}

/** Files of main/audit that are not about the log. */
const others = new Set(['approved-plans.ts', 'site-binding.ts', 'shelf.ts']);

/** Every call by which our own code puts something on the disk; each of them is left out once. */
const syncCall = /^ +(?:fsyncSync|fdatasyncSync|syncFolder|syncFolders)\(.*\);$/gmu;

/** What else keeps a promise: each pragma, a frame for a whole command; and everything by which it would promise less or the same. */
const promises: readonly (readonly [was: string, instead: readonly string[]])[] = [
  ['synchronous: 2', ['synchronous: 1', 'synchronous: 0']],
  ['this.#put([entries]);', ['this.#put(entries.map((entry) => [entry]));']],
  ["journal_mode: 'wal'", ['delete', 'truncate', 'persist', 'memory', 'off'].map((mode) => `journal_mode: '${mode}'`)],
];

/**
 * Finds every mutant in the source as it is now, so that none is forgotten when it changes.
 * @throws Error when a promise is not where it is looked for
 */
export function sourceMutants(): readonly SourceMutant[] {
  const files = readdirSync(join(checkout, 'main', 'audit')).filter(
    (file) => file.endsWith('.ts') && !others.has(file),
  );
  const sources = files.map((file) => ({ file, source: readFileSync(join(checkout, 'main', 'audit', file), 'utf8') }));
  const syncs = sources.flatMap(({ file, source }) => syncMutants(file, source));
  const ofPromises = promises.flatMap(([text, all]) => {
    const holders = sources.filter(({ source }) => source.includes(text));
    const [holder] = holders;
    if (holder === undefined || holders.length > 1) throw new Error(`"${text}" stands in ${holders.length} files.`);
    return all.map((instead) => ({ name: `${text} → ${instead}`, file: holder.file, text, occurrence: 0, instead }));
  });
  if (syncs.length === 0) throw new Error('No sync was found in main/audit.');
  return [...syncs, ...ofPromises];
}

function syncMutants(file: string, source: string): SourceMutant[] {
  const seen = new Map<string, number>();
  return [...source.matchAll(syncCall)].map(({ 0: text, index }) => {
    const occurrence = seen.get(text) ?? 0;
    seen.set(text, occurrence + 1);
    return { name: `${file}: ${placeOf(source, index)} without ${text.trim()}`, file, text, occurrence, instead: '' };
  });
}

/** The function or method around a place. */
function placeOf(source: string, index: number): string {
  const heads = source.slice(0, index).matchAll(/^(?:export )?function (\w+)|^ {2}(?:static )?(#?\w+)\([^;]*\{$/gmu);
  const last = [...heads].at(-1);
  return last?.[1] ?? last?.[2] ?? 'the file';
}

/**
 * Makes a copy of the checkout's main and of the driver, with one mutant in it.
 * @param scratch - a scratch folder
 * @returns the driver in the copy
 * @throws Error when what the mutant changes is not there
 */
export function plant(scratch: string, { name, file, text, occurrence, instead }: SourceMutant): string {
  const tree = mkdtempSync(join(scratch, 'mutant-'));
  for (const part of ['main', 'test/powercut']) cpSync(join(checkout, part), join(tree, part), { recursive: true });
  for (const part of ['app', 'node_modules']) symlinkSync(join(checkout, part), join(tree, part));
  mkdirSync(join(tree, 'test', 'app'));
  cpSync(join(checkout, 'package.json'), join(tree, 'package.json'));
  const path = join(tree, 'main', 'audit', file);
  const parts = readFileSync(path, 'utf8').split(text);
  if (parts.length < occurrence + 2) throw new Error(`${name}: the text is not there.`);
  const [before, after] = [parts.slice(0, occurrence + 1), parts.slice(occurrence + 1)];
  writeFileSync(path, `${before.join(text)}${instead}${after.join(text)}`);
  return join(tree, 'test', 'powercut', 'driver.ts');
}

/** The syncs that SQLite makes of one file, or of folders, left out of a record: the same as a disk that ignores them. */
export interface SqliteMutant {
  readonly name: string;
  readonly history: History;
}

/** One mutant for each file that SQLite syncs in a record. */
export function sqliteMutants(history: History): readonly SqliteMutant[] {
  const nameOf = (effect: Effect): string | null => {
    if (effect.kind !== 'sync' || effect.by !== 'sqlite') return null;
    return history.folders.has(effect.inode) ? 'the folder' : (effect.path.split('/').at(-1) ?? effect.path);
  };
  const names = new Set(history.effects.flatMap((effect) => nameOf(effect) ?? []));
  return [...names].map((name) => ({
    name: `SQLite without its syncs of ${name}`,
    history: { ...history, effects: history.effects.filter((effect) => nameOf(effect) !== name) },
  }));
}
