import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bulkyCeremony, courseOf, engineCeremony, rehearsedCeremony, type Ceremony } from './ceremonies.ts';
import { simulateChoices } from './choices.ts';
import { simulateDamage } from './damages.ts';
import type { Image } from './image.ts';
import type { History } from './effects.ts';
import type { Failure, Outcome } from './failures.ts';
import { hunt, type Hunted } from './hunt.ts';
import { foldersAnew } from './known-faults.ts';
import { compileRecorder, record, type Recording } from './record.ts';
import { simulateCrashes, simulateSecondCuts } from './recoveries.ts';
import { Observer, simulate, type Plan } from './simulate.ts';
import { logPath, type Command } from './store-use.ts';

const driver = join(import.meta.dirname, 'driver.ts');

/**
 * Makes a scratch folder, on a disk in memory where there is one: states are written and read by the thousand. What the
 * product itself puts into the system's folder for such things goes there too.
 */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'keyferry-powercut-'));
  process.env['TMPDIR'] = folder;
  return folder;
}

/** The folder of the ceremony is there already, on the disk. */
export const foldersThere: Image = new Map(
  [dirname(dirname(logPath)), dirname(logPath)].map((folder) => [`${folder}/`, new Uint8Array()]),
);

/** Everything that the full run does, in the order of its stages. */
export class Campaign {
  readonly failures: Failure[] = [];
  readonly refusals = new Map<string, number>();
  readonly hunted: Hunted[] = [];
  cuts = 0;
  damaged = 0;
  readonly #seed: number;
  readonly #say: (line: string) => void;
  readonly #scratch = scratchFolder();
  readonly #recorder = compileRecorder(this.#scratch);
  readonly #observer: Observer;

  /** @param say - is told how far it is */
  constructor(seed: number, say: (line: string) => void) {
    this.#seed = seed;
    this.#say = say;
    const folder = join(this.#scratch, 'disk');
    mkdirSync(folder);
    this.#observer = new Observer(folder);
  }

  get states(): number {
    return this.#observer.states;
  }

  get repaired(): number {
    return this.#observer.repaired;
  }

  close(): void {
    rmSync(this.#scratch, { recursive: true });
  }

  cutEverything(): void {
    const engine = engineCeremony();
    this.#cut('a rehearsal', rehearsedCeremony(this.#scratch), 5);
    const history = this.#cut('an eventful ceremony', engine, 8);
    this.#cut(`an eventful ceremony, ${foldersAnew}`, engine.slice(0, 12), 4, new Map());
    this.#cutCheckpoint();
    this.#damage('an eventful ceremony', history);
    this.#cutTwice(engine.slice(0, 30));
  }

  /** Looks for a cut that tells each mutant from the product. */
  huntMutants(): void {
    const commands = engineCeremony().slice(0, 14);
    const recording = { ...this.#recording(commands), processes: courseOf(commands) };
    const sound = record({ ...recording, driver });
    for (const found of hunt({ seed: this.#seed, recording, sound }, this.#observer)) {
      this.hunted.push(found);
      this.#say(`${found.end}: ${found.name}: ${found.because}`);
    }
  }

  #recording(commands: readonly Command[], before = foldersThere): Omit<Recording, 'processes'> {
    return { recorder: this.#recorder, scratch: this.#scratch, driver, commands, before };
  }

  #plan(where: string, chances: number): Plan {
    return { where, seed: this.#seed, chances };
  }

  #cut(where: string, commands: readonly Command[], chances: number, before = foldersThere): History {
    const history = record({ ...this.#recording(commands, before), processes: courseOf(commands) });
    this.#take(where, simulate(history, this.#plan(where, chances), this.#observer));
    return history;
  }

  /** While SQLite folds the -wal file into the database in the middle of a ceremony. */
  #cutCheckpoint(): void {
    const where = 'a checkpoint of SQLite';
    const { commands, processes }: Ceremony = bulkyCeremony();
    const history = record({ ...this.#recording(commands), processes });
    const folding = history.effects.flatMap((effect, index) =>
      effect.kind === 'write' && effect.path.endsWith('/log.sqlite') ? [index] : [],
    );
    const [first = 0, last = 0] = [folding.at(0), folding.at(-1)];
    if (folding.length < 100) throw new Error('SQLite did not fold its -wal file into the database.');
    // All of it is one stretch of writes without a sync: its ends, and a few places in between.
    const isNear = (place: number): boolean =>
      Math.abs(place - first) < 3 ||
      Math.abs(place - last - 3) < 5 ||
      (place > first && place < last && place % 331 === 0);
    this.#take(where, simulate(history, { ...this.#plan(where, 2), places: isNear }, this.#observer));
  }

  #damage(where: string, history: History): void {
    const { cuts, failures, refusals } = simulateDamage(history, this.#plan(where, 2), this.#observer, 0.02);
    this.damaged += cuts;
    this.failures.push(...failures);
    for (const [rule, times] of refusals) this.refusals.set(rule, (this.refusals.get(rule) ?? 0) + times);
    this.#say(`${where}, damaged besides: ${cuts} disks`);
  }

  #cutTwice(commands: readonly Command[]): void {
    const recording = this.#recording(commands);
    const history = record({ ...recording, processes: courseOf(commands) });
    const choosing = this.#plan('a choice between log and copy', 6);
    this.#take(choosing.where, simulateChoices(history, recording, choosing, this.#observer));
    const second = { recording, samples: 24, plan: this.#plan('a second cut', 3) };
    this.#take('a second cut', simulateSecondCuts(history, second, this.#observer));
    const crashes = { recording, entries: 8, samples: 24, plan: this.#plan('a crash and a cut', 3) };
    this.#take('a crash and a cut', simulateCrashes(crashes, this.#observer));
  }

  #take(where: string, { cuts, failures }: Outcome): void {
    this.cuts += cuts;
    this.failures.push(...failures);
    this.#say(`${where}: ${cuts} cuts, ${failures.length} of them with a fault`);
  }
}
