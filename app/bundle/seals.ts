import { checkpointText, originOf, type Checkpoint } from '../audit/checkpoint.ts';
import { noteKeyId, noteOf, type NoteSignature } from '../audit/signed-note.ts';
import type { ToldEntry, ToldEventOf } from './told-events.ts';
import type { ToldOutcome } from './told-work.ts';

/**
 * What the log tells of its own signatures: the key in the token that signs it, how far it was signed, and who cosigned.
 */
export interface Seals {
  /** DER SubjectPublicKeyInfo in hex; null where the log tells of none, or of several. */
  readonly logKey: string | null;
  /** How many the log tells of. */
  readonly logKeys: number;
  /** The approval keys, by person. */
  readonly approvalKeys: ReadonlyMap<string, string>;
  readonly checkpoints: readonly LoggedCheckpoint[];
  /** Approvals with the index of the checkpoint that they should cosign; null before there was one. */
  readonly approvals: readonly LoggedCosignature[];
}

export interface LoggedCheckpoint {
  readonly size: number;
  readonly root: string;
  readonly signature: string;
  /** Index of the entry that tells of it. */
  readonly at: number;
  /** In the order of the log, each person once. */
  readonly cosigned: readonly { readonly person: string; readonly signature: string }[];
}

export interface LoggedCosignature {
  readonly entry: number;
  readonly person: string;
  readonly cosignature: string | null;
  readonly checkpoint: number | null;
}

/**
 * Collects what a log tells of its signatures; none of them is checked here.
 * @param entries - the log from its first entry on
 */
export function sealsIn(entries: readonly ToldEntry[]): Seals {
  return entries.reduce<Seals>(afterEntry, {
    logKey: null,
    logKeys: 0,
    approvalKeys: new Map(),
    checkpoints: [],
    approvals: [],
  });
}

function afterEntry(seals: Seals, { event, sequence }: ToldEntry): Seals {
  switch (event.type) {
    case 'approval-key-registered':
      return { ...seals, approvalKeys: new Map(seals.approvalKeys).set(event.person, event.publicKey) };
    case 'approval-given':
      return approved(seals, event, sequence);
    case 'effect-completed':
      return completed(seals, event.outcome, sequence);
    default:
      return seals;
  }
}

function approved(seals: Seals, { person, cosignature }: ToldEventOf<'approval-given'>, entry: number): Seals {
  const { checkpoints, approvals } = seals;
  const last = checkpoints.length - 1;
  const approval = { entry, person, cosignature, checkpoint: last < 0 ? null : last };
  return { ...seals, approvals: [...approvals, approval], checkpoints: cosignedBy(checkpoints, person, cosignature) };
}

function completed(seals: Seals, outcome: ToldOutcome, sequence: number): Seals {
  const { checkpoints, logKeys } = seals;
  if (outcome.kind === 'make-log-key') {
    return { ...seals, logKey: logKeys === 0 ? outcome.publicKey : null, logKeys: logKeys + 1 };
  }
  if (outcome.kind !== 'sign-checkpoint') return seals;
  const { size, root, signature } = outcome;
  return { ...seals, checkpoints: [...checkpoints, { size, root, signature, at: sequence - 1, cosigned: [] }] };
}

/** Somebody who approves twice before the next checkpoint stands in its note once. */
function cosignedBy(
  checkpoints: readonly LoggedCheckpoint[],
  person: string,
  signature: string | null,
): readonly LoggedCheckpoint[] {
  const last = checkpoints.at(-1);
  if (last === undefined || signature === null || last.cosigned.some((one) => one.person === person)) {
    return checkpoints;
  }
  return [...checkpoints.slice(0, -1), { ...last, cosigned: [...last.cosigned, { person, signature }] }];
}

/** What somebody's key is called in a note. */
export function cosignerName(ceremony: string, person: string): string {
  return `${originOf(ceremony)}/${person}`;
}

/**
 * Writes a checkpoint as a signed note.
 * @param ceremony - its id
 * @param checkpoint - with the signature of the log key and those of the people
 * @param seals - for the keys
 * @returns the content of a `.note` file
 */
export function checkpointNote(
  ceremony: string,
  { size, root, signature, cosigned }: Omit<LoggedCheckpoint, 'at'>,
  { logKey, approvalKeys }: Pick<Seals, 'logKey' | 'approvalKeys'>,
): string {
  const origin = originOf(ceremony);
  const checkpoint: Checkpoint = { origin, size, root };
  const signatures: NoteSignature[] = [
    { name: origin, keyId: noteKeyId(logKey ?? ''), signature },
    ...cosigned.map((one) => ({
      name: cosignerName(ceremony, one.person),
      keyId: noteKeyId(approvalKeys.get(one.person) ?? ''),
      signature: one.signature,
    })),
  ];
  return noteOf({ text: checkpointText(checkpoint), signatures });
}

/**
 * Writes the manifest as a signed note.
 * @param ceremony - its id
 * @param manifest - text of MANIFEST.json
 * @param signed - the log key, and its signature over the manifest
 * @returns the content of MANIFEST.json.note
 */
export function manifestNote(
  ceremony: string,
  manifest: string,
  { logKey, signature }: { readonly logKey: string; readonly signature: string },
): string {
  return noteOf({ text: manifest, signatures: [{ name: originOf(ceremony), keyId: noteKeyId(logKey), signature }] });
}
