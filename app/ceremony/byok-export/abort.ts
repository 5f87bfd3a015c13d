import type { Plan } from '../plan.ts';
import type { Step } from '../step.ts';
import { castOf, countOf, everyone, pair, quorumOf } from './draft.ts';

/** What an abort finds: what the ceremony has left behind so far. */
export interface LeftBehind {
  /** Ids of keys that the ceremony made and that are still in the token, or may be. */
  readonly keysInToken: readonly string[];
  /** How many copies of the bundle were written, one that was begun among them. */
  readonly copies: number;
  /** Whether the key that signs the log is in the token: it goes with the others, since the token is open then. */
  readonly hasLogKey: boolean;
}

type Draft = Omit<Step, 'phase' | 'number' | 'key' | 'ticks'> & { readonly ticks: readonly string[] };

/**
 * The steps that bring an aborted ceremony to its end: what is there is listed, what was made is destroyed where the
 * people want that, and everybody who is left signs off how it ended.
 * @param plan - the plan of the ceremony
 * @param left - what it has left behind
 * @returns the steps, numbered A.1 and on
 */
export function abortSteps(plan: Plan, left: LeftBehind): readonly Step[] {
  const drafts = [
    inventory(plan),
    ...(left.keysInToken.length > 0 ? [destroy(plan, left)] : []),
    ...(left.copies > 0 ? [media(plan, left)] : []),
    signOff(plan),
  ];
  return drafts.map(({ ticks, ...draft }, index) => ({
    ...draft,
    phase: 'close',
    number: `A.${index + 1}`,
    key: null,
    ticks: ticks.map((text, at) => ({ id: `${at + 1}`, text })),
  }));
}

function inventory(plan: Plan): Draft {
  const { hands, checker } = castOf(plan);
  return {
    id: 'abort.inventory',
    title: 'List what is on the token and on the media',
    kind: 'confirm',
    acts: hands,
    says: [
      'The ceremony was aborted. I read out what is in the token and what was written to media. Look whether it is all here.',
    ],
    ticks: ['Every medium on the list is here, and nothing else was written to.'],
    confirmers: pair(plan, hands, checker),
    sensitive: false,
    work: null,
    action: 'Confirm the list',
  };
}

function destroy(plan: Plan, { keysInToken, hasLogKey }: LeftBehind): Draft {
  return {
    ...(hasLogKey ? { after: ['sign-checkpoint', 'destroy-log-key'] } : {}),
    id: 'abort.destroy',
    title: `Destroy ${countOf(keysInToken.length, 'key')} in the token, or keep them`,
    kind: 'type-key-ids',
    acts: castOf(plan).hands,
    says: [
      'These keys were made today and are still in the token. Type the id of each key that is to be destroyed. That cannot be undone. A key that is declined stays where it is, and the record says so.',
    ],
    ticks: ['We know which of these keys stay in the token.'],
    confirmers: quorumOf(plan),
    sensitive: true,
    work: { kind: 'destroy-key', each: 'destroyed-key' },
    action: 'Destroy what was typed',
  };
}

/** A bundle of an aborted ceremony is sound in itself: whoever gets hold of it could upload it. */
function media(plan: Plan, { copies }: LeftBehind): Draft {
  const { hands, checker } = castOf(plan);
  return {
    id: 'abort.media',
    title: `Put away ${countOf(copies, 'copy', 'copies')} of the bundle`,
    kind: 'confirm',
    acts: hands,
    says: [
      'These copies must not be uploaded by mistake. We destroy each medium, or seal it in a bag, and enter it in the register.',
    ],
    ticks: [
      'Each copy was destroyed, or is sealed in a bag that the register names.',
      'The online desk is told that nothing of this ceremony is uploaded.',
    ],
    confirmers: pair(plan, hands, checker),
    sensitive: false,
    work: null,
    action: 'Confirm what became of the copies',
  };
}

function signOff(plan: Plan): Draft {
  return {
    id: 'abort.sign-off',
    title: 'Everybody signs off the aborted ceremony',
    kind: 'confirm',
    acts: castOf(plan).leader,
    says: ['The ceremony ends here, aborted. Everybody confirms that it went as the log says.'],
    ticks: [
      'The token is back in its place.',
      'Whoever needs the keys that were planned is told that they do not come.',
    ],
    confirmers: everyone(plan),
    sensitive: true,
    closes: true,
    work: null,
    action: 'Close the aborted ceremony',
  };
}
