import { Refused, refuse } from '../../app/rules/refusal.ts';
import type { RuleId } from '../../app/rules/index.ts';

/** Which rule a system error breaks while the media is written; anything not named here is MEDIA-WORKS. */
const writeRules: Readonly<Record<string, RuleId>> = {
  ENOSPC: 'MEDIA-HAS-ROOM',
  EDQUOT: 'MEDIA-HAS-ROOM',
  EFBIG: 'MEDIA-HAS-ROOM',
  EROFS: 'MEDIA-WRITABLE',
  EACCES: 'MEDIA-WRITABLE',
  EPERM: 'MEDIA-WRITABLE',
  EEXIST: 'MEDIA-NOTHING-OVERWRITTEN',
  ENOENT: 'MEDIA-PRESENT',
  ENOTDIR: 'MEDIA-PRESENT',
};

/**
 * The code of a system error.
 * @returns for example `ENOSPC`; null when the error is none of the system's
 */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/**
 * Turns what went wrong while writing into a refusal; a refusal and a programming error pass through.
 * @param error - what was thrown
 * @param path - the file or folder at hand
 * @param aftermath - what became of what had been written, one sentence
 * @throws Refused with a MEDIA rule and the raw code
 */
export function refuseWrite(error: unknown, path: string, aftermath: string): never {
  if (error instanceof Refused) {
    const { rule, cause, remedy, code } = error.refusal;
    refuse(rule, `${cause} ${aftermath}`, code === undefined ? { remedy } : { remedy, code });
  }
  const code = systemCode(error);
  if (code === null) throw error;
  return refuse(writeRules[code] ?? 'MEDIA-WORKS', `${path} could not be written. ${aftermath}`, { code });
}

/**
 * Runs a reading of inbound media and turns a system error into INBOUND-READABLE.
 * @param path - the file or folder at hand
 * @param read - the reading
 * @throws Refused with INBOUND-READABLE, or whatever `read` refuses
 */
export function readingInbound<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return refuse('INBOUND-READABLE', `${path} could not be read.`, { code });
  }
}
