import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes, utf8ToBytes } from '../keys/bytes.ts';

/** How far a log had come: what is signed of it, read aloud and written on paper (C2SP tlog-checkpoint.md). */
export interface Checkpoint {
  /** Which log it is of: one line without spaces. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** RFC 6962 root over them, lower-case hex. */
  readonly root: string;
}

const form = /^(?<origin>[^\p{White_Space}\p{Cc}+]+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n$/u;

/**
 * The text of the note in which a checkpoint is signed.
 * @param checkpoint - see {@link Checkpoint}
 * @returns three lines; extension lines, which nobody could check, are none
 */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${bytesToBase64(hexToBytes(root))}\n`;
}

/** {@link checkpointText} as the bytes that are signed. */
export function checkpointBytes(checkpoint: Checkpoint): Uint8Array {
  return utf8ToBytes(checkpointText(checkpoint));
}

/**
 * The origin of the log of a ceremony, which is also the name of the key that signs it.
 * @param ceremony - its id
 */
export function originOf(ceremony: string): string {
  return `keyferry/${ceremony}`;
}

/**
 * Reads the text of a checkpoint.
 * @param text - of a signed note
 * @returns null when it is none, or has lines besides
 */
export function parseCheckpoint(text: string): Checkpoint | null {
  const { origin, size, root } = form.exec(text)?.groups ?? {};
  const hash = root === undefined ? null : base64ToBytes(root);
  if (origin === undefined || hash === null || !Number.isSafeInteger(Number(size))) return null;
  return { origin, size: Number(size), root: bytesToHex(hash) };
}
