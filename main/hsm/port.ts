import type { WrapPlan, WrappedParts } from '../../app/byok/format.ts';
import type { KeySpec } from '../../app/keys/specs.ts';
import type { Refusal } from '../../app/rules/refusal.ts';

/** Where the PKCS#11 module is and what its process needs. `environment` is set when the process is forked. */
export interface ModuleChoice {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** For modules configured by a string (NSS); null for the others. */
  readonly libraryParameters: string | null;
  /** SHA-256 the file must have, hex, or it is not loaded; left out when it is met for the first time. */
  readonly sha256?: string;
}

/** A token as the module describes it; text fields trimmed of their padding. */
export interface TokenIdentity {
  readonly serial: string;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly hardware: string;
  readonly moduleSha256: string;
  readonly moduleDescription: string;
  readonly cryptoki: string;
}

/** State of the user PIN as the token's flags tell it. */
export interface PinState {
  readonly initialised: boolean;
  readonly protectedPath: boolean;
  readonly countLow: boolean;
  readonly finalTry: boolean;
  readonly locked: boolean;
}

/**
 * How the PIN comes to the token: typed by one person (UTF-8, overwritten by whoever receives it), as the parts that the
 * HSM process holds, or on the token's own pad, where no program sees it.
 */
export type PinEntry = Uint8Array | 'parts' | 'pad';

/** What the people have decided before a login; whatever is left out is not accepted. */
export interface LoginDecision {
  /** True when they know that the token locks itself after one more wrong PIN, and try all the same. */
  readonly finalTryAccepted: boolean;
}

/** What the token must be able to do for one key of the plan. */
export interface WrapNeed {
  readonly spec: KeySpec;
  readonly plan: WrapPlan;
  /** RSA modulus length of the KEK in bits; the probe before the KEK is known uses 4096. */
  readonly kekBits: number;
}

/** A self-test with throw-away keys that passed: what was wrapped, how, and what software saw when it opened it. */
export interface EncodingProof {
  readonly spec: KeySpec;
  readonly method: WrapPlan['method'];
  /** Null for RSAES-PKCS1-v1_5. */
  readonly oaepHash: string | null;
  /** How a nonce was encrypted under the target key; null where none is asked for. */
  readonly nonce: 'aes-gcm' | null;
  /** RSA-AES is always composed in this version: ephemeral AES key, RSA, KWP, each its own C_WrapKey. */
  readonly performed: 'single' | 'composed' | 'native';
  /** The KWP mechanism number that proved to be RFC 5649, hex (`0x210b`); null when none is needed. */
  readonly kwpMechanism: string | null;
  /** Length of the opened payload: PKCS#8 DER for key pairs, raw bytes for secret keys. */
  readonly payloadBytes: number;
}

export interface ProbeReport {
  readonly mechanisms: readonly {
    readonly name: string;
    readonly number: string;
    readonly listed: boolean;
    readonly wraps: boolean;
  }[];
  /** In the order of the needs, each need once. */
  readonly proofs: readonly EncodingProof[];
  /**
   * The needs that the token cannot serve, in their order: it lacks a mechanism, its policy forbids it, or it encodes
   * something else. The cause names what was tried.
   */
  readonly failures: readonly { readonly need: WrapNeed; readonly refusal: Refusal }[];
}

/** One attribute as it was asked for and as the token gave it back; values as short text, never key material. */
export interface AttributeReadBack {
  readonly name: string;
  readonly asked: string;
  readonly found: string;
}

/** How the ceremony names a key to make. */
export interface TargetKeyRequest {
  /** Hex. */
  readonly ckaId: string;
  readonly spec: KeySpec;
  readonly label: string;
}

/** A target key that lives in the token. */
export interface TargetKey {
  /** CKA_ID, hex; how the ceremony names the key. */
  readonly ckaId: string;
  readonly spec: KeySpec;
  readonly label: string;
  readonly attributes: readonly AttributeReadBack[];
  /** DER SubjectPublicKeyInfo for key pairs, null for secret keys. */
  readonly publicKey: Uint8Array | null;
  readonly keyCheckValues: readonly {
    readonly method: 'aes-ecb-zero-block' | 'sha256-of-value';
    readonly value: string;
  }[];
}

export interface WrapRequest {
  readonly ckaId: string;
  readonly spec: KeySpec;
  /** The key as the log has it: what is wrapped must be this one. */
  readonly recorded: Pick<TargetKey, 'publicKey' | 'keyCheckValues'>;
  readonly plan: WrapPlan;
  readonly kek: { readonly modulus: Uint8Array; readonly exponent: Uint8Array };
  /** The service's nonce, 12 bytes, exactly where the plan encrypts one; null elsewhere. */
  readonly nonce: Uint8Array | null;
}

export interface WrapOutcome {
  readonly parts: WrappedParts;
  /** The proof made with throw-away keys just before, on this token. */
  readonly proof: EncodingProof;
}

/** Whose log a key signs, or a head is of: the token's names for both follow from it. */
export interface LogKeyName {
  /** Ceremony id. */
  readonly ceremony: string;
}

/** What the log key is asked to sign. */
export interface LogMessage extends LogKeyName {
  /** Any length; hashed before it is signed. */
  readonly message: Uint8Array;
}

/** The key that signs the log of a ceremony, in the token for as long as the ceremony lasts. */
export interface LogKey {
  /** DER SubjectPublicKeyInfo of P-256, 91 bytes in lower-case hex. */
  readonly publicKey: string;
  readonly attributes: readonly AttributeReadBack[];
}

/** Where a log ends. */
export interface LogHead {
  /** Entries, at most 15 digits. */
  readonly size: number;
  /** Root of the tree over them, 32 bytes in lower-case hex. */
  readonly root: string;
}

export interface NamedHead extends LogKeyName {
  readonly head: LogHead;
}

/** Whether the token holds the head now. The code (`CKR_DEVICE_MEMORY (0x31)`) says why it keeps none, or no newer one. */
export type KeptHead = { readonly kept: true } | { readonly kept: false; readonly code: string };

/**
 * The HSM in ceremony words. No PKCS#11 constant and no object handle crosses this border: keys are named by CKA_ID,
 * the token by its serial. Every method throws Refused for an expected failure, with the raw CKR code kept; a lost or
 * hanging process is HSM-PROCESS-ALIVE or HSM-ANSWERS-IN-TIME, after which the session is closed and the PIN is asked again.
 */
export interface Hsm {
  /** Checks the module file, loads it in a process of its own and lists its tokens. Replaces an earlier process. */
  load(module: ModuleChoice): Promise<readonly TokenIdentity[]>;
  /**
   * Sets up an empty token slot for a rehearsal: label and user PIN; the SO PIN is random and forgotten. `pin`, or the parts
   * it is made of, are overwritten, whether it worked or not.
   */
  initialiseRehearsalToken(label: string, pin: Exclude<PinEntry, 'pad'>): Promise<TokenIdentity>;
  /** Selects the token with this serial for everything that follows. */
  select(serial: string): Promise<{ readonly identity: TokenIdentity; readonly pin: PinState }>;
  /** What the token's flags say of its PIN now, for the people to see before the next try. Spends none. */
  pinState(): Promise<PinState>;
  /**
   * Puts a part of the PIN behind those that the HSM process holds, and starts nothing. At most 8 parts, 255 bytes of UTF-8
   * in all; `part` is overwritten. They wait for one try with `'parts'`, for {@link clearPin}, or for another `load`.
   * Returns how many parts it holds.
   */
  addPinPart(part: Uint8Array): Promise<number>;
  /** Overwrites every part of the PIN that the HSM process holds. Safe when it holds none, or does not run. */
  clearPin(): Promise<void>;
  /**
   * Opens the session and logs the user in, by one call of C_Login; never retried. What it was given, and every part of the
   * PIN that is held, is overwritten before this returns, even where the flags forbid the try. A token that says that this
   * is the last try refuses unless that is accepted.
   */
  login(pin: PinEntry, decided?: LoginDecision): Promise<PinState>;
  /**
   * Proves with throw-away keys that the token wraps as needed: hash, MGF, KWP, exact PKCS#8, nonce. What it cannot do is
   * reported, and the other needs are proved all the same.
   */
  probe(needs: readonly WrapNeed[]): Promise<ProbeReport>;
  /**
   * Makes the key, reads back every attribute and has a private half prove that it belongs to its public half; refuses and
   * destroys the key when something differs. Refuses an existing CKA_ID.
   */
  generateTargetKey(request: TargetKeyRequest): Promise<TargetKey>;
  /**
   * Looks whether a generation came to its end, with the same checks; null when nothing has this CKA_ID. Destroys nothing:
   * a key that differs is refused and stays.
   */
  findGeneratedKey(request: TargetKeyRequest): Promise<TargetKey | null>;
  /**
   * Finds a key that was there before the ceremony and reads it back; null when nothing has this CKA_ID. Refuses one that
   * may not leave the token, and one whose CKA_ID something else has too.
   */
  findTargetKey(ckaId: string, spec: KeySpec): Promise<TargetKey | null>;
  /**
   * Makes sure that the key is the recorded one, proves the encoding once more with throw-away keys, then wraps, and
   * encrypts the nonce where there is one; leaves no KEK and no ephemeral key behind. Refuses what the proof refuses.
   */
  wrapTargetKey(request: WrapRequest): Promise<WrapOutcome>;
  /**
   * Destroys the key and its public half and looks that neither is left. Returns how many objects that were. Refuses,
   * and destroys nothing, when anything else has this CKA_ID.
   */
  destroyKey(ckaId: string, spec: KeySpec): Promise<number>;
  /** How many objects of the token have this CKA_ID, whatever they are. */
  countObjects(ckaId: string): Promise<number>;
  /**
   * Makes the key that signs the log of a ceremony, or finds it made, reads back every attribute and has it sign something
   * new. Refuses one that differs or is not there exactly once; what of a new one differs is destroyed.
   */
  makeLogKey(name: LogKeyName): Promise<LogKey>;
  /**
   * Signs with the log key: ECDSA with P-256 over the SHA-256 of the message, verified in software under the public half in
   * the token. Returns the DER signature, 8 to 72 bytes in lower-case hex.
   */
  signWithLogKey(signed: LogMessage): Promise<string>;
  /** Destroys both halves of the log key and looks that neither is left. Returns how many objects that were. */
  destroyLogKey(name: LogKeyName): Promise<number>;
  /**
   * Keeps the head of the log in the token, in the place of that of a shorter log. A token that takes no data objects, or has
   * no room, is told and not refused; a head that goes back is.
   */
  keepHead(named: NamedHead): Promise<KeptHead>;
  /** The head that the token keeps for a ceremony, of the longest log; null when it keeps none. */
  readHead(name: LogKeyName): Promise<LogHead | null>;
  /** Destroys every head that the token keeps for a ceremony. Returns how many objects that were. */
  dropHead(name: LogKeyName): Promise<number>;
  /** True while a session is open and logged in. */
  readonly isLoggedIn: boolean;
  /** Logs out, finalizes and ends the process. Safe to call twice. */
  close(): Promise<void>;
}
