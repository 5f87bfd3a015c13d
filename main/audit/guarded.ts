import { refuse } from '../../app/rules/refusal.ts';
import { systemCode } from '../media/errors.ts';

/**
 * Runs work on the files of a log and turns what SQLite or the system reports into a refusal that keeps the raw code.
 * @param file - the file at hand
 * @param work - what is done
 * @throws Refused with LOG-ONE-WRITER, LOG-FORMAT-KNOWN, LOG-FILE-SOUND, LOG-DURABLE
 */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (/^SQLITE_(?:BUSY|LOCKED)/u.test(code)) refuse('LOG-ONE-WRITER', `${file} is open elsewhere.`, { code });
    if (code === 'SQLITE_NOTADB') refuse('LOG-FORMAT-KNOWN', `${file} is no Keyferry log.`, { code });
    if (code.startsWith('SQLITE_CORRUPT')) refuse('LOG-FILE-SOUND', `${file} is damaged.`, { code });
    return refuse('LOG-DURABLE', `${file} could not be read or written.`, { code });
  }
}
