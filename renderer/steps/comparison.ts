import type { Fact } from '../../app/contract/view.ts';

/** What is read before two people say that a fingerprint matches, and what can be read after. */
export interface AroundComparison {
  readonly before: readonly Fact[];
  readonly after: readonly Fact[];
}

/**
 * Parts the facts of a step that compares: its checks stand right below the last fingerprint.
 * @param facts - in the order in which they are read
 * @param isRead - the fingerprints are read aloud, and come first: what they belong to was said in the words before
 * @returns what stands up to that fingerprint, with every notice and deadline, which nobody may overlook; nothing when
 * there is no fingerprint
 */
export function aroundComparison(facts: readonly Fact[], isRead = false): AroundComparison {
  const last = facts.findLastIndex(({ kind }) => kind === 'fingerprint');
  if (last < 0) return { before: [], after: facts };
  const rest = facts.slice(last + 1);
  const upTo = facts.slice(0, last + 1);
  const isFirst = ({ kind }: Fact): boolean => isRead && kind === 'fingerprint';
  return {
    before: [...upTo.filter(isFirst), ...upTo.filter((fact) => !isFirst(fact)), ...rest.filter(isUrgent)],
    after: rest.filter((fact) => !isUrgent(fact)),
  };
}

function isUrgent({ kind }: Fact): boolean {
  return kind === 'notice' || kind === 'deadline';
}
