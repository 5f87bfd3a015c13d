/** Every name in a bundle; paths are relative to its top and use `/`. */
export const layout = {
  manifest: 'MANIFEST.json',
  upload: 'UPLOAD.md',
  plan: 'record/plan.json',
  log: 'record/log.jsonl',
  transcript: 'record/transcript.txt',
  /** What the log tells, for programs: made from the log alone. */
  report: 'record/report.json',
  /** UPLOAD.md once more, to be printed. */
  uploadPage: 'record/upload.html',
} as const;

/** A verifier in another language, for whoever has not this application. It is no evidence: it comes from the release. */
export const verifierFile = 'record/verify.py';

/** The manifest once more, as a note that the log key signed. */
export const manifestNoteFile = 'MANIFEST.json.note';

/** The folders of what seals a record. */
export const sealFolders = ['record/checkpoints/', 'record/keys/', 'record/proofs/'] as const;

/**
 * Where a checkpoint lies.
 * @param size - how many entries it is over
 */
export function checkpointPath(size: number): string {
  return `record/checkpoints/${String(size).padStart(6, '0')}.note`;
}

/**
 * Where the public key lies of the log, or of a person.
 * @param name - `log`, or the person's id
 */
export function publicKeyOf(name: string): string {
  return `record/keys/${name}.pem`;
}

/**
 * Where the proof for a file lies.
 * @param path - of the file, from the top of the bundle
 */
export function proofPath(path: string): string {
  return `record/proofs/${path}.tlog-proof`;
}

/**
 * The name of a bundle's folder. A rehearsal carries its mark in the ceremony id.
 * @param ceremony - the ceremony id
 */
export function bundleName(ceremony: string): string {
  return `keyferry-${ceremony}`;
}

/**
 * The folder of a key in the bundle, without a trailing `/`.
 * @param keyId - the id of the key in the plan
 */
export function keyFolder(keyId: string): string {
  return `keys/${keyId}`;
}

/**
 * Where the public key of an asymmetric key lies.
 * @param keyId - the id of the key in the plan
 */
export function publicKeyPath(keyId: string): string {
  return `${keyFolder(keyId)}/public-key.pem`;
}

/**
 * Whether a path is one that a bundle may use on every file system: relative, `/` between parts, each part of ASCII
 * letters, digits, `.`, `_`, `-` and spaces, beginning with none of `.` and space, at most 255 bytes long: what file
 * systems of removable media take, so that a name of a cloud may be as long as the cloud allows.
 * @param path - the path
 */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,254}$/u.test(part));
}
