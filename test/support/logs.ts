import { dirname, join } from 'node:path';
import type { Side } from '../../app/audit/two-copies.ts';
import type { LogPlaces } from '../../main/audit/places.ts';
import type { Reopening } from '../../main/audit/repair.ts';
import { createLog, openLog, type AuditLog } from '../../main/audit/store.ts';

/** A log of a test with its copy in a folder beside it. */
export function placesBeside(file: string): LogPlaces {
  return { file, copy: join(dirname(file), 'copies', 'log.copy') };
}

/** Tells of a repair as the application does, at a time of its own. */
export const tellOfRepair: Reopening['tell'] = (repair) => ({
  time: '2026-11-23T15:00:00.000Z',
  actor: 'keyferry',
  event: { type: 'log-repaired', ...repair },
});

export function newLog(file: string): AuditLog {
  return createLog(placesBeside(file));
}

export function reopenLog(file: string, chosen: Side | null = null): AuditLog {
  return openLog(placesBeside(file), { tell: tellOfRepair, chosen });
}
