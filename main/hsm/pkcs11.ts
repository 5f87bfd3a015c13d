import pkcs11js from 'pkcs11js';
import { attributes, decodeAttribute, type Attribute, type AttributeName, type AttributeValue } from './attributes.ts';
import { ckrText, meaningOfCkr } from './ckr.ts';
import { mechanisms, type Mechanism } from './mechanisms.ts';

/** Handles as pkcs11js gives them: a CK_ULONG in a buffer, valid in this process only. */
export type SlotHandle = Buffer & { readonly handleOf?: 'slot' };
export type ObjectHandle = Buffer & { readonly handleOf?: 'object' };

export type TokenInfo = Readonly<Omit<pkcs11js.TokenInfo, 'serialNumber'>> & { readonly serial: string };

/** CKU_SO and CKU_USER. */
export const users = { securityOfficer: 0, user: 1 } as const;

/** CKF_RW_SESSION | CKF_SERIAL_SESSION: some tokens want it even for session objects. */
const readWriteSession = 6;
/** CKF_OS_LOCKING_OK. */
const osLocking = 2;
/** pkcs11js cannot ask for the length; a wrapped RSA-4096 key has under 2500 bytes. */
const outputBytes = 16384;
/** pkcs11js's number for CK_RSA_PKCS_OAEP_PARAMS. */
const oaepParameterType = 4;
/** CKR_ATTRIBUTE_SENSITIVE and CKR_ATTRIBUTE_TYPE_INVALID: the token has no such attribute to tell. */
const untoldAttribute: readonly (number | null)[] = [0x11, 0x12];

/** CKR_ATTRIBUTE_READ_ONLY, _TYPE_INVALID, _VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT. */
const attributeCodes: readonly (number | null)[] = [0x10, 0x12, 0x13, 0xd1];

/** A PKCS#11 call that did not return CKR_OK. `code` is null when pkcs11js failed without a return value. */
export class CryptokiError extends Error {
  readonly calledFunction: string;
  readonly code: number | null;

  constructor(calledFunction: string, code: number | null, text: string) {
    super(`${calledFunction}: ${text}`);
    this.name = 'CryptokiError';
    this.calledFunction = calledFunction;
    this.code = code;
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
function normalised(calledFunction: string, error: unknown): CryptokiError {
  const { message, code } = error as { message: string; code?: unknown };
  const inMessage = /CKR_\w+:(\d+)/.exec(message)?.[1];
  const number = typeof code === 'number' && code !== 0 ? code : Number(inMessage ?? Number.NaN);
  if (Number.isNaN(number)) return new CryptokiError(calledFunction, null, message);
  return new CryptokiError(calledFunction, number, ckrText(number));
}

function call<T>(calledFunction: string, perform: () => T): T {
  try {
    return perform();
  } catch (error) {
    throw normalised(calledFunction, error);
  }
}

function toTemplate(template: readonly Attribute[]): pkcs11js.Template {
  return template.map(({ name, value }) => ({
    type: attributes[name].number,
    value: typeof value === 'object' ? Buffer.from(value) : typeof value === 'string' ? Buffer.from(value) : value,
  }));
}

function toMechanism({ name, oaep }: Mechanism): pkcs11js.Mechanism {
  const mechanism = mechanisms[name];
  return oaep === null ? { mechanism } : { mechanism, parameter: { type: oaepParameterType, ...oaep } };
}

/** One session. Thin: one method, one PKCS#11 operation, synchronous; pkcs11js's async calls are used after free. */
export class CryptokiSession {
  readonly #library: pkcs11js.PKCS11;
  readonly #handle: Buffer;

  constructor(library: pkcs11js.PKCS11, slot: SlotHandle) {
    this.#library = library;
    this.#handle = call('C_OpenSession', () => library.C_OpenSession(slot, readWriteSession));
  }

  login(user: (typeof users)[keyof typeof users], pin: string): void {
    call('C_Login', () => this.#library.C_Login(this.#handle, user, pin));
  }

  logout(): void {
    call('C_Logout', () => this.#library.C_Logout(this.#handle));
  }

  initialisePin(pin: string): void {
    call('C_InitPIN', () => this.#library.C_InitPIN(this.#handle, pin));
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
    return call('C_GenerateKey', () =>
      this.#library.C_GenerateKey(this.#handle, toMechanism(mechanism), toTemplate(template)),
    );
  }

  generateKeyPair(mechanism: Mechanism, forPublic: readonly Attribute[], forPrivate: readonly Attribute[]) {
    return call('C_GenerateKeyPair', (): { readonly publicKey: ObjectHandle; readonly privateKey: ObjectHandle } =>
      this.#library.C_GenerateKeyPair(
        this.#handle,
        toMechanism(mechanism),
        toTemplate(forPublic),
        toTemplate(forPrivate),
      ),
    );
  }

  wrapKey(mechanism: Mechanism, wrappingKey: ObjectHandle, key: ObjectHandle): Uint8Array {
    const room = Buffer.alloc(outputBytes);
    return Uint8Array.from(
      call('C_WrapKey', () => this.#library.C_WrapKey(this.#handle, toMechanism(mechanism), wrappingKey, key, room)),
    );
  }

  encrypt(mechanism: Mechanism, key: ObjectHandle, data: Uint8Array): Uint8Array {
    call('C_EncryptInit', () => this.#library.C_EncryptInit(this.#handle, toMechanism(mechanism), key));
    const room = Buffer.alloc(data.length + 64);
    return Uint8Array.from(call('C_Encrypt', () => this.#library.C_Encrypt(this.#handle, Buffer.from(data), room)));
  }

  sign(mechanism: Mechanism, key: ObjectHandle, data: Uint8Array): Uint8Array {
    call('C_SignInit', () => this.#library.C_SignInit(this.#handle, toMechanism(mechanism), key));
    const room = Buffer.alloc(outputBytes);
    return Uint8Array.from(call('C_Sign', () => this.#library.C_Sign(this.#handle, Buffer.from(data), room)));
  }

  /** The hash of a secret key's value, made in the token. */
  digestKey(mechanism: Mechanism, key: ObjectHandle): Uint8Array {
    call('C_DigestInit', () => this.#library.C_DigestInit(this.#handle, toMechanism(mechanism)));
    call('C_DigestKey', () => this.#library.C_DigestKey(this.#handle, key));
    return Uint8Array.from(call('C_DigestFinal', () => this.#library.C_DigestFinal(this.#handle, Buffer.alloc(64))));
  }

  close(): void {
    call('C_CloseSession', () => this.#library.C_CloseSession(this.#handle));
  }
}

/** A loaded PKCS#11 module: the only door to pkcs11js. */
export class CryptokiModule {
  readonly #library: pkcs11js.PKCS11;

  /**
   * Loads and initialises a module; the file must have been checked before.
   * @param path - the shared object
   * @param libraryParameters - configuration of modules such as NSS, null for others
   * @throws CryptokiError when it is not a PKCS#11 module or does not initialise
   */
  constructor(path: string, libraryParameters: string | null) {
    // A new object each time: after a failed load an unpatched pkcs11js calls through a null function list.
    this.#library = new pkcs11js.PKCS11();
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
  initialiseToken(slot: SlotHandle, securityOfficerPin: string, label: string): void {
    call('C_InitToken', () => this.#library.C_InitToken(slot, securityOfficerPin, label.padEnd(32)));
  }

  openSession(slot: SlotHandle): CryptokiSession {
    return new CryptokiSession(this.#library, slot);
  }

  /** Never while a session of another thread is in a call; this process has one thread. */
  finalize(): void {
    call('C_Finalize', () => this.#library.C_Finalize());
  }
}
