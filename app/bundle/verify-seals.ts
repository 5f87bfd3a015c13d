import { isApprovalKey, isSignedBy } from '../approval/signature.ts';
import { checkpointBytes, checkpointText, originOf } from '../audit/checkpoint.ts';
import { entryBytes } from '../audit/entry.ts';
import { leavesOver } from '../audit/log-tree.ts';
import { parseNote, signersOf, type NoteKey, type SignedNote } from '../audit/signed-note.ts';
import { checkTlogProof, parseTlogProof } from '../audit/tlog-proof.ts';
import { leafHash } from '../audit/tree.ts';
import { emptyTree, growTree, rootOf } from '../audit/growing-tree.ts';
import { bytesToHex, bytesToUtf8, equalBytes, hexToBytes, utf8ToBytes } from '../keys/bytes.ts';
import { encodePublicKeyPem } from '../keys/pem.ts';
import { refuse } from '../rules/refusal.ts';
import { checkpointPath, layout, manifestNoteFile, proofPath, publicKeyOf, sealFolders } from './layout.ts';
import { vouchingIndex } from './sealed-record.ts';
import type { ToldEntry } from './told-events.ts';
import { checkpointNote, sealsIn, type LoggedCheckpoint, type Seals } from './seals.ts';
import { fileOf, holds, requireEqual, type BundleRule, type Finding, type Readings } from './verification.ts';

/** `log` is the name of the key that signs the log. */
const personForm = /^(?!log$)[a-z0-9.-]{1,120}$/u;

/**
 * Whether the token signed how far the log had come: every checkpoint in the log, and one over the whole of it, each over the
 * tree of exactly those entries, by the one key of which the log tells, and each as a note in the bundle.
 * @throws Refused with BUNDLE-CHECKPOINTS-SIGNED
 */
export function checkCheckpoints({ files, manifest, entries }: Readings): Finding {
  const rule = 'BUNDLE-CHECKPOINTS-SIGNED';
  const { ceremony } = manifest;
  const seals = sealsIn(entries);
  const logKey = logKeyOf(seals, rule);
  const roots = rootsOf(entries);
  let before = 0;
  for (const { size, root, signature, at } of seals.checkpoints) {
    const isInOrder = size > before && size <= requestBefore(entries, at);
    if (!isInOrder || root !== roots[size]) {
      refuse(rule, `Entry ${at + 1}: the checkpoint over ${size} entries is not of this log.`);
    }
    if (!isSignedBy(logKey, checkpointBytes({ origin: originOf(ceremony), size, root }), signature)) {
      refuse(rule, `Entry ${at + 1}: the checkpoint over ${size} entries is not signed by the key of this log.`);
    }
    before = size;
  }
  const whole = wholeOf({ files, manifest, entries }, { size: entries.length, root: roots.at(-1) ?? '' }, seals);
  checkFiles({ files, manifest, entries }, [...seals.checkpoints, whole], seals, rule);
  return holds(`${seals.checkpoints.length + 1} checkpoints, the last over all ${entries.length} entries`);
}

/** The number of the request that an outcome answers: nothing later can have been signed. */
function requestBefore(entries: readonly ToldEntry[], at: number): number {
  return entries.slice(0, at).findLastIndex(({ event }) => event.type === 'effect-requested') + 1;
}

/** The checkpoint over the whole record is signed while the bundle is made: its signature is in its note alone. */
function wholeOf(
  { files, manifest: { ceremony } }: Readings,
  { size, root }: Pick<LoggedCheckpoint, 'size' | 'root'>,
  seals: Seals,
): Omit<LoggedCheckpoint, 'at'> {
  const rule = 'BUNDLE-CHECKPOINTS-SIGNED';
  const origin = originOf(ceremony);
  const path = checkpointPath(size);
  const note = noteIn(files, path, rule);
  if (note.text !== checkpointText({ origin, size, root })) refuse(rule, `${path} is not over the whole record.`);
  const [signature, ...others] = note.signatures;
  requireSigned(note, [{ name: origin, publicKey: logKeyOf(seals, rule) }], { path, rule });
  if (signature === undefined || others.length > 0) refuse(rule, `${path} has other signatures than that of the log.`);
  return { size, root, signature: signature.signature, cosigned: [] };
}

/** Exactly these notes and keys, to the byte. */
function checkFiles(
  { files, manifest: { ceremony } }: Readings,
  checkpoints: readonly Omit<LoggedCheckpoint, 'at'>[],
  seals: Seals,
  rule: BundleRule,
): void {
  const logKey = logKeyOf(seals, rule);
  const odd = [...seals.approvalKeys.keys()].find((person) => !personForm.test(person));
  if (odd !== undefined) refuse(rule, `"${odd}" is no id of a person that a file can be called by.`);
  const expected = new Map<string, string>([
    ...checkpoints.map((one) => [checkpointPath(one.size), checkpointNote(ceremony, one, seals)] as const),
    ...[['log', logKey] as const, ...seals.approvalKeys].map(
      ([name, spki]) => [publicKeyOf(name), encodePublicKeyPem(hexToBytes(spki))] as const,
    ),
  ]);
  const [notes, keys] = sealFolders;
  const found = [...files.keys()].filter((path) => path.startsWith(notes) || path.startsWith(keys));
  requireEqual(rule, 'files', found.toSorted(), [...expected.keys()].toSorted());
  for (const [path, text] of expected) {
    if (!equalBytes(fileOf(files, path), utf8ToBytes(text))) refuse(rule, `${path} is not what the log tells.`);
  }
}

/**
 * Whether everybody who approved cosigned the last checkpoint before, with the key of the roll call.
 * @throws Refused with BUNDLE-CHECKPOINTS-COSIGNED
 */
export function checkCosignatures({ manifest: { ceremony }, entries }: Readings): Finding {
  const rule = 'BUNDLE-CHECKPOINTS-COSIGNED';
  const { approvals, checkpoints, approvalKeys } = sealsIn(entries);
  for (const { entry, person, cosignature, checkpoint } of approvals) {
    const cosigned = checkpoint === null ? undefined : checkpoints[checkpoint];
    const key = approvalKeys.get(person);
    const isSound =
      cosigned === undefined
        ? cosignature === null
        : cosignature !== null &&
          key !== undefined &&
          isSignedBy(key, checkpointBytes({ origin: originOf(ceremony), ...cosigned }), cosignature);
    if (!isSound) refuse(rule, `Entry ${entry}: ${person} approved and did not cosign the last checkpoint.`);
  }
  const count = approvals.filter(({ checkpoint }) => checkpoint !== null).length;
  return holds(`${count} cosignatures under ${checkpoints.length} checkpoints`);
}

/**
 * Whether for each file that the record vouches for, and for nothing else, a proof shows that the entry which does is in the
 * tree of the last checkpoint.
 * @throws Refused with BUNDLE-PROOFS-HOLD
 */
export function checkProofs({ files, manifest, entries }: Readings): Finding {
  const rule = 'BUNDLE-PROOFS-HOLD';
  const vouched = manifest.files.map(({ path }) => path).filter((path) => !isSeal(path));
  const [, , proofs] = sealFolders;
  const found = [...files.keys()].filter((path) => path.startsWith(proofs));
  requireEqual(rule, 'files', found.toSorted(), vouched.map(proofPath).toSorted());
  const whole = bytesToUtf8(fileOf(files, checkpointPath(entries.length)));
  for (const path of vouched) {
    const proof = parseTlogProof(bytesToUtf8(fileOf(files, proofPath(path))) ?? '');
    const entry = entries[proof?.index ?? -1];
    const isOfFile = proof?.index === vouchingIndex(entries, path) && proof.checkpoint === whole;
    if (
      entry === undefined ||
      proof === null ||
      !isOfFile ||
      checkTlogProof(proof, leafHash(entryBytes(entry))) === null
    )
      refuse(rule, `${proofPath(path)} does not prove the entry that vouches for ${path}.`);
  }
  return holds(`${vouched.length} files`);
}

/**
 * Whether the manifest is signed, to the byte, by the key that signed the log.
 * @throws Refused with BUNDLE-SIGNED
 */
export function checkManifestNote({ files, manifest: { ceremony }, entries }: Readings): Finding {
  const rule = 'BUNDLE-SIGNED';
  const publicKey = logKeyOf(sealsIn(entries), rule);
  const note = noteIn(files, manifestNoteFile, rule);
  if (note.text !== bytesToUtf8(fileOf(files, layout.manifest))) {
    refuse(rule, `${manifestNoteFile} is over another text than ${layout.manifest}.`);
  }
  if (note.signatures.length !== 1) refuse(rule, `${manifestNoteFile} has other signatures than that of the log.`);
  requireSigned(note, [{ name: originOf(ceremony), publicKey }], { path: manifestNoteFile, rule });
  return holds(`by the log key of ${originOf(ceremony)}`);
}

function isSeal(path: string): boolean {
  return sealFolders.some((folder) => path.startsWith(folder));
}

function logKeyOf({ logKey }: Seals, rule: BundleRule): string {
  if (logKey === null || !isApprovalKey(logKey)) return refuse(rule, 'The log tells of no P-256 key that signs it.');
  return logKey;
}

function noteIn(files: Readings['files'], path: string, rule: BundleRule): SignedNote {
  return parseNote(bytesToUtf8(fileOf(files, path)) ?? '') ?? refuse(rule, `${path} is no signed note.`);
}

function requireSigned(
  note: SignedNote,
  keys: readonly NoteKey[],
  { path, rule }: { readonly path: string; readonly rule: BundleRule },
): void {
  const { by } = signersOf(note, keys);
  const missing = keys.find(({ name }) => !by.includes(name));
  if (missing !== undefined) refuse(rule, `${path} is not signed by ${missing.name}.`);
}

/** The root over the first so many entries, by their number. */
function rootsOf(entries: readonly ToldEntry[]): readonly string[] {
  let tree = emptyTree;
  return [
    bytesToHex(rootOf(tree)),
    ...leavesOver(entries).map((leaf) => {
      tree = growTree(tree, leaf);
      return bytesToHex(rootOf(tree));
    }),
  ];
}
