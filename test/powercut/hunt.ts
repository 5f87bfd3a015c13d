import { simulateChoices } from './choices.ts';
import { simulateDamage } from './damages.ts';
import type { History } from './effects.ts';
import { equivalents } from './equivalents.ts';
import type { Failure, Outcome } from './failures.ts';
import { knownFaultOf } from './known-faults.ts';
import { plant, sourceMutants, sqliteMutants } from './mutants.ts';
import { DriverFailed, record, type Recording } from './record.ts';
import { simulateCrashes, simulateSecondCuts } from './recoveries.ts';
import { simulate, type Observer } from './simulate.ts';

/** What became of a mutant. */
export interface Hunted {
  readonly name: string;
  readonly end:
    'killed' | 'equivalent' | 'survived' | 'listed as equivalent, but killed' | 'listed as equivalent, but gone';
  /** The cut that told it from the product, or why none can. */
  readonly because: string;
}

export interface Hunt {
  readonly seed: number;
  readonly recording: Omit<Recording, 'driver'>;
  /** The product's own record of the same ceremony. */
  readonly sound: History;
  /** Only those whose name it says; all of them when it is left out. */
  readonly only?: (name: string) => boolean;
}

/**
 * Looks for a cut by which each mutant loses what it acknowledged. Faults of the product itself that are known do not count.
 */
export function* hunt(plan: Hunt, observer: Observer): Generator<Hunted> {
  const { only = () => true } = plan;
  for (const mutant of sourceMutants().filter(({ name }) => only(name))) {
    const driver = plant(plan.recording.scratch, mutant);
    try {
      yield endOf(mutant.name, killerOf(plan, mutant.name, driver, observer));
    } catch (error) {
      if (!(error instanceof DriverFailed) || !error.message.includes('Refused: LOG-DURABLE')) throw error;
      yield { name: mutant.name, end: 'killed', because: 'the product refuses to work like that: LOG-DURABLE' };
    }
  }
  // One that is listed and is not there any more would excuse nothing: the list must not go stale.
  const stale = [...equivalents.keys()].filter((name) => only(name) && ![...sourceMutants(), ...sqliteMutants(plan.sound)].some((each) => each.name === name)); // prettier-ignore
  for (const name of stale) yield { name, end: 'listed as equivalent, but gone', because: 'take it off the list' };
  for (const { name, history } of sqliteMutants(plan.sound).filter(({ name }) => only(name)))
    yield endOf(name, inCuts(plan, name, history, observer));
}

function endOf(name: string, killer: Failure | undefined): Hunted {
  const reason = equivalents.get(name);
  if (killer === undefined) {
    return reason === undefined
      ? { name, end: 'survived', because: 'no cut told it from the product' }
      : { name, end: 'equivalent', because: reason };
  }
  const because = `${killer.fault}: ${killer.detail} (cut ${killer.place}.${killer.fate})`;
  return { name, end: reason === undefined ? 'killed' : 'listed as equivalent, but killed', because };
}

function inCuts({ seed }: Hunt, where: string, history: History, observer: Observer): Failure | undefined {
  const plan = { where, seed, chances: 4, enough: 1 };
  return unknownIn(simulate(history, plan, observer)) ?? unknownIn(simulateDamage(history, plan, observer, 0.05));
}

/** The cheap ways to kill come first. */
function killerOf(hunt: Hunt, where: string, driver: string, observer: Observer): Failure | undefined {
  const { seed, recording, sound } = hunt;
  const found = inCuts(hunt, where, record({ ...recording, driver }), observer);
  if (found !== undefined) return found;
  const plan = { where, seed, chances: 4, enough: 1 };
  const again = { ...recording, driver };
  const chosen = unknownIn(simulateChoices(sound, again, plan, observer));
  if (chosen !== undefined) return chosen;
  // What only a repair syncs is cut while the mutant repairs what the product left.
  const second = simulateSecondCuts(sound, { recording: again, samples: 8, plan }, observer);
  return unknownIn(second) ?? unknownIn(simulateCrashes({ recording: again, entries: 4, samples: 6, plan }, observer));
}

function unknownIn({ failures }: Outcome): Failure | undefined {
  return failures.find((failure) => knownFaultOf(failure) === undefined);
}
