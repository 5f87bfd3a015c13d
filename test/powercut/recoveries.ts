import { Dice, seedAt } from '../support/dice.ts';
import type { History } from './effects.ts';
import { Findings, type Failure, type Outcome } from './failures.ts';
import { record, type Recording } from './record.ts';
import type { Step } from './script.ts';
import { cutsOf, simulate, type Cut, type Observer, type Plan } from './simulate.ts';

/** How many entries are appended after a log was taken up again. */
const entriesAfter = 2;

/** What a second cut needs besides the first. */
export interface SecondCuts {
  readonly recording: Omit<Recording, 'processes' | 'before'>;
  /** How many first cuts are gone on from. */
  readonly samples: number;
  readonly plan: Plan;
}

/**
 * Cuts the power again while the people take up what a first cut left, and shortly after.
 * @param history - of the first cuts
 */
export function simulateSecondCuts(
  history: History,
  { recording, samples, plan }: SecondCuts,
  observer: Observer,
): Outcome {
  const findings = new Findings(plan.enough);
  let cuts = 0;
  for (const { place, fate, image, said } of firstCuts(history, plan, samples)) {
    const steps: readonly Step[] = [{ do: 'go-on' }, { do: 'append', to: (said.kept?.size ?? 0) + entriesAfter }];
    const again = record({ ...recording, processes: [steps], before: image });
    const outcome = simulate(again, { ...plan, said }, observer);
    cuts += outcome.cuts;
    findings.add(...prefixed(`after a first cut at ${place}.${fate}`, outcome.failures));
    if (findings.isEnough) break;
  }
  return { cuts, failures: findings.failures };
}

/** First cuts spread over the record, most of them while something was being written. */
function firstCuts(history: History, plan: Plan, count: number): Cut[] {
  const dice = new Dice(seedAt(plan.seed, 2));
  const all = [...cutsOf(history, plan)].filter(
    ({ fate, said }) => fate > 0 || said.tried.at(-1)?.size !== said.kept?.size,
  );
  return Array.from({ length: count }, () => dice.pick(all));
}

/** A process that dies in the middle of its work, and the power that is cut after the next one took over. */
export interface Crashes {
  readonly recording: Omit<Recording, 'processes' | 'dieAfter'>;
  /** How many entries the ceremony gets; the process dies somewhere on the way there. */
  readonly entries: number;
  readonly samples: number;
  readonly plan: Plan;
}

/**
 * Kills the process in the middle of its work and cuts the power after the next one took the log up: what that one read
 * came out of the page cache, and was perhaps never on the disk.
 */
export function simulateCrashes({ recording, entries, samples, plan }: Crashes, observer: Observer): Outcome {
  const findings = new Findings(plan.enough);
  const first: readonly Step[] = [{ do: 'make' }, { do: 'append', to: entries }];
  const processes = [first, [{ do: 'go-on' }, { do: 'append', to: entries + entriesAfter }]] as const;
  const { calls } = record({ ...recording, processes: [first] });
  const dice = new Dice(seedAt(plan.seed, 3));
  let cuts = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const dieAfter = 1 + dice.below(calls);
    const history = record({ ...recording, processes, dieAfter });
    const death = history.ends[0] ?? 0;
    const outcome = simulate(history, { ...plan, places: (place) => place > death }, observer);
    cuts += outcome.cuts;
    findings.add(...prefixed(`the process died after call ${dieAfter}`, outcome.failures));
    if (findings.isEnough) break;
  }
  return { cuts, failures: findings.failures };
}

function prefixed(when: string, failures: readonly Failure[]): readonly Failure[] {
  return failures.map((failure) => ({ ...failure, detail: `${when}: ${failure.detail}` }));
}
