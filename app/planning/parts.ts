/**
 * What a ceremony's script holds, by the criteria that auditors of certification authorities work with (WebTrust): eight
 * parts, none of them empty.
 */
export const planParts = [
  'roles',
  'approval',
  'hardware',
  'steps',
  'physical',
  'storage',
  'sign-off',
  'deviations',
] as const;

export type PlanPart = (typeof planParts)[number];

/** What a plan says of one part. */
export interface PartOfPlan {
  readonly part: PlanPart;
  readonly title: string;
  /** What the plan says; for an empty part what is missing. One or two sentences. */
  readonly said: string;
  readonly isEmpty: boolean;
  /** What to do when it is empty. */
  readonly remedy: string;
}
