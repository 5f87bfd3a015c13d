import { refuse } from '../../rules/refusal.ts';

// The console's files. Today's zip is `Import_Parameters_<key id>_<time>.zip` with WrappingPublicKey.bin, ImportToken.bin
// and README.txt (AWS KMS Developer Guide, "Download the wrapping public key and import token"). The older one was
// ImportParameters.zip with wrappingKey_<key id>_<time>, importToken_<key id>_<time> and a README; Utimaco's guide to AWS
// BYOK shows the names without the time. The text of the README is published nowhere: nothing is read from it.

/** How files name the call they came from. */
interface Call {
  /** The zip, when it came in one. */
  readonly archive: string;
  /** Older names: key id and time, as they stand; empty for today's, which tell nothing; null for somebody's own name. */
  readonly stamp: string | null;
}

/** Whether a file is called like an import token, which nothing in it tells. */
export function isTokenName(file: string): boolean {
  return /^importToken(?:\.bin|_.+)$/i.test(basename(file));
}

/**
 * Reads what a name tells of the call.
 * @param file - perhaps with the zip in front
 */
export function callOf(file: string): Call {
  const [, older] = /^(?:wrappingKey|importToken)_(.+?)(?:\.bin)?$/i.exec(basename(file)) ?? [];
  const isToday = /^(?:WrappingPublicKey|ImportToken)\.bin$/i.test(basename(file));
  return { archive: archiveOf(file), stamp: older ?? (isToday ? '' : null) };
}

/** Whether two files may be of one call, as far as their names tell. */
export function isOneCall(one: Call, other: Call): boolean {
  const isSameStamp = one.stamp === null || other.stamp === null || one.stamp === other.stamp;
  return one.archive === other.archive && isSameStamp;
}

/** A key id as AWS makes it: a UUID, or `mrk-` and 32 hex digits for a multi-Region key (DescribeKey, KeyId). */
const madeByAws = /(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[0-9a-z]*/gi;

/**
 * Requires that names which carry a key id carry the planned one. People rename zips and files, so that a name without
 * an id says nothing, and contradicts nothing.
 * @param file - perhaps with the zip in front
 * @param id - the key id, not the ARN
 * @throws Refused with INBOUND-FOR-PLANNED-KEY
 */
export function requirePlannedKey(file: string, id: string): void {
  const named = file.match(madeByAws) ?? [];
  if (named.every((other) => other.toLowerCase() === id.toLowerCase())) return;
  refuse('INBOUND-FOR-PLANNED-KEY', `By its name, ${file} is for another key than "${id}".`);
}

function basename(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Empty for a loose file. */
function archiveOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}
