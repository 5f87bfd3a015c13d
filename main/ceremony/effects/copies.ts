import { bundleFiles, type BundleFile } from '../../../app/ceremony/bundle-files.ts';
import type { OutcomeOf, RequestOf } from '../../../app/ceremony/effects.ts';
import { carriedKeys, type CeremonyState } from '../../../app/ceremony/state.ts';
import { bundleName, layout, manifestNoteFile } from '../../../app/bundle/layout.ts';
import { manifestNote } from '../../../app/bundle/seals.ts';
import type { WrappedParts } from '../../../app/byok/format.ts';
import { utf8ToBytes } from '../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { Refused, refuse, type Refusal } from '../../../app/rules/refusal.ts';
import { bundleState, removeBundle, writeBundle, type ExpectedFile } from '../../media/outbound.ts';
import type { WorkPorts } from '../work-ports.ts';
import { checkNotEnded, describeParts } from './wrapping.ts';

/**
 * Writes one copy of the bundle and reads it back.
 * @throws Refused with IMPORT-TOKEN-IN-FORCE, WRAPPED-KEY-KEPT-INTACT, COPY-AS-SIGNED, or the MEDIA rule that stands against it; nothing is left behind then
 */
export async function writeCopy(
  ports: WorkPorts,
  request: RequestOf<'write-copy'>,
  state: CeremonyState,
): Promise<OutcomeOf<'write-copy'>> {
  // Of a second copy the bytes stand already; it is as late as the first.
  if (state.copies.length === 0)
    for (const { id } of carriedKeys(state)) checkNotEnded(state.keks.get(id), ports.now());
  const written = writeBundle(request.folder, bundleName(state.ceremony), filesOf(ports, state));
  return outcomeOf(request, written);
}

/**
 * After an interruption: the bundle on the medium is whole and equal, or what there is of it is taken off again.
 * @throws Refused with EFFECT-SETTLED-BY-LOOKING when the copy was not finished
 */
export async function settleCopy(
  ports: WorkPorts,
  request: RequestOf<'write-copy'>,
  state: CeremonyState,
): Promise<OutcomeOf<'write-copy'>> {
  const name = bundleName(state.ceremony);
  const expected = filesOf(ports, state).map(({ path, bytes }) => ({
    path,
    sha256: sha256Hex(bytes),
    bytes: bytes.length,
  }));
  const found = bundleState(request.folder, name, expected);
  if (found.state === 'equal') return outcomeOf(request, expected);
  const differing =
    found.state === 'absent' ? 'nothing of it is there' : `missing or different: ${found.differences.join(', ')}`;
  const left = removeBundle(request.folder, name, expected.map((file) => file.path)); // prettier-ignore
  const rest =
    left.length === 0
      ? 'What there was of it was taken off again.'
      : `These files are not ours and stayed: ${left.join(', ')}.`;
  return refuse(
    'EFFECT-SETTLED-BY-LOOKING',
    `Copy ${request.copy} in ${request.folder} was not finished (${differing}). ${rest}`,
  );
}

/**
 * Takes every copy off its medium again: those that are written, and one that was requested and cut off. One that cannot
 * be taken off does not keep the others there.
 * @returns why some could not be taken off; empty when none is left
 */
export function removeCopies(ports: WorkPorts, state: CeremonyState): readonly Refusal[] {
  const name = bundleName(state.ceremony);
  const request = state.inFlight?.request;
  const cutOff = request?.kind === 'write-copy' ? request : null;
  return [
    ...state.copies.flatMap(({ folder, files }) => refusalsOf(() => removeBundle(folder, name, pathsOf(files)))),
    ...(cutOff === null ? [] : refusalsOf(() => removeBundle(cutOff.folder, name, pathsOf(filesOf(ports, state))))),
  ];
}

const pathsOf = (files: readonly { readonly path: string }[]): string[] => files.map(({ path }) => path);

function refusalsOf(attempt: () => unknown): readonly Refusal[] {
  try {
    attempt();
    return [];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [error.refusal];
  }
}

/** The bytes of the bundle: they depend on the log and the kept wrapped keys alone, so they can be made again. */
function filesOf(ports: WorkPorts, state: CeremonyState): readonly BundleFile[] {
  const { bundle, ceremony, logKey } = state;
  const signed = bundle?.signed ?? null;
  if (bundle === null || signed === null || logKey === null) throw new Error('A bundle is written after it was signed');
  const { checkpoint, manifest: signature, manifestSha256 } = signed;
  const files = unsignedFiles(ports, { ...bundle, checkpoint }, state);
  const manifest = files.find(({ path }) => path === layout.manifest)?.bytes ?? new Uint8Array();
  if (sha256Hex(manifest) !== manifestSha256) {
    refuse('COPY-AS-SIGNED', 'Made again, the bundle has another manifest than the one that the token signed.');
  }
  const note = manifestNote(ceremony, new TextDecoder().decode(manifest), { logKey, signature });
  return [...files, { path: manifestNoteFile, bytes: utf8ToBytes(note) }];
}

/** When a bundle was made, of how much of the log, and the signature over that. */
interface Stamp {
  readonly createdAt: string;
  readonly logSize: number;
  /** DER in hex. */
  readonly checkpoint: string;
}

/** The files of a bundle, its manifest the last, before the manifest is signed. */
export function unsignedFiles(ports: WorkPorts, stamp: Stamp, state: CeremonyState): readonly BundleFile[] {
  const wrapped = new Map(carriedKeys(state).map((key) => [key.id, keptParts(ports, state, key.id)]));
  return bundleFiles({
    state,
    checkpoint: stamp.checkpoint,
    verifier: ports.verifier(),
    wrapped,
    record: ports.entries().slice(0, stamp.logSize),
    createdAt: stamp.createdAt,
    generator: `${ports.application.name} ${ports.application.version}`,
  });
}

function keptParts({ workspace }: WorkPorts, state: CeremonyState, key: string): WrappedParts {
  const parts = workspace.parts(key);
  const logged = state.wrapped.get(key)?.parts;
  if (parts === null || logged === undefined) {
    return refuse('WRAPPED-KEY-KEPT-INTACT', `The wrapped key ${key} is missing from this workstation.`, { key });
  }
  const kept = describeParts(parts);
  const isSame = kept.length === logged.length && kept.every(({ sha256 }, index) => logged[index]?.sha256 === sha256);
  if (isSame) return parts;
  return refuse('WRAPPED-KEY-KEPT-INTACT', `The wrapped key ${key} differs from the hash in the log.`, { key });
}

function outcomeOf(request: RequestOf<'write-copy'>, files: readonly ExpectedFile[]): OutcomeOf<'write-copy'> {
  return {
    kind: 'write-copy',
    copy: request.copy,
    folder: request.folder,
    manifestSha256: files.find((file) => file.path === layout.manifest)?.sha256 ?? '',
    files: files.map((file) => ({ ...file })),
  };
}
