import * as v from 'valibot';
import { verifyChain, type ChainHead } from '../../app/audit/chain.ts';
import type { Entry } from '../../app/audit/entry.ts';
import { compareCopies, type Side } from '../../app/audit/two-copies.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { Refused, refusal, refuse, type Refusal } from '../../app/rules/refusal.ts';
import { checkAgainstMark } from './head-mark.ts';
import type { CopyFound } from './log-copy.ts';

const openedSchema = v.object({ type: v.literal('ceremony-opened'), ceremony: v.string() });
const repairSchema = v.object({ type: v.literal('log-repaired') });

/** A log or a copy that is whole and another ceremony's: why it cannot be taken up, and its entries. */
type Foreign = Refusal & { readonly foreign: readonly Entry[] };

/** What was found of a log in its three places: each as it was read, or why it could not be. */
export interface Found {
  readonly log: readonly Entry[] | Refusal;
  readonly copy: CopyFound | Refusal;
  readonly mark: ChainHead | Refusal;
}

/** What must be done to a log before it goes on; the log itself keeps what was done (`log-repaired`). */
export interface Repair {
  /** Whose entries go on. */
  readonly kept: Side;
  /** The other is brought up to it, or is put aside and made anew; `none` when only the mark was at fault. */
  readonly other: 'extended' | 'replaced' | 'none';
  /** How many entries the other lacked, without those that tell of a repair which was cut off. */
  readonly missing: number;
  /** How many bytes behind the last whole entry of the copy were cut off. */
  readonly cut: number;
  /** The rule for which the people had to choose; null where there was nothing to choose. */
  readonly rule: RuleId | null;
}

/** What the people may choose over: the others tell of a log that is in use, or of a disk that does not answer. */
const choosable: ReadonlySet<RuleId> = new Set<RuleId>([
  'LOG-FILE-PRESENT',
  'LOG-FORMAT-KNOWN',
  'LOG-OF-ITS-CEREMONY',
  'LOG-FILE-SOUND',
  'LOG-CHAIN-INTACT',
  'LOG-ENTRY-CANONICAL',
  'JSON-CANONICAL',
  'LOG-COPY-PRESENT',
  'LOG-COPY-SOUND',
  'LOG-COPIES-AGREE',
  'LOG-AS-LAST-SEEN',
]);

/**
 * Decides how a log goes on. Nobody is asked about what a power cut leaves behind: the shorter of two that agree is brought
 * up to the other. Anything else is refused, and goes on only with the one that the people choose. Neither may be shorter
 * than the mark says, whatever they choose: that would be an older log.
 * @param found - see {@link Found}
 * @param chosen - which of the two the people go on with; null when they were not asked
 * @returns what must be done first; null when nothing is
 * @throws Refused with the rule that stands against it
 */
export function judge(found: Found, chosen: Side | null): Repair | null {
  try {
    return asFound(found);
  } catch (error) {
    if (!(error instanceof Refused) || chosen === null || !choosable.has(error.refusal.rule)) throw error;
    return asChosen(found, chosen, error.refusal.rule);
  }
}

/**
 * Which of the two the people may go on with, after {@link judge} refused without a choice.
 * @param found - see {@link Found}
 */
export function choicesIn(found: Found): readonly Side[] {
  return (['log', 'copy'] as const).filter((side) => {
    try {
      judge(found, side);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  });
}

function asFound(found: Found): Repair | null {
  const log = sound(found.log);
  const copy = sound(found.copy);
  const standing = compareCopies(log, copy.entries);
  if (standing.kind === 'fork') {
    const said = `Entry ${standing.at} of the log is another than entry ${standing.at} of its copy.`;
    return refuse('LOG-COPIES-AGREE', said);
  }
  const longer = copy.entries.length > log.length ? copy.entries : log;
  checkAgainstMark(sound(found.mark), verifyChain(longer), longer);
  if (standing.kind === 'agree') {
    return copy.rest === 0 ? null : { kept: 'log', other: 'extended', missing: 0, cut: copy.rest, rule: null };
  }
  const { which } = standing;
  const missing = lacking(longer, standing.missing);
  // A copy has an entry before the log does: one that is torn is the next, or what a repair was putting there. Anything more is damage.
  if (which === 'copy' && copy.rest > 0 && missing > 1) {
    return refuse('LOG-COPY-SOUND', `The copy is damaged behind entry ${copy.entries.length}.`);
  }
  return { kept: which === 'log' ? 'copy' : 'log', other: 'extended', missing, cut: copy.rest, rule: null };
}

function asChosen(found: Found, chosen: Side, rule: RuleId): Repair {
  const [kept, other] = chosen === 'log' ? [found.log, found.copy] : [found.copy, found.log];
  const entries = entriesOf(sound(kept));
  const mark = ownMarkIn(found);
  if (mark !== null) checkAgainstMark(mark, verifyChain(entries), entries);
  const cut = 'rest' in found.copy && chosen === 'copy' ? found.copy.rest : 0;
  if ('rule' in other) return { kept: chosen, other: 'replaced', missing: lacking(entries, entries.length), cut, rule };
  const others = entriesOf(other);
  const standing = compareCopies(entries, others);
  // Nobody drops entries on which both agree, whatever became of the mark.
  if (standing.kind === 'shorter' && entries.length < others.length) {
    refuse('LOG-COPIES-AGREE', `The other one has the same entries and ${others.length - entries.length} more.`);
  }
  const isSame = standing.kind === 'agree' && rule === 'LOG-AS-LAST-SEEN';
  const missing = lacking(entries, Math.max(0, entries.length - others.length));
  return { kept: chosen, other: isSame ? 'none' : 'replaced', missing, cut, rule };
}

/** A mark that came along with another ceremony's log, and tells of that one, says nothing of this one: it is gone. */
function ownMarkIn({ log, copy, mark }: Found): ChainHead | null {
  if ('rule' in mark) return null;
  return [log, copy].some((each) => isForeign(each) && fits(mark, each.foreign)) ? null : mark;
}

function isForeign(found: object): found is Foreign {
  return 'foreign' in found;
}

function fits(mark: ChainHead, entries: readonly Entry[]): boolean {
  const head = verifyChain(entries);
  return finding(() => checkAgainstMark(mark, head, entries)) === undefined;
}

function lacking(entries: readonly Entry[], missing: number): number {
  return entries.slice(entries.length - missing).filter(({ event }) => !v.is(repairSchema, event)).length;
}

function entriesOf(found: readonly Entry[] | CopyFound): readonly Entry[] {
  return 'end' in found ? found.entries : found;
}

/**
 * What was read; throws Refused with the reason when it could not be.
 * @param found - one of {@link Found}
 */
export function sound<T extends object>(found: T | Refusal): T {
  // What another ceremony's log holds goes no further than here.
  if ('rule' in found) throw new Refused(isForeign(found) ? refusal(found.rule, found.cause) : found);
  return found;
}

/**
 * Reads something whose refusal is a finding.
 * @param read - the reading
 * @returns what was read, or why it could not be
 */
export function finding<T>(read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/**
 * Reads a log or its copy, and holds it against the place where it lies: files of two ceremonies that changed places are whole
 * in themselves.
 * @param ceremony - whose place it is
 * @param read - the reading
 * @returns what was read, or why it could not be, or is another's (LOG-OF-ITS-CEREMONY)
 */
export function findingOf<T extends readonly Entry[] | CopyFound>(ceremony: string, read: () => T): T | Refusal {
  const found = finding(read);
  if ('rule' in found) return found;
  const entries = entriesOf(found);
  const event = entries[0]?.event;
  if (!v.is(openedSchema, event) || event.ceremony === ceremony) return found;
  const cause = `What lies in the place of ${ceremony} is the log of ${event.ceremony}.`;
  const foreign: Foreign = { ...refusal('LOG-OF-ITS-CEREMONY', cause), foreign: entries };
  return foreign;
}
