import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Disk, everything } from './disk.ts';
import { followCalls, voice, type History } from './effects.ts';
import { layOut, type Image } from './image.ts';
import type { Script, Step } from './script.ts';
import type { Command } from './store-use.ts';
import { readTrace, type Call } from './trace.ts';

const here = import.meta.dirname;

/**
 * Compiles the recorder.
 * @param folder - where the library goes
 * @returns its path
 */
export function compileRecorder(folder: string): string {
  const library = join(folder, 'recorder.so');
  const args = [
    '-std=gnu11',
    '-O2',
    '-fPIC',
    '-shared',
    '-Wall',
    '-Wextra',
    '-Werror',
    join(here, 'recorder.c'),
    '-o',
    library,
  ];
  const { status, stderr } = spawnSync('cc', [...args, '-ldl', '-lpthread'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The recorder could not be compiled.\n${stderr}`);
  return library;
}

/** What is to be recorded. */
export interface Recording {
  /** The compiled recorder, see {@link compileRecorder}. */
  readonly recorder: string;
  /** A scratch folder. */
  readonly scratch: string;
  /** The driver: that of the checkout, or of a changed copy of it. */
  readonly driver: string;
  readonly commands: readonly Command[];
  /** One list for each process, one after the other on the same folder. */
  readonly processes: readonly (readonly Step[])[];
  /** The first process is killed after so many calls, in the middle of its work; its unsynced writes stay in the page cache. */
  readonly dieAfter?: number;
  /** What is on the disk before the first. */
  readonly before?: Image;
}

/**
 * Runs the driver under the recorder.
 * @returns what became of the disk, step by step
 * @throws Error when the driver failed, or when the record does not add up to what really lies in the folder afterwards
 */
export function record({
  recorder,
  scratch,
  driver,
  commands,
  processes,
  dieAfter,
  before = new Map(),
}: Recording): History {
  const work = mkdtempSync(join(realpathSync(scratch), 'record-'));
  try {
    const watched = join(work, 'disk');
    mkdirSync(watched);
    layOut(watched, before);
    const calls: Call[] = [];
    for (const [number, steps] of processes.entries()) {
      const file = join(work, `trace-${number}`);
      runDriver({
        recorder,
        driver,
        file,
        script: { folder: watched, commands, steps },
        dieAfter: number === 0 ? dieAfter : undefined,
      });
      calls.push(...readTrace(file));
    }
    const history = followCalls(calls, watched, before);
    requireSame(history, watched);
    return history;
  } finally {
    rmSync(work, { recursive: true });
  }
}

interface Run {
  readonly recorder: string;
  readonly driver: string;
  readonly file: string;
  readonly script: Script;
  readonly dieAfter: number | undefined;
}

function runDriver({ recorder, driver, file, script, dieAfter }: Run): void {
  writeFileSync(`${file}.json`, JSON.stringify(script));
  const env = {
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
    LD_PRELOAD: recorder,
    POWERCUT_WATCH: script.folder,
    POWERCUT_TRACE: file,
    ...(dieAfter === undefined ? {} : { POWERCUT_DIE_AFTER: String(dieAfter) }),
    // What goes to the kernel through a ring is not seen by a preloaded library.
    UV_USE_IO_URING: '0',
  };
  const { signal, stderr } = spawnSync(process.execPath, [driver, `${file}.json`], { env, encoding: 'utf8' });
  if (signal !== 'SIGKILL') throw new DriverFailed(`The driver did not come to its end.\n${stderr}`);
}

/** The driver did not do what it was told to: the product refused. */
export class DriverFailed extends Error {}

/** A call that the recorder missed shows here: the effects, all of them, must give the files that are there. */
function requireSame(history: History, watched: string): void {
  const disk = new Disk(history);
  for (const effect of history.effects) disk.take(effect);
  const image = disk.cut(everything);
  const found = readdirSync(watched, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name !== voice)
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
  const wrong = found.filter(({ path, isFolder }) => {
    const name = path.slice(watched.length + 1);
    if (isFolder) return !image.has(`${name}/`);
    return !readFileSync(path).equals(image.get(name) ?? Buffer.from('missing'));
  });
  if (wrong.length > 0 || found.length !== image.size) {
    throw new Error(`The record does not add up to what is there: ${wrong.map(({ path }) => path).join(', ')}`);
  }
}
