import type { Entry } from '../audit/entry.ts';
import { rootOver } from '../audit/log-tree.ts';
import { hexToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';
import { checkpointLine } from '../keys/short-form.ts';
import { partsOf } from '../keys/text.ts';
import type { RuleId } from '../rules/index.ts';
import { refuse } from '../rules/refusal.ts';
import { layout } from './layout.ts';
import { sealsIn } from './seals.ts';
import { fileOf, holds, notCheckable, type Finding, type Readings } from './verification.ts';

/** What the reader of a bundle knows by another way than the bundle. */
export interface KnownElsewhere {
  /** A checkpoint as the paper of the room has it; null where nobody said it. */
  readonly checkpoint: PaperCheckpoint | null;
  /** SHA-256 over the log key's DER SubjectPublicKeyInfo, lower-case hex. */
  readonly logKeySha256: string | null;
  /** SHA-256 of MANIFEST.json, lower-case hex. */
  readonly manifestSha256: string | null;
}

/** Number of entries, and the first word of the root and the last. */
export interface PaperCheckpoint {
  readonly size: number;
  readonly first: string;
  readonly last: string;
}

export const nothingKnown: KnownElsewhere = { checkpoint: null, logKeySha256: null, manifestSha256: null };

/**
 * The rules that somebody who knows something wants to know of, and takes no shrug for an answer.
 * @param known - see {@link KnownElsewhere}
 */
export function askedBy({ checkpoint, logKeySha256, manifestSha256 }: KnownElsewhere): ReadonlySet<RuleId> {
  return new Set<RuleId>([
    ...(checkpoint === null ? [] : (['BUNDLE-CHECKPOINT-AS-ON-PAPER'] as const)),
    ...(logKeySha256 === null ? [] : (['BUNDLE-LOG-KEY-TRUSTED'] as const)),
    ...(manifestSha256 === null ? [] : (['BUNDLE-MANIFEST-AS-ON-PAPER'] as const)),
  ]);
}

const paperForm = /^(?<size>[1-9]\d{0,8}) (?<first>[A-Za-z]+) (?<last>[A-Za-z]+)$/u;

/**
 * Reads a checkpoint as people write it.
 * @param text - `57 cowbell stethoscope`; three dots are a space
 * @returns null when it is none
 */
export function parsePaperCheckpoint(text: string): PaperCheckpoint | null {
  const { size, first, last } = paperForm.exec(partsOf(text.replaceAll(/…|\.\.\./gu, ' ')).join(' '))?.groups ?? {};
  if (size === undefined || first === undefined || last === undefined) return null;
  return { size: Number(size), first: first.toLowerCase(), last: last.toLowerCase() };
}

/**
 * Whether the log was, at that size, what the paper says.
 * @param known - null when nobody said what the paper has
 * @throws Refused with BUNDLE-CHECKPOINT-AS-ON-PAPER
 */
export function checkPaper({ entries }: Pick<Readings<Entry>, 'entries'>, known: PaperCheckpoint | null): Finding {
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
 * @param sha256 - of that key; null when nobody named one
 * @throws Refused with BUNDLE-LOG-KEY-TRUSTED
 */
export function checkTrusted({ entries }: Pick<Readings, 'entries'>, sha256: string | null): Finding {
  if (sha256 === null) {
    return notCheckable('Nobody named a key to trust: compare its fingerprint with the paper.');
  }
  const { logKey } = sealsIn(entries);
  const found = logKey === null ? null : sha256Hex(hexToBytes(logKey));
  if (found !== sha256) {
    refuse(
      'BUNDLE-LOG-KEY-TRUSTED',
      `The log is signed by ${found ?? 'no one key'}; the key that was given is ${sha256}.`,
    );
  }
  return holds(sha256);
}

/**
 * Whether the manifest is the one whose hash was read aloud in the room.
 * @param sha256 - as the paper has it; null when nobody said it
 * @throws Refused with BUNDLE-MANIFEST-AS-ON-PAPER
 */
export function checkManifestHash({ files }: Pick<Readings, 'files'>, sha256: string | null): Finding {
  if (sha256 === null) return notCheckable('Nobody said the hash that the paper has: compare it by eye.');
  const found = sha256Hex(fileOf(files, layout.manifest));
  if (found !== sha256) refuse('BUNDLE-MANIFEST-AS-ON-PAPER', `The paper says ${sha256}; the manifest has ${found}.`);
  return holds(found);
}
