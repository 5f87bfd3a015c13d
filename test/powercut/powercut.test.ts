import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldersThere, scratchFolder } from './campaign.ts';
import { courseOf, engineCeremony } from './ceremonies.ts';
import { simulateDamage } from './damages.ts';
import { Disk, everything, type Fate } from './disk.ts';
import type { Effect, History } from './effects.ts';
import type { Failure } from './failures.ts';
import { hunt } from './hunt.ts';
import { knownFaultOf } from './known-faults.ts';
import { sourceMutants } from './mutants.ts';
import { compileRecorder, record, type Recording } from './record.ts';
import { simulateSecondCuts } from './recoveries.ts';
import { Observer, simulate } from './simulate.ts';

/** A small slice of `npm run test:powercut`: a short ceremony, few fates, three mutants. */
const seed = 20_261_126;
const driver = join(import.meta.dirname, 'driver.ts');

let scratch: string;
let recording: Recording;
let history: History;
let observer: Observer;

beforeAll(() => {
  scratch = scratchFolder();
  mkdirSync(join(scratch, 'disk'));
  observer = new Observer(join(scratch, 'disk'));
  const commands = engineCeremony().slice(0, 9);
  recording = { recorder: compileRecorder(scratch), scratch, driver, commands, before: foldersThere, processes: courseOf(commands) }; // prettier-ignore
  history = record(recording);
});

afterAll(() => {
  if (existsSync(scratch)) rmSync(scratch, { recursive: true });
});

/** What the list of known faults does not explain. */
const unknown = (failures: readonly Failure[]): readonly Failure[] =>
  failures.filter((failure) => knownFaultOf(failure) === undefined);

describe('the power is cut while a ceremony is written', () => {
  it('leaves every acknowledged entry, and a log that can be gone on with', () => {
    const { cuts, failures } = simulate(history, { where: 'slice', seed, chances: 2 }, observer);
    expect(unknown(failures)).toEqual([]);
    expect(cuts).toBeGreaterThan(300);
  });

  it('a second time, while what the first cut left is taken up', () => {
    const plan = { where: 'slice', seed, chances: 1 };
    const { failures } = simulateSecondCuts(history, { recording, samples: 3, plan }, observer);
    expect(unknown(failures)).toEqual([]);
  });

  it('and damage besides never goes unnoticed', () => {
    const plan = { where: 'slice', seed, chances: 1 };
    const { cuts, failures, refusals } = simulateDamage(history, plan, observer, 0.03);
    expect(unknown(failures)).toEqual([]);
    expect(cuts).toBeGreaterThan(20);
    expect(refusals.get('LOG-AS-LAST-SEEN')).toBeGreaterThan(0);
  });
});

describe('a promise that is not kept', () => {
  it.each([
    'log-copy.ts: #put without fdatasyncSync(this.#file);',
    'head-mark.ts: remakeHeadMark without fsyncSync(file);',
    'store.ts: takeUp without syncFolder(folder);',
    'this.#put([entries]); → this.#put(entries.map((entry) => [entry]));',
  ])('is found by a cut: %s', (name) => {
    expect(sourceMutants().map((mutant) => mutant.name)).toContain(name);
    const hunted = [...hunt({ seed, recording, sound: history, only: (each) => each === name }, observer)];
    expect(hunted.map(({ end }) => end)).toEqual(['killed']);
  });
});

describe('the model of the disk', () => {
  const folders = new Set([0]);
  const effects: readonly Effect[] = [
    { kind: 'names', folder: 0, change: { set: { name: 'a', inode: 1 } } },
    { kind: 'write', inode: 1, path: 'a', offset: 0, data: Buffer.alloc(1024, 'x') },
    { kind: 'sync', inode: 1, by: 'node', path: 'a' },
    { kind: 'write', inode: 1, path: 'a', offset: 512, data: Buffer.alloc(1024, 'y') },
  ];
  const disk = (count = effects.length): Disk => {
    const made = new Disk({ folders });
    for (const effect of effects.slice(0, count)) made.take(effect);
    return made;
  };
  const keeping = (fate: Partial<Fate>): Fate => ({ ...everything, ...fate });

  it('keeps a synced file only under a name whose folder was synced', () => {
    expect(disk(3).cut(keeping({ keepsNames: () => false })).size).toBe(0);
    const synced = disk(3);
    synced.take({ kind: 'sync', inode: 0, by: 'node', path: '' });
    expect(synced.cut(keeping({ keepsNames: () => false })).get('a')).toHaveLength(1024);
  });

  it('tears a write between sectors, and fills with zeros what is long and was not written', () => {
    const torn = keeping({ keepsData: (_inode, sector, _touching, all) => (sector === 1 ? all : 0) });
    const bytes = Buffer.from(disk().cut(torn).get('a') ?? []);
    expect(bytes.toString('latin1')).toBe(`${'x'.repeat(512)}${'y'.repeat(512)}${'\0'.repeat(512)}`);
    const short = disk()
      .cut(keeping({ keepsLength: () => 0 }))
      .get('a');
    expect(short).toHaveLength(1024);
  });
});
