import { damagesOf } from './damage.ts';
import { Dice, seedAt } from '../support/dice.ts';
import type { Image } from './image.ts';
import type { History } from './effects.ts';
import { Findings, type Outcome } from './failures.ts';
import { cutsOf, failureAt, type Observer, type Plan } from './simulate.ts';
import { verdictOnDamaged } from './verdict.ts';

/** How many acknowledged entries lie between a cut and the older files that are put back. */
const entriesBack = 4;

/** What came of damage; `cuts` counts the damaged disks. */
export interface DamageOutcome extends Outcome {
  /** How often it was refused, by rule. */
  readonly refusals: ReadonlyMap<string, number>;
}

/**
 * Damages what some of the cuts left, and looks whether an acknowledged entry can go missing without a word.
 * @param share - of the cuts, from 0 to 1
 */
export function simulateDamage(history: History, plan: Plan, observer: Observer, share: number): DamageOutcome {
  const findings = new Findings(plan.enough);
  const refusals = new Map<string, number>();
  const olderOnes: Image[] = [];
  let cuts = 0;
  let acknowledged = 0;
  for (const { place, fate, image, said } of cutsOf(history, plan)) {
    const kept = said.kept?.size ?? 0;
    if (fate === 0 && kept > acknowledged) olderOnes[(acknowledged = kept)] = image;
    const dice = new Dice(seedAt(plan.seed, place, fate, 1));
    const older = olderOnes[kept - entriesBack];
    if (older === undefined || !dice.chance(share)) continue;
    for (const { what, image: after } of damagesOf(image, older, dice)) {
      cuts += 1;
      const found = observer.look(after);
      if (found.kind === 'refused') refusals.set(found.rule, (refusals.get(found.rule) ?? 0) + 1);
      const verdict = verdictOnDamaged(found, said);
      if (verdict === null) continue;
      findings.add(failureAt(history, plan, { place, fate }, { ...verdict, detail: `${what}: ${verdict.detail}` }));
    }
    if (findings.isEnough) break;
  }
  return { cuts, refusals, failures: findings.failures };
}
