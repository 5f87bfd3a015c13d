import { isSignedBy } from '../approval/signature.ts';
import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes, utf8ToBytes } from '../keys/bytes.ts';
import { sha256Hex } from '../keys/fingerprint.ts';

/**
 * Signed notes (C2SP signed-note.md): a text, an empty line, and a line for each signature over it. The signatures here are
 * of type 0x02: ECDSA with P-256 and SHA-256 over the text, as DER, since tokens sign by ECDSA and not all by Ed25519.
 */
export interface NoteSignature {
  /** Of the key, without spaces and plus signs. */
  readonly name: string;
  /** Eight lower-case hex digits. */
  readonly keyId: string;
  /** Lower-case hex. */
  readonly signature: string;
}

export interface SignedNote {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key whose signatures count. */
export interface NoteKey {
  readonly name: string;
  /** DER SubjectPublicKeyInfo of a P-256 key, lower-case hex. */
  readonly publicKey: string;
}

/** Who signed a note: names of known keys. A known key under a note that it did not sign spoils the whole note. */
export interface NoteSigners {
  readonly by: readonly string[];
  readonly forged: readonly string[];
}

const dash = '\u2014';
/** One byte sequence for each note: control characters but newlines, and spaces in a name, are not taken. */
const textForm = /^(?:[^\p{Cc}\p{Cs}]*\n)+$/u;
const nameForm = /^[^\p{White_Space}\p{Cc}\p{Cs}+]+$/u;
const signatureLine = /^\u2014 (?<name>[^ ]+) (?<base64>[^ ]+)$/u;
const keyIdDigits = 8;
/** A plan seats a hundred people at most, and each of them may cosign; more only costs time. */
const mostSignatures = 128;

/**
 * What a signature names its key by.
 * @param publicKey - see {@link NoteKey}
 * @returns the first four bytes of SHA-256 over the SubjectPublicKeyInfo, in hex: for type 0x02 the name is not part of it
 */
export function noteKeyId(publicKey: string): string {
  return sha256Hex(hexToBytes(publicKey)).slice(0, keyIdDigits);
}

/**
 * Writes a note.
 * @param note - its text must be lines that each end in a newline, its names without spaces
 * @returns the note as it is kept in a file, UTF-8
 * @throws RangeError for a text or a name that no note can hold
 */
export function noteOf({ text, signatures }: SignedNote): string {
  if (!textForm.test(text) || signatures.some(({ name }) => !nameForm.test(name))) {
    throw new RangeError('The text or a name is not of the form of a signed note');
  }
  const lines = signatures.map(
    ({ name, keyId, signature }) => `${dash} ${name} ${bytesToBase64(hexToBytes(keyId + signature))}\n`,
  );
  return `${text}\n${lines.join('')}`;
}

/**
 * Reads a note; its signatures are not checked yet.
 * @param note - a whole file
 * @returns null when it is none, or writing it again would give other bytes
 */
export function parseNote(note: string): SignedNote | null {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || !textForm.test(text) || lines.pop() !== '' || lines.length > mostSignatures) return null;
  const signatures = lines.map(signatureIn);
  if (signatures.length === 0 || signatures.some((signature) => signature === null)) return null;
  return { text, signatures: signatures.filter((signature) => signature !== null) };
}

/**
 * Checks the signatures of a note. Those of keys that are not known say nothing and are passed over.
 * @param note - see {@link parseNote}
 * @param known - the keys that count
 */
export function signersOf({ text, signatures }: SignedNote, known: readonly NoteKey[]): NoteSigners {
  const message = utf8ToBytes(text);
  const claimed = signatures.flatMap((signature) => {
    const key = known.find(
      ({ name, publicKey }) => name === signature.name && noteKeyId(publicKey) === signature.keyId,
    );
    return key === undefined
      ? []
      : [{ name: key.name, isGood: isSignedBy(key.publicKey, message, signature.signature) }];
  });
  const named = (isGood: boolean): string[] => [
    ...new Set(claimed.filter((claim) => claim.isGood === isGood).map(({ name }) => name)),
  ];
  return { by: named(true), forged: named(false) };
}

function signatureIn(line: string): NoteSignature | null {
  const { name, base64 } = signatureLine.exec(line)?.groups ?? {};
  const bytes = base64 === undefined ? null : base64ToBytes(base64);
  if (name === undefined || !nameForm.test(name) || bytes === null || bytes.length <= keyIdDigits / 2) return null;
  const hex = bytesToHex(bytes);
  return { name, keyId: hex.slice(0, keyIdDigits), signature: hex.slice(keyIdDigits) };
}
