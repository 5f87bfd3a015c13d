import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { canonicalBytes } from '../../app/audit/canonical-json.ts';
import { utcMoment } from '../../app/byok/names.ts';
import type { PlanApproval } from '../../app/contract/plan-calls.ts';
import { refuser } from '../../app/keys/refuser.ts';
import { parseStrictJson } from '../../app/keys/strict-json.ts';
import { refuse } from '../../app/rules/refusal.ts';
import { systemCode } from '../media/errors.ts';
import { syncFolder } from '../media/sync-folder.ts';
import { writeSynced } from '../media/write-synced.ts';

const printable = v.pipe(v.string(), v.regex(/^(?=\S)[^\p{Cc}\p{Cf}\p{Cs}]{1,60}(?<=\S)$/u));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** The record of one approval, `approved-plans/<plan>.json` in the profile. */
const recordSchema = v.strictObject({
  keyferryApproval: v.literal(1),
  plan: sha256,
  approver: printable,
  role: printable,
  time: utcMoment,
});

/** No record is longer; keeps a file that somebody else put there from being read whole. */
const maxBytes = 4096;

/**
 * Finds out whether a plan was approved on this workstation.
 * @param profile - the application's own folder
 * @param plan - SHA-256 of the plan, 64 lower-case hex digits
 * @returns by whom and when; null when it was not
 * @throws Refused with PLAN-APPROVAL-WHOLE when its record cannot be read, has been changed, or is another plan's
 */
export function approvalOf(profile: string, plan: string): PlanApproval | null {
  const path = pathOf(profile, plan);
  if (!existsSync(path)) return null;
  const unsound = refuser('PLAN-APPROVAL-WHOLE', `The record of the approval, ${path}`);
  const bytes = readRecord(path, unsound);
  const result = v.safeParse(recordSchema, parseStrictJson(bytes, unsound));
  if (!result.success) return unsound('it has not the members of an approval');
  const { plan: approved, approver, role, time } = result.output;
  if (approved !== plan) return unsound(`it approves another plan, ${approved}`);
  return { approver, role, time };
}

/**
 * Keeps an approval: readable by this user only, synced before anything is said of it.
 * @param profile - the application's own folder
 * @param plan - SHA-256 of the plan, 64 lower-case hex digits
 * @param approval - by whom, in which capacity, and when (ISO 8601 with Z)
 * @throws Refused with PLAN-APPROVER-NAMED, PLAN-APPROVED-ONCE, or PLAN-APPROVAL-WHOLE when it could not be kept
 */
export function keepApproval(profile: string, plan: string, approval: PlanApproval): void {
  const result = v.safeParse(recordSchema, { keyferryApproval: 1, plan, ...approval });
  if (!result.success) {
    refuse('PLAN-APPROVER-NAMED', `The approval names "${approval.approver}" as "${approval.role}".`);
  }
  const folder = folderOf(profile);
  const path = pathOf(profile, plan);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeSynced(path, canonicalBytes(result.output), 'owner');
    syncFolder(folder);
    syncFolder(profile);
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (code === 'EEXIST') refuse('PLAN-APPROVED-ONCE', `There is an approval of plan ${plan} already.`);
    refuse('PLAN-APPROVAL-WHOLE', `The record of the approval, ${path}, could not be written.`, { code });
  }
}

function folderOf(profile: string): string {
  return join(profile, 'approved-plans');
}

/** The hash becomes a name of a file: nothing else may. */
function pathOf(profile: string, plan: string): string {
  return join(folderOf(profile), `${v.parse(sha256, plan)}.json`);
}

function readRecord(path: string, unsound: (cause: string) => never): Uint8Array {
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > maxBytes) return unsound('it is no record of an approval');
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return unsound(`it cannot be read (${code})`);
  }
}
