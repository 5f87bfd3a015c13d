import type { KeyToUpload } from '../byok/format.ts';
import { formatFor, type Destination } from '../byok/registry.ts';
import { keyFolder } from './layout.ts';
import type { UploadSheet } from './upload-content.ts';

/** A key of the sheet: what its destination is told of it, and until when it must be uploaded. */
export interface SheetKey extends KeyToUpload<Destination> {
  /** ISO 8601 with `Z`; null when none is known. */
  readonly deadline: string | null;
}

/** What the sheet is made of: nothing that log and plan do not tell, so that a verifier can make it again. */
export interface SheetFacts extends Omit<UploadSheet, 'keys'> {
  /** The carried keys, in the plan's order. */
  readonly keys: readonly SheetKey[];
}

/**
 * Makes the content of UPLOAD.md and of its printable page.
 * @param facts - see {@link SheetFacts}
 * @returns the sheet, each key with what its destination says of the upload
 */
export function sheetOf({ ceremony, title, mode, createdAt, notices, keys }: SheetFacts): UploadSheet {
  return { ceremony, title, mode, createdAt, notices, keys: keys.map(uploadKey) };
}

function uploadKey(key: SheetKey): UploadSheet['keys'][number] {
  const format = formatFor(key.destination);
  return {
    id: key.keyId,
    spec: key.spec,
    destination: format.title,
    after: key.after,
    deadline: key.deadline,
    section: format.upload(key, keyFolder(key.keyId)),
  };
}
