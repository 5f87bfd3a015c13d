import type { GenericSchema } from 'valibot';
import type { KeySpec } from '../keys/specs.ts';
import type { Refusal } from '../rules/refusal.ts';
import type { RuleId } from '../rules/index.ts';

export type OaepHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/**
 * How a target key is put under the KEK, as data: shown to the people, performed by the HSM, quoted in the log.
 * `oaepHash` is the hash of OAEP and of its MGF1; null stands for RSAES-PKCS1-v1_5, which is weak.
 */
export type WrapPlan =
  /** An ephemeral AES key goes under the KEK, the target key under the ephemeral one by RFC 5649. */
  | { readonly method: 'rsa-aes'; readonly oaepHash: OaepHash | null; readonly ephemeralBits: 256 }
  /** The target key goes under the KEK itself; `nonce` says how the service's nonce is encrypted under the target key. */
  | { readonly method: 'oaep'; readonly oaepHash: OaepHash; readonly nonce: 'aes-gcm' | null }
  | { readonly method: 'pkcs1-v1_5'; readonly oaepHash: null };

/** One way of a service to take keys: a row of the support matrix. */
export interface Way {
  /** The part of the service, or the service itself: what a row of the README names. */
  readonly place: string;
  /** What the service calls the way, and a plan or an import job names: `RSAES_OAEP_SHA_256`. */
  readonly option: string;
  readonly wrap: WrapPlan;
  /** Modulus sizes that the service makes wrapping keys of for this way. */
  readonly kekBits: readonly number[];
  readonly specs: readonly KeySpec[];
}

/** A file as the media gave it. `name` is a basename, or `archive.zip/entry` for what came inside an archive. */
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
  /** ISO 8601 with `Z`: when the import token or job ends; null where the cloud gives none, or the files do not say. */
  readonly deadline: string | null;
  /** The option that the wrapping key itself decides (Google: the method of the import job); null elsewhere. */
  readonly option: string | null;
}

/** What came in beside the KEK and is needed again when the files for the cloud are made. None of it is secret. */
export interface Carried {
  /** Goes out again unchanged; null where the cloud hands out none. */
  readonly importToken: Uint8Array | null;
  /** 12 bytes that the target key has to encrypt (IBM); null elsewhere. */
  readonly nonce: Uint8Array | null;
}

/** For destinations that hand out nothing but a key. */
export const nothingCarried: Carried = { importToken: null, nonce: null };

/** What was found in the inbound folder of one key. */
export interface InboundReading {
  readonly kek: Kek;
  readonly carried: Carried;
  /** Which file was recognised as what, in the order found: shown to the people. */
  readonly recognised: readonly { readonly file: string; readonly as: string }[];
  readonly notices: readonly Notice[];
}

/** What the token produced: the RSA part (null for direct wraps) and the part that holds the target key. */
export interface WrappedParts {
  readonly wrappedEphemeral: Uint8Array | null;
  readonly wrappedKey: Uint8Array;
  /** The service's nonce under the target key; null where none is asked for. */
  readonly sealedNonce: SealedNonce | null;
}

/** AES-GCM without additional data (NIST SP 800-38D). */
export interface SealedNonce {
  /** 12 bytes, from the token's random generator. */
  readonly iv: Uint8Array;
  /** Ciphertext, as long as the nonce, then the tag of 16 bytes. */
  readonly sealed: Uint8Array;
}

/** What anybody can see in finished key transfer files without a secret. */
export interface BlobSummary {
  /** Length of all files together. */
  readonly bytes: number;
  /**
   * What the token gave out, in its order: the RSA part, where there is one, the part that holds the target key, and IV
   * and ciphertext of a sealed nonce, where there is one.
   */
  readonly parts: readonly { readonly sha256: string; readonly bytes: number }[];
  /** SHA-256 of the import token that goes back to the cloud; null where there is none. */
  readonly importTokenSha256: string | null;
}

/** The same in both shells. */
export interface InShells {
  readonly posix: string;
  readonly powershell: string;
}

/** One command of the upload instructions in both shells. */
export interface UploadCommand extends InShells {
  readonly purpose: string;
}

/** What UPLOAD.md says about one key. */
export interface UploadSection {
  /** What is known of the end of an import token when what was carried in does not say: `within …`; null elsewhere. */
  readonly undated: string | null;
  readonly warnings: readonly string[];
  /** What the desk's computer needs: the name of the command, a colon, what it is and its least version where one is known. */
  readonly tools: readonly string[];
  readonly signIn: readonly UploadCommand[];
  readonly upload: readonly UploadCommand[];
  readonly checks: readonly UploadCommand[];
  /** What a failure message of the cloud means and what to do. */
  readonly failures: readonly { readonly message: string; readonly meaning: string }[];
}

/** A destination in words, for the people who approve it: all of the plan's member, in cells of a table. */
export interface DestinationWords {
  /** The cloud service, by the name that people say. */
  readonly service: string;
  /** The vault or instance, with whatever tells it from one of the same name elsewhere. */
  readonly place: string;
  /** What the key is called there. */
  readonly name: string;
  /** What the key may be used for there. */
  readonly uses: string;
  /** When the service is to forget the key; null where no plan sets an end. */
  readonly end: string | null;
  /** What the id of a wrapping key names: `For KMS key`; null where the service gives it none. */
  readonly kekLabel: string | null;
}

/** What `assemble` and `inspect` know about a key. */
export interface KeyToCarry<D> {
  readonly keyId: string;
  readonly spec: KeySpec;
  readonly destination: D;
  readonly kek: Pick<Kek, 'id' | 'bits'>;
  readonly wrap: Pick<WrapPlan, 'method' | 'oaepHash'>;
}

/** What `upload` knows besides: what the ceremony does with the key in the HSM when the bundle has been written. */
export interface KeyToUpload<D> extends KeyToCarry<D> {
  readonly after: 'destroy' | 'keep';
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
  /** Every way that the service has to this place, whichever of them the plan names: rows of the support matrix. */
  ways(destination: D): readonly Way[];
  /** The option that the plan names; null where the wrapping key decides. */
  option(destination: D): string | null;
  /** The service's reason for not taking this spec in the planned way: a clause. Asked only when it does not. */
  whyNot(destination: D, spec: KeySpec): string;
  /** What stands against the destination at this moment, such as an end of the key that has passed; null when nothing does. */
  refusesNow(destination: D, nowIso: string): Refusal | null;
  /** What people should know of this destination for this spec before a key exists; the service has the last word. */
  cautions(destination: D, spec: KeySpec): readonly Notice[];
  /** The vault or instance a KEK belongs to: two keys may share a KEK only within one scope. */
  scope(destination: D): string;
  /** Whether a KEK for this destination may be called so; null stands for a cloud that names none. */
  isKekId(destination: D, id: string | null): boolean;
  /** Whether the cloud's console hands its files out in a zip. */
  readonly takesZip: boolean;
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
  /** The exact files the service wants. `generator` names the product and the HSM. */
  assemble(key: KeyToCarry<D>, parts: WrappedParts, carried: Carried, generator: string): readonly OutboundFile[];
  /**
   * Reads finished files back and checks their shape without secrets.
   * @throws Refused with BLOB-SHAPE-VALID
   */
  inspect(key: KeyToCarry<D>, files: readonly OutboundFile[]): BlobSummary;
  /** `folder` is the key's folder relative to the top of the bundle, with `/`. */
  upload(key: KeyToUpload<D>, folder: string): UploadSection;
}
