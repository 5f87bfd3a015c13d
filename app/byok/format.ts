import type { GenericSchema } from 'valibot';
import type { KeySpec } from '../keys/specs.ts';
import type { Refusal } from '../rules/refusal.ts';
import type { RuleId } from '../rules/index.ts';

export type OaepHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** How a target key is put under the KEK, as data: shown to the people, performed by the HSM, quoted in the log. */
export type WrapPlan =
  | { readonly method: 'rsa-aes'; readonly oaepHash: OaepHash; readonly ephemeralBits: 256 }
  | { readonly method: 'oaep'; readonly oaepHash: OaepHash }
  | { readonly method: 'pkcs1-v1_5' };

/** A file as the media gave it. `name` is a basename. */
export interface InboundFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What deadlines are judged by. */
export interface RoomTime {
  /** The room's clock, ISO 8601 with `Z`. */
  readonly nowIso: string;
  /** From the plan: whatever ends within this many hours is refused. */
  readonly uploadMarginHours: number;
}

/** A file of the bundle, `name` relative to `keys/<key id>/`. */
export interface OutboundFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Something the people should know that does not stop the ceremony. */
export interface Notice {
  readonly rule: RuleId;
  readonly text: string;
}

/** The cloud's wrapping key after every check that can be made offline. */
export interface Kek {
  /** DER SubjectPublicKeyInfo, canonical. */
  readonly spki: Uint8Array;
  /** Big-endian, no leading zero byte. */
  readonly modulus: Uint8Array;
  /** Big-endian, no leading zero byte. */
  readonly exponent: Uint8Array;
  readonly bits: number;
  /** What the cloud calls it (Azure: the kid exactly as given, with its version); null where the cloud names none. */
  readonly id: string | null;
  /** ISO 8601 with `Z`: when the import token or job ends; null where the cloud gives none. */
  readonly deadline: string | null;
}

/** What was found in the inbound folder of one key. */
export interface InboundReading {
  readonly kek: Kek;
  /** Which file was recognised as what, in the order found: shown to the people. */
  readonly recognised: readonly { readonly file: string; readonly as: string }[];
  readonly notices: readonly Notice[];
}

/** What the token produced: the RSA part (null for direct wraps) and the part that holds the target key. */
export interface WrappedParts {
  readonly wrappedEphemeral: Uint8Array | null;
  readonly wrappedKey: Uint8Array;
}

/** What anybody can see in finished key transfer files without a secret. */
export interface BlobSummary {
  /** Length of all files together. */
  readonly bytes: number;
  /** What the token gave out, in its order: the RSA part, where there is one, then the part that holds the target key. */
  readonly parts: readonly { readonly sha256: string; readonly bytes: number }[];
}

/** One command of the upload instructions in both shells. */
export interface UploadCommand {
  readonly purpose: string;
  readonly posix: string;
  readonly powershell: string;
}

/** What UPLOAD.md says about one key. */
export interface UploadSection {
  readonly warnings: readonly string[];
  readonly upload: readonly UploadCommand[];
  readonly checks: readonly UploadCommand[];
  /** What a failure message of the cloud means and what to do. */
  readonly failures: readonly { readonly message: string; readonly meaning: string }[];
}

/** A destination in words, for the people who approve it: all of the plan's member, in cells of a table. */
export interface DestinationWords {
  /** The vault or instance, with whatever tells it from one of the same name elsewhere. */
  readonly place: string;
  /** What the key is called there. */
  readonly name: string;
  /** What the key may be used for there. */
  readonly uses: string;
}

/** What `assemble` and `upload` know about a key. */
export interface KeyToCarry<D> {
  readonly keyId: string;
  readonly spec: KeySpec;
  readonly destination: D;
  readonly kek: Pick<Kek, 'id' | 'bits'>;
}

/**
 * One destination: everything Keyferry knows about one cloud key service. One file each; none knows another.
 * D is the `destination` member of the plan after parsing, defaults filled in.
 */
export interface DestinationFormat<D extends { readonly type: string }> {
  readonly type: D['type'];
  /** The service's own name. */
  readonly title: string;
  /** Parses the plan's `destination` member strictly and fills defaults in. */
  readonly schema: GenericSchema<unknown, D>;
  /** Null when the service takes this spec; otherwise the refusal with the service's reason. */
  refusesSpec(destination: D, spec: KeySpec): Refusal | null;
  /** What people should know of this destination for this spec before a key exists; the service has the last word. */
  cautions(destination: D, spec: KeySpec): readonly Notice[];
  /** The vault or instance a KEK belongs to: two keys may share a KEK only within one scope. */
  scope(destination: D): string;
  /** What the key becomes there: two keys of a plan with the same target would replace each other. */
  target(destination: D): string;
  describe(destination: D): DestinationWords;
  /**
   * Recognises and checks what was carried in for one key.
   * @param files - every file of the key's folder
   * @param room - what a deadline or an expiry is judged by
   * @throws Refused with the rule violated; nothing is half accepted
   */
  readInbound(files: readonly InboundFile[], destination: D, room: RoomTime): InboundReading;
  wrapPlan(destination: D, spec: KeySpec): WrapPlan;
  /** The exact files the service wants. `generator` names the product and the HSM. */
  assemble(key: KeyToCarry<D>, parts: WrappedParts, generator: string): readonly OutboundFile[];
  /**
   * Reads finished files back and checks their shape without secrets.
   * @throws Refused with BLOB-SHAPE-VALID
   */
  inspect(key: KeyToCarry<D>, files: readonly OutboundFile[]): BlobSummary;
  /** `folder` is the key's folder relative to the top of the bundle, with `/`. */
  upload(key: KeyToCarry<D>, folder: string): UploadSection;
}
