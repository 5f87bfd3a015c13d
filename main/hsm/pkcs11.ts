import pkcs11js from 'pkcs11js';
import { refusal, type Refusal } from '../../app/rules/refusal.ts';
import { attributes, decodeAttribute, type Attribute, type AttributeName, type AttributeValue } from './attributes.ts';
import { ckrText, meaningOfCkr, refusalOfCkr } from './ckr.ts';
import { mechanisms, mechanismText, type Mechanism } from './mechanisms.ts';

/** Handles as pkcs11js gives them: a CK_ULONG in a buffer, valid in this process only. */
export type SlotHandle = Buffer & { readonly handleOf?: 'slot' };
export type ObjectHandle = Buffer & { readonly handleOf?: 'object' };

export type TokenInfo = Readonly<Omit<pkcs11js.TokenInfo, 'serialNumber'>> & { readonly serial: string };

/** What the patch of pkcs11js changes in its types: a PIN is bytes used where they lie, or null for the token's pad. */
type Library = Omit<pkcs11js.PKCS11, 'C_Login' | 'C_InitPIN' | 'C_InitToken'> & {
  C_Login(session: Buffer, user: number, pin: Buffer | null): void;
  C_InitPIN(session: Buffer, pin: Buffer): void;
  C_InitToken(slot: SlotHandle, pin: Buffer, label: string): void;
};

/** The same memory, not a copy: overwriting the bytes overwrites what pkcs11js was given. */
const inPlace = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** CKU_SO and CKU_USER. */
export const users = { securityOfficer: 0, user: 1 } as const;

/** CKF_RW_SESSION | CKF_SERIAL_SESSION: some tokens want it even for session objects. */
const readWriteSession = 6;
/** CKF_OS_LOCKING_OK. */
const osLocking = 2;
/** pkcs11js cannot ask for the length; a wrapped RSA-4096 key has under 2500 bytes. */
const outputBytes = 16384;
/** pkcs11js's numbers for CK_RSA_PKCS_OAEP_PARAMS and CK_GCM_PARAMS; its 3, CK_AES_GCM_PARAMS, is older and has no IV bits. */
const parameterTypes = { CKM_RSA_PKCS_OAEP: 4, CKM_AES_GCM: 25 } as const;
/** CKR_ATTRIBUTE_SENSITIVE and CKR_ATTRIBUTE_TYPE_INVALID: the token has no such attribute to tell. */
const untoldAttribute: readonly (number | null)[] = [0x11, 0x12];

/** CKR_ATTRIBUTE_READ_ONLY, _TYPE_INVALID, _VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT. */
const attributeCodes: readonly (number | null)[] = [0x10, 0x12, 0x13, 0xd1];

/** A PKCS#11 call that did not return CKR_OK. `code` is null when pkcs11js failed without a return value. */
export class CryptokiError extends Error {
  readonly calledFunction: string;
  readonly code: number | null;
  /** What the function was asked to do it with; null where it takes no mechanism. */
  readonly mechanism: Mechanism | null;

  constructor(calledFunction: string, code: number | null, text: string, mechanism: Mechanism | null = null) {
    super(`${calledFunction}: ${text}`);
    this.name = 'CryptokiError';
    this.calledFunction = calledFunction;
    this.code = code;
    this.mechanism = mechanism;
  }

  /** The failure as a refusal: the rule of its code, the raw code kept, the mechanism named. */
  toRefusal(more = ''): Refusal {
    if (this.code === null) return refusal('TOKEN-ANSWERS', this.message);
    const tried = this.mechanism === null ? '' : `Tried: ${mechanismText(this.mechanism)}.`;
    return refusalOfCkr(this.code, this.calledFunction, [more, tried].filter(Boolean).join(' '));
  }

  /** Whether the token said that it lacks the mechanism or does not take it with this key or parameter. */
  get isLackOfMechanism(): boolean {
    return this.code !== null && meaningOfCkr(this.code).rule === 'TOKEN-MECHANISM-AVAILABLE';
  }

  /** Whether the token refused the use of a key. */
  get isPolicy(): boolean {
    return this.code !== null && meaningOfCkr(this.code).rule === 'TOKEN-POLICY-ALLOWS';
  }

  /** Whether the token refused an attribute, so that a template without it may do. */
  get isAboutAttributes(): boolean {
    return attributeCodes.includes(this.code);
  }
}

/**
 * Folds the four shapes of pkcs11js's errors into one: Pkcs11Error and NativeError with `code`, plain Error with
 * `CKR_X:16` in its message (C_CreateObject, load), TypeError and other plain errors without any code.
 */
function normalised(calledFunction: string, error: unknown, mechanism: Mechanism | null): CryptokiError {
  const { message, code } = error as { message: string; code?: unknown };
  const inMessage = /CKR_\w+:(\d+)/.exec(message)?.[1];
  const number = typeof code === 'number' && code !== 0 ? code : Number(inMessage ?? Number.NaN);
  if (Number.isNaN(number)) return new CryptokiError(calledFunction, null, message, mechanism);
  return new CryptokiError(calledFunction, number, ckrText(number), mechanism);
}

function call<T>(calledFunction: string, perform: () => T, mechanism: Mechanism | null = null): T {
  try {
    return perform();
  } catch (error) {
    throw normalised(calledFunction, error, mechanism);
  }
}

/** A call that takes a mechanism: its failure names it. */
function callWith<T>(calledFunction: string, mechanism: Mechanism, perform: (given: pkcs11js.Mechanism) => T): T {
  return call(calledFunction, () => perform(toMechanism(mechanism)), mechanism);
}

function toTemplate(template: readonly Attribute[]): pkcs11js.Template {
  return template.map(({ name, value }) => ({
    type: attributes[name].number,
    value: typeof value === 'object' ? Buffer.from(value) : typeof value === 'string' ? Buffer.from(value) : value,
  }));
}

function toMechanism(asked: Mechanism): pkcs11js.Mechanism {
  const mechanism = mechanisms[asked.name];
  switch (asked.name) {
    case 'CKM_RSA_PKCS_OAEP':
      return { mechanism, parameter: { type: parameterTypes[asked.name], ...asked.parameter } };
    case 'CKM_AES_GCM': {
      const iv = Buffer.from(asked.parameter.iv);
      const parameter: pkcs11js.GcmParams = { type: parameterTypes[asked.name], ...asked.parameter, iv };
      return { mechanism, parameter };
    }
    default:
      return { mechanism };
  }
}

/** One session. Thin: one method, one PKCS#11 operation, synchronous; pkcs11js's async calls are used after free. */
export class CryptokiSession {
  readonly #library: Library;
  readonly #handle: Buffer;

  constructor(library: Library, slot: SlotHandle) {
    this.#library = library;
    this.#handle = call('C_OpenSession', () => library.C_OpenSession(slot, readWriteSession));
  }

  /** `pin` is UTF-8, copied by nobody here and overwritten by the caller; null lets the token ask on its own pad. */
  login(user: (typeof users)[keyof typeof users], pin: Uint8Array | null): void {
    call('C_Login', () => this.#library.C_Login(this.#handle, user, pin === null ? null : inPlace(pin)));
  }

  logout(): void {
    call('C_Logout', () => this.#library.C_Logout(this.#handle));
  }

  initialisePin(pin: Uint8Array): void {
    call('C_InitPIN', () => this.#library.C_InitPIN(this.#handle, inPlace(pin)));
  }

  createObject(template: readonly Attribute[]): ObjectHandle {
    return call('C_CreateObject', () => this.#library.C_CreateObject(this.#handle, toTemplate(template)));
  }

  destroyObject(object: ObjectHandle): void {
    call('C_DestroyObject', () => this.#library.C_DestroyObject(this.#handle, object));
  }

  /** Every object that has all these attributes. */
  findObjects(template: readonly Attribute[]): ObjectHandle[] {
    call('C_FindObjectsInit', () => this.#library.C_FindObjectsInit(this.#handle, toTemplate(template)));
    try {
      const found: ObjectHandle[] = [];
      for (;;) {
        const more = call('C_FindObjects', () => this.#library.C_FindObjects(this.#handle, 64));
        if (more.length === 0) return found;
        found.push(...more);
      }
    } finally {
      call('C_FindObjectsFinal', () => this.#library.C_FindObjectsFinal(this.#handle));
    }
  }

  /** One attribute, null when the token does not tell it. Read singly: one untold attribute fails a whole template. */
  attribute(object: ObjectHandle, name: AttributeName): AttributeValue | null {
    try {
      const [result] = call('C_GetAttributeValue', () =>
        this.#library.C_GetAttributeValue(this.#handle, object, [{ type: attributes[name].number }]),
      );
      // CK_UNAVAILABLE_INFORMATION arrives as undefined.
      const value = result?.value;
      return value === undefined || value.length === 0 ? null : decodeAttribute(name, value);
    } catch (error) {
      if (error instanceof CryptokiError && untoldAttribute.includes(error.code)) return null;
      throw error;
    }
  }

  generateKey(mechanism: Mechanism, template: readonly Attribute[]): ObjectHandle {
    return callWith('C_GenerateKey', mechanism, (given) =>
      this.#library.C_GenerateKey(this.#handle, given, toTemplate(template)),
    );
  }

  generateKeyPair(mechanism: Mechanism, forPublic: readonly Attribute[], forPrivate: readonly Attribute[]) {
    return callWith(
      'C_GenerateKeyPair',
      mechanism,
      (given): { readonly publicKey: ObjectHandle; readonly privateKey: ObjectHandle } =>
        this.#library.C_GenerateKeyPair(this.#handle, given, toTemplate(forPublic), toTemplate(forPrivate)),
    );
  }

  wrapKey(mechanism: Mechanism, wrappingKey: ObjectHandle, key: ObjectHandle): Uint8Array {
    const room = Buffer.alloc(outputBytes);
    const wrapped = callWith('C_WrapKey', mechanism, (given) =>
      this.#library.C_WrapKey(this.#handle, given, wrappingKey, key, room),
    );
    return Uint8Array.from(wrapped);
  }

  encrypt(mechanism: Mechanism, key: ObjectHandle, data: Uint8Array): Uint8Array {
    callWith('C_EncryptInit', mechanism, (given) => this.#library.C_EncryptInit(this.#handle, given, key));
    const room = Buffer.alloc(data.length + 64);
    const encrypt = (): Buffer => this.#library.C_Encrypt(this.#handle, Buffer.from(data), room);
    return Uint8Array.from(call('C_Encrypt', encrypt, mechanism));
  }

  sign(mechanism: Mechanism, key: ObjectHandle, data: Uint8Array): Uint8Array {
    callWith('C_SignInit', mechanism, (given) => this.#library.C_SignInit(this.#handle, given, key));
    const room = Buffer.alloc(outputBytes);
    const sign = (): Buffer => this.#library.C_Sign(this.#handle, Buffer.from(data), room);
    return Uint8Array.from(call('C_Sign', sign, mechanism));
  }

  /** The hash of a secret key's value, made in the token. */
  digestKey(mechanism: Mechanism, key: ObjectHandle): Uint8Array {
    callWith('C_DigestInit', mechanism, (given) => this.#library.C_DigestInit(this.#handle, given));
    call('C_DigestKey', () => this.#library.C_DigestKey(this.#handle, key), mechanism);
    return Uint8Array.from(call('C_DigestFinal', () => this.#library.C_DigestFinal(this.#handle, Buffer.alloc(64))));
  }

  /** So many bytes from the random generator of the token. */
  generateRandom(bytes: number): Uint8Array {
    const room = Buffer.alloc(bytes);
    return Uint8Array.from(call('C_GenerateRandom', () => this.#library.C_GenerateRandom(this.#handle, room)));
  }

  close(): void {
    call('C_CloseSession', () => this.#library.C_CloseSession(this.#handle));
  }
}

/** A loaded PKCS#11 module: the only door to pkcs11js. */
export class CryptokiModule {
  readonly #library: Library;

  /**
   * Loads and initialises a module; the file must have been checked before.
   * @param path - the shared object
   * @param libraryParameters - configuration of modules such as NSS, null for others
   * @throws CryptokiError when it is not a PKCS#11 module or does not initialise
   */
  constructor(path: string, libraryParameters: string | null) {
    // A new object each time: after a failed load an unpatched pkcs11js calls through a null function list.
    this.#library = new pkcs11js.PKCS11() as unknown as Library;
    call('C_GetFunctionList', () => this.#library.load(path));
    const more = libraryParameters === null ? {} : { libraryParameters };
    call('C_Initialize', () => this.#library.C_Initialize({ flags: osLocking, ...more }));
  }

  info(): pkcs11js.ModuleInfo {
    return call('C_GetInfo', () => this.#library.C_GetInfo());
  }

  /** Slots with a token in them. */
  slots(): SlotHandle[] {
    return call('C_GetSlotList', () => this.#library.C_GetSlotList(true));
  }

  tokenInfo(slot: SlotHandle): TokenInfo {
    const { serialNumber, ...info } = call('C_GetTokenInfo', () => this.#library.C_GetTokenInfo(slot));
    return { ...info, serial: serialNumber.trim() };
  }

  mechanismNumbers(slot: SlotHandle): number[] {
    return call('C_GetMechanismList', () => this.#library.C_GetMechanismList(slot));
  }

  mechanismFlags(slot: SlotHandle, mechanism: number): number {
    return call('C_GetMechanismInfo', () => this.#library.C_GetMechanismInfo(slot, mechanism)).flags;
  }

  /** `label` is padded here; pkcs11js does not. */
  initialiseToken(slot: SlotHandle, securityOfficerPin: Uint8Array, label: string): void {
    call('C_InitToken', () => this.#library.C_InitToken(slot, inPlace(securityOfficerPin), label.padEnd(32)));
  }

  openSession(slot: SlotHandle): CryptokiSession {
    return new CryptokiSession(this.#library, slot);
  }

  /** Never while a session of another thread is in a call; this process has one thread. */
  finalize(): void {
    call('C_Finalize', () => this.#library.C_Finalize());
  }
}
