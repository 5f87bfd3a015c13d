/**
 * The steps of a ceremony up to the writing of its bundle, as the verifier itself knows them: like the names of events, it is a
 * second record of what the engine does, and shares nothing with the first.
 */

/** A step that the people confirm. */
export interface PlannedStep {
  readonly id: string;
  /** As the people call it: `4.2`. */
  readonly number: string;
  /** How many checks are ticked at it, by their ids `1` and on. */
  readonly checks: number;
  /** Whether those who confirm it sign what it shows, the checks included. */
  readonly isSigned: boolean;
  /** Kinds of the work that it orders once; empty for a step without. */
  readonly work: readonly string[];
  /** The kind of work that it orders for each key, by its id; null for a step that orders none. */
  readonly forKeys: ReadonlyMap<string, string> | null;
  /** Kinds of work on the log, in order, that are done before its own work, and after it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Ids of the keys that it is about: once all of them are left out it is passed over. Null for a step that always comes. */
  readonly about: readonly string[] | null;
}

export interface StepKey {
  readonly id: string;
  /** Whether it is wrapped in the weak way, which the people confirm by name. */
  readonly isWeak: boolean;
  /** The CKA_ID under which it is in the token, lower-case hex; null for a key that the ceremony makes. */
  readonly ckaId: string | null;
}

/** After what decides or changes something the token signs how far the log has come. */
const sealed = ['sign-checkpoint'] as const;

type Draft = Pick<PlannedStep, 'id'> & Partial<PlannedStep>;

/**
 * The steps that a plan with these keys implies, in order. The last one orders that the bundle is signed and written, where the record of a
 * bundle ends.
 * @param keys - all keys of the plan, in its order
 */
export function plannedSteps(keys: readonly StepKey[]): readonly PlannedStep[] {
  const weak = keys.filter(({ isWeak }) => isWeak).map(({ id }) => id);
  const made = new Map(keys.map(({ id, ckaId }) => [id, ckaId === null ? 'make-key' : 'find-key']));
  const wrapped = new Map(keys.map(({ id }) => [id, 'wrap-key']));
  const comparisons = keys.map(({ id }): Draft => ({ id: `bring-in.compare.${id}`, checks: 2, about: [id] }));
  const phases: readonly (readonly Draft[])[] = [
    [
      { id: 'prepare.workstation', work: ['inspect-workstation'] },
      { id: 'prepare.findings', checks: 3 },
      { id: 'prepare.plan', checks: 2 },
    ],
    [
      { id: 'roll-call.people', checks: 1 },
      { id: 'roll-call.present', checks: 1 },
      { id: 'roll-call.start', isSigned: true },
    ],
    [
      { id: 'token.identify', work: ['identify-token'] },
      { id: 'token.log-in', checks: 1, work: ['log-in'] },
      { id: 'token.probe', work: ['probe-token'], after: ['make-log-key', ...sealed] },
      { id: 'token.accept', checks: 1 },
    ],
    [
      { id: 'bring-in.read', checks: 1, work: ['read-inbound'] },
      ...comparisons,
      { id: 'bring-in.accept', checks: 1, isSigned: true, after: sealed },
    ],
    [
      { id: 'keys.make', checks: 1, isSigned: true, forKeys: made, after: sealed },
      { id: 'keys.check', checks: 2 },
    ],
    [
      ...(weak.length === 0 ? [] : [{ id: 'wrap.weak', checks: 1, isSigned: true, about: weak, after: sealed }]),
      { id: 'wrap.approve', checks: 1, isSigned: true, after: sealed },
      { id: 'wrap.wrap', forKeys: wrapped, after: sealed },
      { id: 'wrap.check', checks: 1 },
    ],
    [{ id: 'take-out.write', isSigned: true, before: ['sign-bundle'], work: ['write-copy'] }],
  ];
  return phases.flatMap((drafts, phase) => drafts.map((draft, at) => whole(draft, `${phase + 1}.${at + 1}`)));
}

function whole(draft: Draft, number: string): PlannedStep {
  return {
    checks: 0,
    isSigned: false,
    work: [],
    forKeys: null,
    before: [],
    after: [],
    about: null,
    ...draft,
    number,
  };
}
