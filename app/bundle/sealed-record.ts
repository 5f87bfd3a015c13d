import * as v from 'valibot';
import type { Entry } from '../audit/entry.ts';
import { leavesOver } from '../audit/log-tree.ts';
import { tlogProofText } from '../audit/tlog-proof.ts';
import { inclusionProof, treeRoot } from '../audit/tree.ts';
import { bytesToHex, hexToBytes } from '../keys/bytes.ts';
import { encodePublicKeyPem } from '../keys/pem.ts';
import { checkpointPath, layout, proofPath, publicKeyOf } from './layout.ts';
import { checkpointNote, sealsIn } from './seals.ts';

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
 */
export function sealedRecord({ ceremony, entries, signature, paths }: RecordParts): readonly RecordFile[] {
  const seals = sealsIn(entries);
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
      const index = vouchingIndex(entries, path);
      const hashes = inclusionProof(index, leaves).map(bytesToHex);
      return { path: proofPath(path), text: tlogProofText({ index, hashes, checkpoint: note }) };
    }),
  ];
}

const outcomeSchema = v.object({
  type: v.literal('effect-completed'),
  outcome: v.object({ kind: v.string(), key: v.optional(v.string()) }),
});

/**
 * The entry that vouches for a file: the one that holds its hash, or all that it is made of.
 * @param entries - the log in the record, at least one
 * @param path - of the file in the bundle
 * @returns its index, from 0; of the last entry for whatever is made from the whole log
 */
export function vouchingIndex(entries: readonly Entry[], path: string): number {
  const last = entries.length - 1;
  if (path === layout.plan) return 0;
  const [folder, key, name] = path.split('/');
  if (folder !== 'keys' || key === undefined) return last;
  const found =
    name === 'ImportToken.bin'
      ? lastOutcome(entries, ['read-inbound'], undefined)
      : lastOutcome(entries, name === 'public-key.pem' ? ['make-key', 'find-key'] : ['wrap-key'], key);
  return found < 0 ? last : found;
}

function lastOutcome(entries: readonly Entry[], kinds: readonly string[], key: string | undefined): number {
  return entries.findLastIndex(
    ({ event }) => v.is(outcomeSchema, event) && kinds.includes(event.outcome.kind) && event.outcome.key === key,
  );
}
