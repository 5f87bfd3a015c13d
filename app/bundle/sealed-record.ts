import type { Entry } from '../audit/entry.ts';
import { leavesOver } from '../audit/log-tree.ts';
import { tlogProofText } from '../audit/tlog-proof.ts';
import { inclusionProof, treeRoot } from '../audit/tree.ts';
import { bytesToHex, hexToBytes } from '../keys/bytes.ts';
import { encodePublicKeyPem } from '../keys/pem.ts';
import { checkpointPath, layout, proofPath, publicKeyOf } from './layout.ts';
import { checkpointNote, sealsIn } from './seals.ts';
import { toldIn, type ToldEntry } from './told-events.ts';
import type { ToldOutcome } from './told-work.ts';

/** A file of the record, as text. */
export interface RecordFile {
  readonly path: string;
  readonly text: string;
}

/** What a sealed record is made of. The same parts give the same bytes. */
export interface RecordParts {
  /** Id of the ceremony. */
  readonly ceremony: string;
  /** The log entries in the record. */
  readonly entries: readonly Entry[];
  /** By the log key over the checkpoint of all of them: DER in hex. */
  readonly signature: string;
  /** Paths of the files that the record vouches for. */
  readonly paths: readonly string[];
}

/**
 * Makes the files that let a stranger check a record: the keys, the checkpoints as signed notes, and for each file a proof
 * that the entry which vouches for it is in the log.
 * @param parts - see {@link RecordParts}
 * @returns no files where the log tells of no key that signs it
 * @throws Refused with BUNDLE-EVENTS-IN-FORM for entries that are none of a ceremony
 */
export function sealedRecord({ ceremony, entries, signature, paths }: RecordParts): readonly RecordFile[] {
  const told = toldIn(entries);
  const seals = sealsIn(told);
  if (seals.logKey === null) return [];
  const leaves = leavesOver(entries);
  const whole = { size: entries.length, root: bytesToHex(treeRoot(leaves)), signature, cosigned: [] };
  const checkpoints = [...seals.checkpoints, whole];
  const note = checkpointNote(ceremony, whole, seals);
  return [
    ...[['log', seals.logKey] as const, ...seals.approvalKeys].map(([name, spki]) => ({
      path: publicKeyOf(name),
      text: encodePublicKeyPem(hexToBytes(spki)),
    })),
    ...checkpoints.map((one) => ({ path: checkpointPath(one.size), text: checkpointNote(ceremony, one, seals) })),
    ...paths.map((path) => {
      const index = vouchingIndex(told, path);
      const hashes = inclusionProof(index, leaves).map(bytesToHex);
      return { path: proofPath(path), text: tlogProofText({ index, hashes, checkpoint: note }) };
    }),
  ];
}

/**
 * The entry that vouches for a file: the one that holds its hash, or all that it is made of.
 * @param entries - the log in the record, at least one
 * @param path - of the file in the bundle
 * @returns its index, from 0; of the last entry for whatever is made from the whole log
 */
export function vouchingIndex(entries: readonly ToldEntry[], path: string): number {
  const last = entries.length - 1;
  if (path === layout.plan) return 0;
  const [folder, key, name] = path.split('/');
  if (folder !== 'keys' || key === undefined) return last;
  const found = entries.findLastIndex(
    ({ event }) => event.type === 'effect-completed' && vouches(event.outcome, key, name),
  );
  return found < 0 ? last : found;
}

/** Whether that work gave the file of this name in the folder of a key. */
function vouches(outcome: ToldOutcome, key: string, name: string | undefined): boolean {
  switch (outcome.kind) {
    case 'read-inbound':
      return name === 'ImportToken.bin';
    case 'make-key':
    case 'find-key':
      return name === 'public-key.pem' && outcome.key === key;
    case 'wrap-key':
      return name !== 'ImportToken.bin' && name !== 'public-key.pem' && outcome.key === key;
    default:
      return false;
  }
}
