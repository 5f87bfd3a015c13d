import { checkpointBytes, originOf } from '../../../app/audit/checkpoint.ts';
import { isSignedBy } from '../../../app/approval/signature.ts';
import { rootOver } from '../../../app/audit/log-tree.ts';
import type { OutcomeOf, RequestOf } from '../../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { refuse } from '../../../app/rules/refusal.ts';
import type { WorkPorts } from '../work-ports.ts';
import { unsignedFiles } from './copies.ts';

/**
 * Has the token make the key that signs the log of this ceremony; one that a lost process made before is taken.
 * @throws Refused with a LOG-KEY rule
 */
export async function makeLogKey({ hsm }: WorkPorts, { ceremony }: CeremonyState): Promise<OutcomeOf<'make-log-key'>> {
  const { publicKey, attributes } = await hsm.makeLogKey({ ceremony });
  return { kind: 'make-log-key', publicKey, attributes: attributes.map((attribute) => ({ ...attribute })) };
}

/**
 * Has the token sign how far the log has come, and keep it where it can.
 * @throws Refused with a LOG-KEY or LOG-HEAD rule
 */
export async function signCheckpoint(
  ports: WorkPorts,
  { ceremony }: CeremonyState,
): Promise<OutcomeOf<'sign-checkpoint'>> {
  const { hsm, head } = ports;
  // The request is the last entry now; while the token is asked, people may enter a line in the register behind it.
  const { size, root } = head();
  // Before it is signed: the token must not vouch for another log than the one it was told of.
  await checkKeptHead(ports, { ceremony });
  const message = checkpointBytes({ origin: originOf(ceremony), size, root });
  const signature = await hsm.signWithLogKey({ ceremony, message });
  const { kept } = await hsm.keepHead({ ceremony, head: { size, root } });
  return { kind: 'sign-checkpoint', size, root, signature, kept };
}

/**
 * Has the token sign the record that the bundle will hold, and its manifest. What is written later follows from the log and
 * these signatures alone, so that every copy is the same bytes.
 * @throws Refused with a LOG-KEY rule, or WRAPPED-KEY-KEPT-INTACT
 */
export async function signBundle(
  ports: WorkPorts,
  request: RequestOf<'sign-bundle'>,
  state: CeremonyState,
): Promise<OutcomeOf<'sign-bundle'>> {
  const { ceremony } = state;
  await checkKeptHead(ports, state);
  const root = rootOver(ports.entries().slice(0, request.logSize));
  const record = checkpointBytes({ origin: originOf(ceremony), size: request.logSize, root });
  const checkpoint = await ports.hsm.signWithLogKey({ ceremony, message: record });
  const files = unsignedFiles(ports, { ...request, checkpoint }, state);
  // Another key under the same name in the token would sign too.
  const isOurs = state.logKey !== null && isSignedBy(state.logKey, record, checkpoint);
  if (!isOurs) refuse('LOG-KEY-SIGNS', 'The token signed the record with another key than the log tells of.');
  const manifest = files.find(({ path }) => path === layout.manifest)?.bytes;
  if (manifest === undefined) throw new Error('A bundle has a manifest');
  const signature = await ports.hsm.signWithLogKey({ ceremony, message: manifest });
  if (!isSignedBy(state.logKey, manifest, signature)) {
    refuse('LOG-KEY-SIGNS', 'The token signed the manifest with another key than the log tells of.');
  }
  return { kind: 'sign-bundle', checkpoint, manifest: signature, manifestSha256: sha256Hex(manifest) };
}

/**
 * Destroys the key that signed the log, and what the token keeps of the log: nobody signs it any more.
 * @throws Refused with LOG-KEY-DESTROYED or LOG-HEAD-DROPPED
 */
export async function destroyLogKey(
  { hsm }: WorkPorts,
  { ceremony }: CeremonyState,
): Promise<OutcomeOf<'destroy-log-key'>> {
  await hsm.dropHead({ ceremony });
  return { kind: 'destroy-log-key', destroyed: await hsm.destroyLogKey({ ceremony }) };
}

/**
 * Holds the log against what the token keeps of it: whoever puts back an older log cannot put back an older token.
 * @throws Refused with LOG-HEAD-IN-TOKEN when the log is shorter, or was another one
 */
export async function checkKeptHead(
  { hsm, entries }: WorkPorts,
  { ceremony }: Pick<CeremonyState, 'ceremony'>,
): Promise<void> {
  const kept = await hsm.readHead({ ceremony });
  if (kept === null) return;
  const log = entries();
  if (log.length >= kept.size && rootOver(log.slice(0, kept.size)) === kept.root) return;
  await hsm.close();
  refuse(
    'LOG-HEAD-IN-TOKEN',
    log.length < kept.size
      ? `The log has ${log.length} entries; the token was told of ${kept.size}.`
      : `The first ${kept.size} entries of the log are not those that the token was told of.`,
  );
}
