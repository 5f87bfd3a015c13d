import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pkcs11js from 'pkcs11js';
import { Device } from '../../main/hsm/device.ts';
import type { ModuleChoice } from '../../main/hsm/port.ts';
import { freshStore, pin, scratchFolder, withShim } from './token.ts';

/**
 * An HSM device inside this very process, behind the fault shim, whose faults can change between calls. Beside it a
 * bare PKCS#11 view of the same module, to see what the device has left in the token. One for each test file: the module
 * and its login belong to the process.
 */
export class DeviceUnderTest {
  readonly device = new Device();
  readonly #scratch = scratchFolder();
  readonly #log = join(this.#scratch.folder, 'calls.log');
  readonly choice: ModuleChoice = withShim(freshStore(this.#scratch.folder), { P11SHIM_LOG: this.#log });
  readonly serial: string;

  constructor() {
    Object.assign(process.env, this.choice.environment);
    this.device.load(this.choice);
    this.serial = this.device.initialiseRehearsalToken('rehearsal', pin()).serial;
    this.open();
  }

  /** Selects the token and logs in, loading the module first where a fault has ended it. */
  open(): void {
    this.heal();
    if (this.device.isLoggedIn) return;
    this.device.load(this.choice);
    this.device.select(this.serial);
    this.device.login(pin());
  }

  /** Hides mechanisms from now on. */
  hide(mechanisms: string): void {
    process.env['P11SHIM_HIDE'] = mechanisms;
  }

  /** Makes a PKCS#11 function answer with a code, from its nth call after now on; earlier faults stay. */
  fail(calledFunction: string, code: number, nth = 1): void {
    const fault = `${calledFunction}=${code}@${this.calls(calledFunction) + nth}`;
    const others = process.env['P11SHIM_FAIL'];
    process.env['P11SHIM_FAIL'] = others === undefined ? fault : `${others},${fault}`;
  }

  /** Takes bytes off the end of whatever is encrypted from now on. */
  cutEncrypted(bytes: number): void {
    process.env['P11SHIM_CUT'] = `C_Encrypt=${bytes}`;
  }

  /** Flips the last bit of whatever is encrypted from now on. */
  flipEncrypted(): void {
    process.env['P11SHIM_FLIP'] = 'C_Encrypt=1';
  }

  /** Makes the token tell these flags besides its own from now on. */
  tellFlags(flags: number): void {
    process.env['P11SHIM_FLAGS'] = String(flags);
  }

  /** Lets somebody type this PIN whenever the token asks on its pad. */
  typeOnPad(pin: string): void {
    process.env['P11SHIM_PAD_PIN'] = pin;
  }

  heal(): void {
    delete process.env['P11SHIM_FLAGS'];
    delete process.env['P11SHIM_PAD_PIN'];
    delete process.env['P11SHIM_FAIL'];
    delete process.env['P11SHIM_HIDE'];
    delete process.env['P11SHIM_CUT'];
    delete process.env['P11SHIM_FLIP'];
  }

  /** Every call the shim has seen, oldest first. */
  history(): string[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => line.split(' ')[0] ?? '');
  }

  calls(calledFunction: string): number {
    return this.history().filter((each) => each === calledFunction).length;
  }

  /** Does something with the module itself, in a session of its own and with the device's login. */
  bare<T>(perform: (library: pkcs11js.PKCS11, session: Buffer) => T): T {
    const library = new pkcs11js.PKCS11();
    library.load(this.choice.path);
    const slot = library.C_GetSlotList(true).find((each) => library.C_GetTokenInfo(each).serialNumber === this.serial);
    if (slot === undefined) throw new Error('the token is gone');
    const session = library.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
    try {
      return perform(library, session);
    } finally {
      library.C_CloseSession(session);
    }
  }

  /** How many objects live in sessions, which is what an operation must not leave behind. */
  sessionObjects(): number {
    return this.#count([{ type: pkcs11js.CKA_TOKEN, value: false }]);
  }

  /** How many objects of the token have this CKA_ID. */
  objectsWithId(ckaId: string): number {
    return this.#count([{ type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') }]);
  }

  /** Removes whatever has this CKA_ID, past the device. */
  remove(ckaId: string): void {
    this.bare((library, session) => {
      library.C_FindObjectsInit(session, [{ type: pkcs11js.CKA_ID, value: Buffer.from(ckaId, 'hex') }]);
      const found = library.C_FindObjects(session, 100);
      library.C_FindObjectsFinal(session);
      for (const object of found) library.C_DestroyObject(session, object);
    });
  }

  /** Writes a file beside the token's store; it goes with it. */
  scratchFile(name: string, bytes: Uint8Array): string {
    const path = join(this.#scratch.folder, name);
    writeFileSync(path, bytes, { mode: 0o600 });
    return path;
  }

  end(): void {
    this.heal();
    this.device.close();
    this.#scratch.remove();
  }

  #count(template: pkcs11js.Template): number {
    return this.bare((library, session) => {
      library.C_FindObjectsInit(session, template);
      const found = library.C_FindObjects(session, 100);
      library.C_FindObjectsFinal(session);
      return found.length;
    });
  }
}
