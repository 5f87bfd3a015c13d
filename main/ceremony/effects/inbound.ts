import type { Notice, RoomTime } from '../../../app/byok/format.ts';
import { checkKekRegister } from '../../../app/byok/kek-register.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import type { KekRecord, OutcomeOf, RequestOf } from '../../../app/ceremony/effects.ts';
import { refusesPlanNow, type PlannedKey } from '../../../app/ceremony/plan.ts';
import { checkWay } from '../../../app/ceremony/proven-ways.ts';
import { carriedKeys, type CeremonyState } from '../../../app/ceremony/state.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { Refused, concerning, refuse } from '../../../app/rules/refusal.ts';
import { readInboundFolder, type InboundKeyFolder, type InboundMediaFile } from '../../media/inbound.ts';
import type { WorkPorts } from '../work-ports.ts';

/**
 * Reads the wrapping key of every key that is carried from the inbound media.
 * @param request - the folder
 * @returns one record per key, in the plan's order
 * @throws Refused with the rule of the first key that does not stand, naming it; nothing is half accepted
 */
export async function readInbound(
  ports: WorkPorts,
  request: RequestOf<'read-inbound'>,
  state: CeremonyState,
): Promise<OutcomeOf<'read-inbound'>> {
  const { plan, probe } = state;
  const keys = carriedKeys(state);
  const nowIso = ports.now().toISOString();
  const against = refusesPlanNow({ keys }, nowIso);
  if (against !== null) throw new Refused(against);
  const folders = await readInboundFolder(
    request.folder,
    keys.map(({ id }) => id),
  );
  const room = { nowIso, uploadMarginHours: plan.uploadMarginHours };
  const read: { readonly key: PlannedKey; readonly kek: KekRecord }[] = [];
  for (const key of keys) {
    const found = folders.get(key.id) ?? { files: [], archives: [] };
    const kek = await namingKey(key, () => readKek(key, found, room));
    await concerning(key.id, () => checkWay(key, kek, probe?.proofs ?? []));
    read.push({ key, kek });
  }
  checkKekRegister(read.map(({ key, kek }) => ({ ...kek, destination: key.destination })));
  return { kind: 'read-inbound', keks: read.map(({ kek }) => kek) };
}

/** The folders of several keys may hold files of one name: the cause says whose file it is. */
async function namingKey<T>({ id, destination }: PlannedKey, read: () => T): Promise<T> {
  try {
    return await concerning(id, read);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { refusal } = error;
    throw new Refused({ ...refusal, cause: `${id} (${formatFor(destination).title}): ${refusal.cause}` });
  }
}

function readKek(key: PlannedKey, { files, archives }: InboundKeyFolder, room: RoomTime): KekRecord {
  const format = formatFor(key.destination);
  const [archive] = archives;
  if (archive !== undefined && !format.takesZip) {
    refuse('INBOUND-FILES-RECOGNISED', `${archive.name} is a zip, which ${format.title} does not hand out.`);
  }
  const { kek, carried, recognised, notices } = format.readInbound(files, key.destination, room);
  return {
    key: key.id,
    spki: bytesToHex(kek.spki),
    spkiSha256: sha256Hex(kek.spki),
    bits: kek.bits,
    id: kek.id,
    deadline: kek.deadline,
    option: kek.option,
    importToken: carried.importToken === null ? null : bytesToHex(carried.importToken),
    nonce: carried.nonce === null ? null : bytesToHex(carried.nonce),
    files: [
      ...recognised.map(({ file, as }) => ({ ...hashOf(files, file), as })),
      ...archives.map(({ name }) => ({ ...hashOf(archives, name), as: 'console archive, unpacked' })),
    ],
    notices: notices.map(({ rule, text }: Notice) => ({ rule, text: `${key.id}: ${text}` })),
  };
}

/** A file as it was hashed when it was read. */
function hashOf(files: readonly InboundMediaFile[], wanted: string): { name: string; sha256: string; bytes: number } {
  const file = files.find(({ name }) => name === wanted);
  if (file === undefined) throw new Error(`${wanted} was recognised, but not read`);
  return { name: file.name, sha256: file.sha256, bytes: file.size };
}
