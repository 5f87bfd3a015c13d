import { rootOver } from '../audit/log-tree.ts';
import { checkpointLine } from '../keys/short-form.ts';
import type { RuleId } from '../rules/index.ts';
import { refuse } from '../rules/refusal.ts';
import { sealsIn } from './seals.ts';
import { holds, notCheckable, type Finding, type Readings } from './verification.ts';

/** What the reader of a bundle knows by another way than the bundle. */
export interface KnownElsewhere {
  /** A checkpoint as the paper of the room has it; null where nobody said it. */
  readonly checkpoint: PaperCheckpoint | null;
  /** DER SubjectPublicKeyInfo of the log key, in hex. */
  readonly logKey: string | null;
}

/** Number of entries, and the first word of the root and the last. */
export interface PaperCheckpoint {
  readonly size: number;
  readonly first: string;
  readonly last: string;
}

export const nothingKnown: KnownElsewhere = { checkpoint: null, logKey: null };

/**
 * The rules that somebody who knows something wants to know of, and takes no shrug for an answer.
 * @param known - see {@link KnownElsewhere}
 */
export function askedBy({ checkpoint, logKey }: KnownElsewhere): ReadonlySet<RuleId> {
  return new Set<RuleId>([
    ...(checkpoint === null ? [] : (['BUNDLE-CHECKPOINT-AS-ON-PAPER'] as const)),
    ...(logKey === null ? [] : (['BUNDLE-LOG-KEY-TRUSTED'] as const)),
  ]);
}

const paperForm = /^(?<size>[1-9]\d{0,8})\s+(?<first>[A-Za-z]+)(?:\s+(?:…|\.\.\.))?\s+(?<last>[A-Za-z]+)$/u;

/**
 * Reads a checkpoint as people write it.
 * @param text - `57 cowbell stethoscope`, dots between the words or not
 * @returns null when it is none
 */
export function parsePaperCheckpoint(text: string): PaperCheckpoint | null {
  const { size, first, last } = paperForm.exec(text.trim())?.groups ?? {};
  if (size === undefined || first === undefined || last === undefined) return null;
  return { size: Number(size), first: first.toLowerCase(), last: last.toLowerCase() };
}

/**
 * Whether the log was, at that size, what the paper says.
 * @param known - null when nobody said what the paper has
 * @throws Refused with BUNDLE-CHECKPOINT-AS-ON-PAPER
 */
export function checkPaper({ entries }: Readings, known: PaperCheckpoint | null): Finding {
  if (known === null) return notCheckable('Nobody said what the paper has: compare it by eye.');
  const { size, first, last } = known;
  if (size > entries.length)
    return notCheckable(`The record ends at entry ${entries.length}; the paper tells of ${size}.`);
  const root = rootOver(entries.slice(0, size));
  const line = checkpointLine({ size, root });
  if (line.toLowerCase() !== `${size} ${first} … ${last}`) {
    refuse('BUNDLE-CHECKPOINT-AS-ON-PAPER', `The paper says ${size} ${first} … ${last}; the log is ${line}.`);
  }
  return holds(line);
}

/**
 * Whether the log is signed by the key that the reader trusts.
 * @param logKey - null when nobody named one
 * @throws Refused with BUNDLE-LOG-KEY-TRUSTED
 */
export function checkTrusted({ entries }: Readings, logKey: string | null): Finding {
  if (logKey === null) {
    return notCheckable('Nobody named a key to trust: compare its fingerprint with the paper.');
  }
  if (sealsIn(entries).logKey !== logKey) refuse('BUNDLE-LOG-KEY-TRUSTED', 'The log is signed by another key.');
  return holds('the key that was given');
}
