import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { headMarkOf } from './head-mark.ts';
import { copyMediumOf } from './site-binding.ts';

/** Where a log and its second copy lie. */
export interface LogPlaces {
  /** The log itself, `log.sqlite` in the folder of its ceremony. */
  readonly file: string;
  /** The copy, in another folder, or on another medium. */
  readonly copy: string;
}

/** The folder of this profile under which each ceremony has its own. */
export function shelfOf(profile: string): string {
  return join(profile, 'ceremonies');
}

/**
 * Where the log of a ceremony lies, and its copy: on the medium that the site binding names, else elsewhere in the profile.
 * @param folder - the ceremony's folder on the shelf
 */
export function placesOf(folder: string): LogPlaces {
  const medium = copyMediumOf(folder) ?? dirname(dirname(folder));
  return { file: join(folder, 'log.sqlite'), copy: join(medium, 'log-copies', `${basename(folder)}.copy`) };
}

/** Whose log lies there: a ceremony's folder is called by its id. */
export function ceremonyAt({ file }: LogPlaces): string {
  return basename(dirname(file));
}

/** Whether a ceremony was begun there, whatever became of its log since: the mark tells of one that is gone. */
export function isThere({ file, copy }: LogPlaces): boolean {
  return [file, copy, headMarkOf(file)].some((path) => existsSync(path));
}
