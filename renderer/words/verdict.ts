import type { CheckedRecord } from '../../app/contract/record-calls.ts';
import { counted } from './format.ts';

export type Outcome = CheckedRecord['verdict'];
type Result = CheckedRecord['results'][number];

/** Rules of one outcome, as they are read: what is wrong first. */
export interface OutcomeGroup {
  readonly outcome: Outcome;
  /** How many they are, and what became of them. */
  readonly title: string;
  readonly results: readonly Result[];
}

/** What a check of a bundle comes to, in words that can be read from two metres. */
export const verdictWords: Readonly<Record<Outcome, string>> = {
  holds: 'Every rule that can be checked holds',
  broken: 'Not sound: do not use this bundle',
  'not-checkable': 'Not everything could be checked',
};

const inOrder = ['broken', 'not-checkable', 'holds'] as const satisfies readonly Outcome[];

/**
 * Sorts what a check found.
 * @param results - one for each rule
 * @returns the outcomes that there are, the worst first; within one the rules stay in their order
 */
export function groupsOf(results: readonly Result[]): OutcomeGroup[] {
  const by = Map.groupBy(results, ({ outcome }) => outcome);
  return inOrder.flatMap((outcome) => {
    const ofIt = by.get(outcome) ?? [];
    return ofIt.length === 0 ? [] : [{ outcome, title: titleOf(outcome, ofIt.length), results: ofIt }];
  });
}

function titleOf(outcome: Outcome, count: number): string {
  const rules = counted(count, 'rule');
  if (outcome === 'holds') return `${rules} ${count === 1 ? 'holds' : 'hold'}`;
  if (outcome === 'broken') return `${rules} ${count === 1 ? 'is' : 'are'} broken`;
  return `${rules} could not be checked`;
}
