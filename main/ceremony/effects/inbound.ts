import type { Notice, RoomTime } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import type { KekRecord, OutcomeOf, RequestOf } from '../../../app/ceremony/effects.ts';
import { checkKekReuse } from '../../../app/ceremony/kek-register.ts';
import type { PlannedKey } from '../../../app/ceremony/plan.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { bytesToHex } from '../../../app/keys/bytes.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { readInboundFolder, type InboundMediaFile } from '../../media/inbound.ts';
import type { WorkPorts } from '../work-ports.ts';

/**
 * Reads the wrapping key of every planned key from the inbound media.
 * @param request - the folder
 * @returns one record per key, in the plan's order
 * @throws Refused with the rule of the first key that does not stand; nothing is half accepted
 */
export async function readInbound(
  ports: WorkPorts,
  request: RequestOf<'read-inbound'>,
  { plan }: CeremonyState,
): Promise<OutcomeOf<'read-inbound'>> {
  const folders = readInboundFolder(
    request.folder,
    plan.keys.map((key) => key.id),
  );
  const room = { nowIso: ports.now().toISOString(), uploadMarginHours: plan.uploadMarginHours };
  const keks = plan.keys.map((key) => readKek(key, folders.get(key.id) ?? [], room));
  checkKekReuse(plan, keks);
  return { kind: 'read-inbound', keks };
}

function readKek(key: PlannedKey, files: readonly InboundMediaFile[], room: RoomTime): KekRecord {
  const { kek, recognised, notices } = formatFor(key.destination).readInbound(files, key.destination, room);
  return {
    key: key.id,
    spki: bytesToHex(kek.spki),
    spkiSha256: sha256Hex(kek.spki),
    bits: kek.bits,
    id: kek.id,
    deadline: kek.deadline,
    files: recognised.map(({ file, as }) => ({ ...hashOf(files, file), as })),
    notices: notices.map(({ rule, text }: Notice) => ({ rule, text: `${key.id}: ${text}` })),
  };
}

/** A file as it was hashed when it was read. */
function hashOf(files: readonly InboundMediaFile[], wanted: string): { name: string; sha256: string; bytes: number } {
  const file = files.find(({ name }) => name === wanted);
  if (file === undefined) throw new Error(`${wanted} was recognised, but not read`);
  return { name: file.name, sha256: file.sha256, bytes: file.size };
}
