import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes } from '../keys/bytes.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { parseNote, type SignedNote } from './signed-note.ts';
import { verifyInclusion } from './tree.ts';

/** That something stands in a log, for whoever has neither the log nor a network (C2SP tlog-proof.md). */
export interface TlogProof {
  /** Of the entry, from 0. */
  readonly index: number;
  /** From the sibling of the leaf up, 32 bytes each in lower-case hex. */
  readonly hashes: readonly string[];
  /** The signed checkpoint, as its file holds it. */
  readonly checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';
const indexForm = /^index (0|[1-9]\d{0,15})$/u;
/** The path in a tree of more leaves than a number can count. */
const mostHashes = 64;

/**
 * Writes a proof.
 * @param proof - see {@link TlogProof}
 * @returns the content of a `.tlog-proof` file
 */
export function tlogProofText({ index, hashes, checkpoint }: TlogProof): string {
  const lines = hashes.map((hash) => bytesToBase64(hexToBytes(hash)));
  return [firstLine, `index ${index}`, ...lines, '', checkpoint].join('\n');
}

/**
 * Reads a proof; nothing of it is checked yet.
 * @param text - content of the file
 * @returns null when it is none, or carries extra data, which nothing would vouch for
 */
export function parseTlogProof(text: string): TlogProof | null {
  const end = text.indexOf('\n\n');
  const [first, second = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  const index = Number(indexForm.exec(second)?.[1] ?? Number.NaN);
  const hashes = lines.map(base64ToBytes);
  const areHashes = hashes.length <= mostHashes && hashes.every((hash) => hash?.length === 32);
  if (first !== firstLine || !Number.isSafeInteger(index) || !areHashes) return null;
  return {
    index,
    hashes: hashes.filter((hash) => hash !== null).map(bytesToHex),
    checkpoint: text.slice(end + 2),
  };
}

/**
 * Checks that an entry is at the place that the proof says, in the tree of its checkpoint. Who signed that checkpoint is
 * another question (`signersOf`).
 * @param proof - see {@link parseTlogProof}
 * @param leaf - RFC 6962 hash of the entry, 32 bytes
 * @returns the checkpoint and its note; null when the entry is not there
 */
export function checkTlogProof(
  proof: TlogProof,
  leaf: Uint8Array,
): { readonly note: SignedNote; readonly checkpoint: Checkpoint } | null {
  const note = parseNote(proof.checkpoint);
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  if (note === null || checkpoint === null) return null;
  const tree = { size: checkpoint.size, root: hexToBytes(checkpoint.root) };
  const isIn = verifyInclusion({ index: proof.index, hash: leaf }, tree, proof.hashes.map(hexToBytes));
  return isIn ? { note, checkpoint } : null;
}
