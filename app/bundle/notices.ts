/** A notice as the log has it: the rule may be one of another version. */
export interface ToldNotice {
  readonly rule: string;
  readonly text: string;
}

/** What the notices of a ceremony come from. */
export interface NoticeSources {
  readonly plan: readonly ToldNotice[];
  readonly workstation: readonly ToldNotice[];
  /** Of the wrapping keys of all keys that are carried, in the plan's order. */
  readonly keks: readonly ToldNotice[];
  /** What was decided of each key that was left out, by its id, in the order of the decisions. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/**
 * Every notice of a ceremony, in the order in which it came up: as the room saw it and as UPLOAD.md has it.
 * @param sources - see {@link NoticeSources}
 */
export function noticesFrom({ plan, workstation, keks, leftOut }: NoticeSources): readonly ToldNotice[] {
  return [
    ...plan,
    ...workstation,
    ...keks,
    ...[...leftOut].map(([key, reason]) => ({
      rule: 'KEY-LEFT-OUT-BY-DECISION',
      text: `${key} was left out: ${reason}`,
    })),
  ];
}
